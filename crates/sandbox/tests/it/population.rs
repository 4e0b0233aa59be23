//! What the people of the sandbox look like after a history, and that chance alone decides.

use sandbox::{Params, World, WorldConfig};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 90;
/// A day in July, so that time zones with summer time are in it.
const START_MS: i64 = 1_783_000_000_000;
const STEP_MS: i64 = DAY_MS / 24;
const TOPICS: [(&str, &str); 4] =
    [("tech", "科技"), ("finance", "金融"), ("travel", "旅行"), ("sport", "体育")];

/// A small bot: a menu of interests, thanks, and a message on one topic to everyone now and then.
struct Bot {
    contacts: Vec<i64>,
    updates: usize,
    /// Each campaign's topic and the messages that it sent, by contact.
    campaigns: Vec<(&'static str, BTreeMap<i64, i64>)>,
}

impl Bot {
    fn send(world: &mut World, chat_id: i64, text: &str, keyboard: Value, now_ms: i64) -> Option<i64> {
        let params = json!({"chat_id": chat_id, "text": text, "reply_markup": {"inline_keyboard": keyboard}});
        let reply = world.call("sendMessage", &Params::from_json(params), now_ms);
        reply.result()?["message_id"].as_i64()
    }

    fn answer(&mut self, world: &mut World, update: &Value, now_ms: i64) {
        self.updates += 1;
        let menu =
            || TOPICS.iter().map(|(name, label)| json!([{"text": label, "callback_data": name}])).collect();
        if let Some(query) = update.get("callback_query") {
            let id = query["from"]["id"].as_i64().unwrap();
            Self::send(world, id, "Saved, thank you!", json!([]), now_ms);
        } else if let Some(message) = update.get("message") {
            let id = message["chat"]["id"].as_i64().unwrap();
            let text = message["text"].as_str().unwrap_or_default();
            if text.starts_with("/start") && !self.contacts.contains(&id) {
                self.contacts.push(id);
            }
            if text.starts_with('/') {
                Self::send(world, id, "What do you like?", menu(), now_ms);
            }
        }
    }

    fn campaign(&mut self, world: &mut World, now_ms: i64) {
        let (topic, label) = TOPICS[self.campaigns.len() % TOPICS.len()];
        let text = format!("News of the week: {label}");
        let keyboard = json!([[{"text": "More", "callback_data": "more"}, {"text": "Open", "url": "https://shop.test/"}]]);
        let sent = self.contacts.iter().filter_map(|id| {
            Self::send(world, *id, &text, keyboard.clone(), now_ms).map(|message| (*id, message))
        });
        self.campaigns.push((topic, sent.collect()));
    }
}

fn lived(people: u32, seed: u64, placebo: bool) -> (World, Bot) {
    let mut world = World::new(WorldConfig {
        seed,
        people,
        placebo,
        start_ms: START_MS,
        arrival_ms: DAYS * DAY_MS,
        flood_limits: false,
        ..WorldConfig::default()
    });
    let mut bot = Bot { contacts: Vec::new(), updates: 0, campaigns: Vec::new() };
    for step in 1..=DAYS * 24 {
        let now_ms = START_MS + step * STEP_MS;
        world.advance(now_ms);
        for timed in world.drain_history() {
            assert!(timed.at_ms <= now_ms);
            bot.answer(&mut world, &timed.update, timed.at_ms);
        }
        if step % (24 * 15) == 0 {
            bot.campaign(&mut world, now_ms);
        }
    }
    (world, bot)
}

/// Lists of a truth line by name, as times.
fn times(line: &Value, name: &str) -> Vec<i64> {
    line[name].as_array().unwrap().iter().map(|act| act["at_ms"].as_i64().unwrap()).collect()
}

/// Shares of the people by stage, as Muster's default stages define them.
fn stages(world: &World) -> BTreeMap<&'static str, f64> {
    let end_ms = START_MS + DAYS * DAY_MS;
    let mut counts: BTreeMap<&'static str, f64> = BTreeMap::new();
    let mut total = 0.0;
    for line in world.truth() {
        total += 1.0;
        let own = |names: &[&str]| names.iter().flat_map(|name| times(&line, name)).max();
        let interaction = own(&["wrote", "pressed", "followed"]);
        let last = own(&["wrote", "pressed", "followed", "started"]).unwrap();
        let stage = if end_ms - last > 30 * DAY_MS {
            "churned"
        } else if !times(&line, "paid").is_empty() {
            "customer"
        } else if interaction.is_none() {
            "new"
        } else if end_ms - last <= 7 * DAY_MS {
            "active"
        } else {
            "cooling"
        };
        *counts.entry(stage).or_default() += 1.0;
        if line["is_blocking"] == true {
            *counts.entry("blocking").or_default() += 1.0;
        }
    }
    counts.values_mut().for_each(|count| *count /= total);
    counts
}

#[test]
fn ninety_days_give_plausible_stages() {
    let people = 1500;
    let (world, bot) = lived(people, 7, false);
    let stages = stages(&world);
    println!("{stages:?}, {} updates", bot.updates);
    for (stage, low, high) in [
        ("new", 0.05, 0.12),
        ("active", 0.30, 0.45),
        ("churned", 0.14, 0.27),
        ("customer", 0.02, 0.12),
        ("blocking", 0.03, 0.09),
    ] {
        let share = stages[stage];
        assert!((low..=high).contains(&share), "{stage}: {share}");
    }
    let per_person = bot.updates as f64 / f64::from(people);
    assert!((10.0..=60.0).contains(&per_person), "{per_person}");
}

/// Of the people who saw a campaign on a topic: the share who pressed within minutes, among those
/// to whom the topic matters and among the others. A later press may come from a visit.
fn pressed_shares(world: &World, bot: &Bot) -> (f64, f64) {
    let mut counts = [[0.0; 2]; 2];
    for line in world.truth() {
        let id = line["id"].as_i64().unwrap();
        for (topic, sent) in &bot.campaigns {
            let Some(message_id) = sent.get(&id) else { continue };
            let time_of = |name: &str| {
                let mut acts = line[name].as_array().unwrap().iter();
                acts.find(|act| act["message_id"] == *message_id).map(|act| act["at_ms"].as_i64().unwrap())
            };
            let Some(saw_ms) = time_of("saw") else { continue };
            let cares = usize::from(line["interests"][*topic].as_f64().unwrap() > 0.5);
            let pressed = time_of("pressed").is_some_and(|at_ms| (0..300_000).contains(&(at_ms - saw_ms)));
            counts[cares][0] += f64::from(u8::from(pressed));
            counts[cares][1] += 1.0;
        }
    }
    (counts[1][0] / counts[1][1], counts[0][0] / counts[0][1])
}

#[test]
fn interest_decides_who_presses_and_placebo_does_not() {
    let (world, bot) = lived(800, 3, false);
    let (caring, others) = pressed_shares(&world, &bot);
    println!("caring {caring:.3}, others {others:.3}");
    assert!(caring > 4.0 * others, "caring {caring}, others {others}");
    let (world, bot) = lived(800, 3, true);
    let (caring, others) = pressed_shares(&world, &bot);
    println!("placebo: caring {caring:.3}, others {others:.3}");
    assert!((caring - others).abs() < 0.03, "placebo: caring {caring}, others {others}");
}

#[test]
fn the_same_seed_gives_the_same_truth() {
    let truth = |seed| lived(60, seed, false).0.truth().map(|line| line.to_string()).collect::<Vec<_>>();
    assert_eq!(truth(5), truth(5));
    let names = |seed| {
        let world = World::new(WorldConfig { seed, ..WorldConfig::default() });
        world.people().map(|person| person["first_name"].to_string()).collect::<Vec<_>>()
    };
    assert_ne!(names(5), names(6), "another seed has other people");
}

/// What people do is possible: they press and follow only what they got, and nothing after a block.
#[test]
fn people_do_only_what_they_can() {
    let (world, _) = lived(400, 11, false);
    for line in world.truth() {
        let received: BTreeMap<i64, i64> = line["received"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["message_id"].as_i64().unwrap(), one["at_ms"].as_i64().unwrap()))
            .collect();
        for name in ["pressed", "followed", "saw"] {
            for act in line[name].as_array().unwrap() {
                let sent_ms = received[&act["message_id"].as_i64().unwrap()];
                assert!(act["at_ms"].as_i64().unwrap() >= sent_ms, "{name} before it was sent");
            }
        }
        let (blocks, unblocks) = (times(&line, "blocked"), times(&line, "unblocked"));
        for (number, block_ms) in blocks.iter().enumerate() {
            let until_ms = unblocks.get(number).copied().unwrap_or(i64::MAX);
            for name in ["wrote", "pressed", "received"] {
                let within =
                    times(&line, name).into_iter().find(|at_ms| at_ms > block_ms && *at_ms < until_ms);
                assert_eq!(within, None, "{name} while blocking");
            }
        }
    }
}
