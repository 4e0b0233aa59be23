//! `kill -9` at random moments of a running campaign: nothing acknowledged is lost, nothing has its effects twice,
//! nobody gets a campaign twice. Once on SQLite, once on PostgreSQL.
//!
//! `MUSTER_KILLS` says how often on each (8 unless told), `MUSTER_SEED` from which seed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::campaign::Status;
use domain::event::{EventBody, Outcome};
use domain::ids::{BotId, ContactNumber};
use domain::limits::CALLS_IN_FLIGHT_MAX;
use engine::clock::{Clock, SystemClock};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::WorldConfig;
use serde_json::{Value, json};
use store::StoreOptions;
use testkit::binary::{self, Serving, free_port};
use testkit::stored::{self, Stored};
use testkit::{Api, Delays, Network, Rehearsal, agreement, crowd, until};

const ISSUE: &str = "The weekly issue";
/// Written to each second; a call is under way for some 20 ms, so that some three are at any moment.
const BULK_PER_SECOND: i64 = 150;
/// People for each kill, so that the campaign outlives them all.
const PEOPLE_A_KILL: usize = 180;
/// Sent before the first kill: of fewer, the calls that a kill leaves unknown are over the guard rail's ten percent.
const SENT_FIRST: i64 = 300;
/// How long a campaign may stand still, in seconds.
const STANDSTILL_S: u64 = 120;
/// One of so many kills comes while the server starts.
const KILLS_AT_START: u32 = 5;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What stood in the ledger at the moments of the kills.
#[derive(Default)]
struct Tally {
    kills: usize,
    kills_while_sending: usize,
    kills_with_leases: usize,
    leased: usize,
    leased_max: usize,
    /// Of the leased ones, how many had arrived all the same.
    arrived: usize,
    states: BTreeMap<Outcome, usize>,
}

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Rehearsal,
    network: Network,
    port: u16,
    postgres_url: Option<String>,
    api: Api,
    bot: i64,
    campaign: i64,
    people: Vec<i64>,
}

/// What tells a process which database is ours.
fn environment(postgres_url: Option<&String>) -> Vec<(&'static str, String)> {
    postgres_url.map(|url| ("MUSTER_DATABASE_URL", url.clone())).into_iter().collect()
}

impl Scene {
    /// A server with a bot, people who started it, and a campaign that was just started.
    async fn open(people: usize, postgres_url: Option<String>) -> (Self, Serving) {
        let config = WorldConfig {
            people: people as u32,
            lively: false,
            flood_limits: false,
            ..WorldConfig::default()
        };
        let sandbox = Rehearsal::serve(config).await;
        let network = Network::to(sandbox.address, Delays { request_ms: 3..15, answer_ms: 3..20 }).await;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let environment = environment(postgres_url.as_ref());
        let token = binary::token_with(folder.path(), &environment);
        let api = Api::new(format!("http://127.0.0.1:{port}"), token);
        let serving = Serving::start_with(folder.path(), port, &network.api_url(), &environment).await;
        let new = json!({"token": sandbox.token, "bulk_per_second": BULK_PER_SECOND});
        let bot = api.post("/bots", new).await["id"].as_i64().unwrap();
        let ids: Vec<i64> = sandbox.world.lock().person_ids().collect();
        for id in &ids {
            sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let everyone = json!({"all": []});
        let known = async || (api.count(bot, &everyone).await == ids.len() as i64).then_some(());
        until("everybody to be known", 120, known).await;
        let message = json!({"text": format!("{ISSUE} for {{first_name|friend}}"), "format": "plain", "buttons": [
            [{"text": "More", "press": {"add_tags": ["Wants more"]}}]]});
        let new = json!({"bot_id": bot, "name": ISSUE, "audience": everyone, "message": message,
            "held_out_percent": 5});
        let campaign = api.post("/campaigns", new).await["id"].as_i64().unwrap();
        api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        let scene = Self { folder, sandbox, network, port, postgres_url, api, bot, campaign, people: ids };
        (scene, serving)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server again and waits until it answers.
    async fn serve(&self) -> Serving {
        let environment = environment(self.postgres_url.as_ref());
        Serving::start_with(self.folder(), self.port, &self.network.api_url(), &environment).await
    }

    /// Starts the server again.
    fn spawn(&self) -> Serving {
        let environment = environment(self.postgres_url.as_ref());
        Serving::spawn_with(self.folder(), self.port, &self.network.api_url(), &environment)
    }

    async fn campaign(&self) -> Value {
        self.api.get(&format!("/campaigns/{}", self.campaign)).await
    }

    /// So many unknown in a row may trip the guard rail; then somebody looks, and decides to go on.
    async fn go_on(&self) {
        let campaign = self.campaign().await;
        if campaign["pause_reason"] == "guard_rail" {
            self.api.post(&format!("/campaigns/{}/resume", self.campaign), json!({})).await;
        }
    }

    async fn stored(&self) -> Stored {
        let postgres_url = self.postgres_url.clone();
        let options = StoreOptions { postgres_url, ..StoreOptions::new(self.folder()) };
        stored::of(&options, BotId(self.bot)).await
    }

    /// Waits until the campaign goes on from where a kill left it: a kill of a server that has only begun to start is
    /// another case, and has its own turns.
    async fn sends_on(&self, sent: i64) {
        let goes_on = async || {
            self.go_on().await;
            (self.campaign().await["counts"]["sent"].as_i64()? > sent).then_some(())
        };
        until("the campaign to go on after a kill", STANDSTILL_S, goes_on).await;
    }

    /// What the ledger says between a kill and the next start; how many were sent.
    async fn note(&self, tally: &mut Tally) -> i64 {
        let stored = self.stored().await;
        let outcomes = stored.outcomes();
        tally.kills += 1;
        let sending = stored.statuses.values().all(|status| *status == Status::Sending);
        tally.kills_while_sending += usize::from(sending);
        let leased: Vec<_> =
            stored.ledgers.values().flatten().filter(|line| line.outcome == Outcome::Leased).collect();
        assert!(leased.len() <= CALLS_IN_FLIGHT_MAX, "{} leased, more than can be in flight", leased.len());
        tally.kills_with_leases += usize::from(!leased.is_empty());
        tally.leased += leased.len();
        tally.leased_max = tally.leased_max.max(leased.len());
        let arrived =
            |number: ContactNumber| !self.sandbox.received(stored.people[&number], ISSUE).is_empty();
        tally.arrived += leased.iter().filter(|line| arrived(line.contact)).count();
        for (outcome, count) in outcomes {
            *tally.states.entry(outcome).or_default() += count;
        }
        stored.outcomes().get(&Outcome::Sent).map_or(0, |count| *count as i64)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_any_moment_lose_nothing_and_double_nothing() {
    kill_at_any_moment(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_any_moment_on_postgresql_lose_nothing_and_double_nothing() {
    let Some(url) = cluster::database_or_skip() else { return };
    kill_at_any_moment(Some(url)).await;
}

async fn kill_at_any_moment(postgres_url: Option<String>) {
    let database = if postgres_url.is_some() { "PostgreSQL" } else { "SQLite" };
    let (kills, seed) = (setting("MUSTER_KILLS", 8) as usize, setting("MUSTER_SEED", 7));
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let (scene, serving) = Scene::open(700 + PEOPLE_A_KILL * kills, postgres_url).await;
    let stop = Arc::new(AtomicBool::new(false));
    let world = Arc::clone(&scene.sandbox.world);
    let people = tokio::spawn(crowd::lively(world, scene.people.clone(), seed, Arc::clone(&stop)));
    let first = async || (scene.campaign().await["counts"]["sent"].as_i64()? >= SENT_FIRST).then_some(());
    until("the first to be sent", 60, first).await;
    let mut serving = Some(serving);
    let (mut tally, mut sent) = (Tally::default(), 0);
    // A kill of a campaign that a guard rail paused proves little: it is one more, not one of these.
    while tally.kills_while_sending < kills && tally.kills < 3 * kills {
        let kill = tally.kills;
        let up_ms = if kill % KILLS_AT_START as usize == 1 {
            serving = Some(scene.spawn());
            dice.random_range(20..500)
        } else {
            if serving.is_none() {
                serving = Some(scene.serve().await);
                scene.sends_on(sent).await;
            }
            dice.random_range(0..1_000)
        };
        // The moment is what is tested: nothing is waited for.
        tokio::time::sleep(Duration::from_millis(up_ms)).await;
        serving.take().unwrap().kill();
        sent = scene.note(&mut tally).await;
    }
    stop.store(true, Ordering::Release);
    people.await.unwrap();
    let serving = scene.serve().await;
    let ended = ended(&scene).await;
    assert!(serving.stop().await, "the server ends well when it is asked to");
    let stored = scene.stored().await;
    let lost = compare_acts(&scene, &stored);
    let doubled = compare_ledger(&scene, &stored, &ended, &tally);
    println!(
        "{database}: {} kills ({} while sending, {} with leases), seed {seed}: lost {lost}, doubled {doubled}",
        tally.kills, tally.kills_while_sending, tally.kills_with_leases
    );
    println!(
        "leased at a kill: {} in all, {} at most, {} of them had arrived",
        tally.leased, tally.leased_max, tally.arrived
    );
    println!("ledger lines seen at kills: {:?}; at the end: {:?}", tally.states, stored.outcomes());
    assert_eq!(tally.kills_while_sending, kills, "too many kills hit a campaign that was not sending");
    assert!(
        tally.kills_with_leases * 4 >= tally.kills,
        "too few kills hit a call under way to prove anything"
    );
}

/// Waits for the campaign's end and for everything that people did to be known; the campaign.
async fn ended(scene: &Scene) -> Value {
    let truth = scene.sandbox.truth();
    let sum = |list: &str| truth.iter().map(|one| one[list].as_array().unwrap().len() as i64).sum::<i64>();
    let (words, presses) = (sum("wrote"), sum("pressed"));
    let mut campaign = scene.campaign().await;
    while campaign["status"] != "done" {
        let before = campaign["counts"]["pending"].as_i64();
        let moved = async || {
            scene.go_on().await;
            let campaign = scene.campaign().await;
            let moved = campaign["status"] == "done" || campaign["counts"]["pending"].as_i64() < before;
            moved.then_some(campaign)
        };
        let what = format!("the campaign to go on: {}, {}", campaign["status"], campaign["counts"]);
        campaign = until(&what, STANDSTILL_S, moved).await.0;
    }
    // Nobody acts any more, so an empty queue means that all was taken in and acknowledged.
    let nothing_waits = async || (crowd::waiting(&scene.sandbox.world) == 0).then_some(());
    until(&format!("{words} words and {presses} presses to be known"), 120, nothing_waits).await;
    campaign
}

/// Compares what people did with the log and its effects; how many acts are missing.
fn compare_acts(scene: &Scene, stored: &Stored) -> usize {
    let truth = scene.sandbox.truth();
    let failed = stored.events.iter().filter_map(|event| match &event.body {
        EventBody::IngestFailed { error, json } => Some(format!("{error}: {json}")),
        _ => None,
    });
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<String>::new(), "updates that could not be taken in");
    let lost = agreement::lost_acts(stored, &truth);
    let mut tagged: BTreeMap<i64, usize> = BTreeMap::new();
    for event in stored.events.iter().filter(|event| matches!(event.body, EventBody::TagAdded { .. })) {
        *tagged.entry(stored.people[&event.contact.unwrap()]).or_default() += 1;
    }
    for one in truth {
        let person = one["id"].as_i64().unwrap();
        let (wrote, presses) =
            (one["wrote"].as_array().unwrap().len(), one["pressed"].as_array().unwrap().len());
        let tags = tagged.remove(&person).unwrap_or(0);
        assert_eq!(tags, usize::from(presses > 0), "the tag of {person}, once");
        assert_eq!(stored.unread[&person], wrote as i64, "effects of what {person} wrote, once each");
    }
    lost
}

/// Compares the ledger with what people received; how many got it twice.
fn compare_ledger(scene: &Scene, stored: &Stored, ended: &Value, tally: &Tally) -> usize {
    let lines = stored.ledgers.values().next().unwrap();
    let compared = agreement::ledger(stored, lines, &scene.sandbox.truth(), ISSUE, &BTreeSet::new());
    let at = |outcome: Outcome| compared.counts.get(&outcome).copied().unwrap_or(0);
    assert_eq!(at(Outcome::Pending) + at(Outcome::Leased), 0, "the campaign is done");
    assert_eq!(stored.outbox_leased, 0);
    assert!(at(Outcome::Unknown) <= tally.leased, "more unknown than calls that were under way at kills");
    assert_eq!(ended["counts"]["audience"], scene.people.len());
    assert_eq!(lines.len(), scene.people.len(), "audience = the sum of the outcomes");
    compared.doubled
}
