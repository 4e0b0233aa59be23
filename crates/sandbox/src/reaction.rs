//! How people react to what the bot sends. The rule is told in `temperament`.

use crate::acts::links_of;
use crate::limits::DAY_MS;
use crate::markup::{Action, Button};
use crate::schedule::Intent;
use crate::temperament as temper;
use crate::truth::Act;
use crate::world::World;
use crate::{interests, phrases};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Topics and offers of texts that were read before; many people read the same text.
#[derive(Debug, Default)]
pub struct Readings {
    known: HashMap<u64, Reading>,
}

/// What a text is about.
#[derive(Clone, Copy, Debug)]
struct Reading {
    topics: u8,
    offers_human: bool,
}

/// Texts that are remembered; then all are forgotten.
const READINGS_MAX: usize = 8192;

impl Readings {
    fn of(&mut self, text: &str) -> Reading {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        if self.known.len() >= READINGS_MAX {
            self.known.clear();
        }
        *self.known.entry(hasher.finish()).or_insert_with(|| Reading {
            topics: interests::named_in(text),
            offers_human: phrases::offers_human(text),
        })
    }
}

/// What a person can do with a message that they see.
struct Seen {
    matching: f64,
    offers_human: bool,
    has_buttons: bool,
    has_links: bool,
}

impl World {
    /// The bot has sent a message: plans when the person sees it, and the crawler's visit.
    pub(crate) fn notice_message(&mut self, index: usize, message_id: i64, has_link: bool, now_ms: i64) {
        let speed = self.config.speed;
        let mind = &mut self.people[index].state.mind;
        let is_answer = mind.is_answer(now_ms, speed);
        mind.was_answered = is_answer;
        let is_muted = now_ms < mind.muted_until_ms;
        mind.last_bot_ms = now_ms;
        if has_link {
            // The crawler is Telegram's and knows no speed.
            let after_ms = self.people[index].state.dice.between(800.0, 4000.0) as i64;
            self.schedule.plan(now_ms + after_ms, index, Intent::Preview(message_id));
        }
        if !self.config.lively {
            return;
        }
        let dice = &mut self.people[index].state.dice;
        if is_answer {
            let pause_ms = dice.log_normal(temper::SEE_ANSWER_S_MEDIAN, temper::SEE_ANSWER_SPREAD) * 1000.0;
            let at_ms = now_ms + self.pause_ms(pause_ms);
            self.schedule.plan(at_ms, index, Intent::SeeAnswer(message_id));
        } else if !dice.chance(temper::NEVER_SEEN) && !is_muted {
            let pause_ms = dice.log_normal(temper::SEE_MINUTES_MEDIAN, temper::SEE_SPREAD) * 60_000.0;
            let at_ms = self.when_awake(index, now_ms, pause_ms);
            self.schedule.plan(at_ms, index, Intent::See(message_id));
        }
    }

    /// Records that a message is seen; what it is to the person, if it is still there.
    fn look_at(&mut self, index: usize, message_id: i64, now_ms: i64) -> Option<Seen> {
        let message = self.message_of(index, message_id).ok()?;
        let (text, keyboard) = (message.text.clone(), message.keyboard.clone());
        let has_links = !links_of(message).is_empty();
        let buttons = || keyboard.iter().flat_map(|rows| rows.iter().flatten());
        let has_buttons = buttons().any(|button| matches!(button.action, Action::Callback(_)));
        let reading = self.readings.of(&text);
        let mut topics = reading.topics;
        let mut offers_human = reading.offers_human;
        for button in buttons() {
            let label = self.readings.of(&button.text);
            topics |= label.topics;
            offers_human |= label.offers_human;
        }
        self.people[index].state.acts.push(Act::Saw { at_ms: now_ms, message_id });
        Some(Seen { matching: self.matching(index, topics), offers_human, has_buttons, has_links })
    }

    /// How much topics suit a person, from 0 to 1.
    fn matching(&self, index: usize, topics: u8) -> f64 {
        if self.config.placebo || topics == 0 {
            return temper::MATCH_MEAN;
        }
        let interests = self.people[index].profile.interests.iter().enumerate();
        interests
            .filter(|(topic, _)| topics >> topic & 1 == 1)
            .map(|(_, weight)| f64::from(*weight))
            .fold(0.0, f64::max)
    }

    /// Whether a text is about no topic, or about one that the person cares for.
    pub(crate) fn suits(&mut self, index: usize, text: &str) -> bool {
        let topics = self.readings.of(text).topics;
        topics == 0 || self.matching(index, topics) >= temper::OPTION_INTEREST_MIN
    }

    /// What answers the person costs no patience, and a menu is there to be used.
    pub(crate) fn see_answer(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let Some(seen) = self.look_at(index, message_id, now_ms) else { return };
        if self.people[index].profile.habits.only_looks {
            return;
        }
        let square = seen.matching * seen.matching;
        let dice = &mut self.people[index].state.dice;
        if seen.offers_human && dice.chance(temper::ASK_HUMAN) {
            self.plan_act(index, now_ms, Intent::AskHuman);
        } else if seen.has_buttons
            && dice.chance(temper::PRESS_BASE_ANSWER + temper::PRESS_GAIN_ANSWER * square)
        {
            self.plan_act(index, now_ms, Intent::Press(message_id));
        } else if seen.has_links && dice.chance(temper::FOLLOW_BASE + temper::FOLLOW_GAIN * square) {
            self.plan_act(index, now_ms, Intent::Open(message_id));
        }
    }

    /// What comes unasked is used if it suits, and costs patience if it does not.
    pub(crate) fn see_unasked(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let Some(seen) = self.look_at(index, message_id, now_ms) else { return };
        let habits = &self.people[index].profile.habits;
        let silent = self.people[index].state.mind.is_silent || habits.only_looks;
        // Who has fallen silent is harder to win back.
        let readiness = if silent { 0.4 } else { 1.0 };
        let square = seen.matching * seen.matching;
        let dice = &mut self.people[index].state.dice;
        let mut chance = |base: f64, gain: f64| dice.chance((base + gain * square) * readiness);
        let presses = seen.has_buttons && chance(temper::PRESS_BASE, temper::PRESS_GAIN);
        let follows = seen.has_links && chance(temper::FOLLOW_BASE, temper::FOLLOW_GAIN);
        let replies = chance(temper::REPLY_BASE, temper::REPLY_GAIN);
        if presses {
            self.plan_act(index, now_ms, Intent::Press(message_id));
        }
        if follows {
            self.plan_act(index, now_ms, Intent::Open(message_id));
        }
        if replies {
            let dice = &mut self.people[index].state.dice;
            let pause_ms = dice.log_normal(temper::REPLY_MINUTES_MEDIAN, temper::REPLY_SPREAD) * 60_000.0;
            let at_ms = self.when_awake(index, now_ms, pause_ms);
            self.schedule.plan(at_ms, index, Intent::Write);
        }
        if !(presses || follows || replies) {
            self.lose_patience(index, seen.matching, now_ms);
        } else if silent && self.people[index].state.dice.chance(0.5) {
            self.plan_act(index, now_ms, Intent::Return);
        }
    }

    fn lose_patience(&mut self, index: usize, matching: f64, now_ms: i64) {
        let state = &mut self.people[index].state;
        let irrelevance = 1.0 - matching;
        state.mind.patience -= temper::PATIENCE_COST * irrelevance;
        let is_gone = state.mind.patience <= 0.0;
        if state.dice.chance(temper::BLOCK_AT_ONCE * irrelevance)
            || (is_gone && state.dice.chance(temper::BLOCK_WITHOUT_PATIENCE))
        {
            self.plan_act(index, now_ms, Intent::Block);
        } else if is_gone && state.dice.chance(temper::OPT_OUT_WITHOUT_PATIENCE) {
            self.plan_act(index, now_ms, Intent::OptOut);
        } else if is_gone {
            let days = state.dice.exponential(temper::MUTE_DAYS_MEAN);
            let until_ms = now_ms + self.pause_ms(days * DAY_MS as f64);
            self.people[index].state.mind.muted_until_ms = until_ms;
        }
    }

    /// Plans an act some seconds from now.
    fn plan_act(&mut self, index: usize, now_ms: i64, intent: Intent) {
        let pause_ms =
            self.people[index].state.dice.log_normal(temper::ACT_S_MEDIAN, temper::ACT_SPREAD) * 1000.0;
        let at_ms = now_ms + self.pause_ms(pause_ms);
        self.schedule.plan(at_ms, index, intent);
    }

    /// Presses the option of a message that suits the person best, if one does.
    pub(crate) fn press_some(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let Some(data) = self.chosen_option(index, message_id) else { return };
        self.press(index, message_id, &data, now_ms);
        if self.people[index].state.dice.chance(temper::PRESS_AGAIN) {
            self.plan_act(index, now_ms, Intent::Press(message_id));
        }
    }

    /// Options on a topic of interest first, leaning to the greater interest; else one that is
    /// about no topic; else nothing. Under placebo all options are equal.
    fn chosen_option(&mut self, index: usize, message_id: i64) -> Option<String> {
        let keyboard = self.message_of(index, message_id).ok()?.keyboard.clone()?;
        let mut suiting = Vec::new();
        let mut neutral = Vec::new();
        for Button { text, action } in keyboard.iter().flatten() {
            let Action::Callback(data) = action else { continue };
            if self.has_pressed(index, message_id, data) {
                continue;
            }
            let topics = self.readings.of(text).topics;
            let interest = self.matching(index, topics);
            if self.config.placebo || topics == 0 {
                neutral.push((data, 1.0));
            } else if interest >= temper::OPTION_INTEREST_MIN {
                suiting.push((data, interest.powf(temper::OPTION_LEANING)));
            }
        }
        let options = if suiting.is_empty() { neutral } else { suiting };
        let weights: Vec<f64> = options.iter().map(|(_, weight)| *weight).collect();
        let chosen = self.people[index].state.dice.weighted(&weights);
        options.get(chosen).map(|(data, _)| data.to_string())
    }

    /// Follows one of a message's links.
    pub(crate) fn open_some(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let Ok(message) = self.message_of(index, message_id) else { return };
        let links = links_of(message);
        if links.is_empty() {
            return;
        }
        let url = self.people[index].state.dice.one_of(&links).clone();
        self.follow(index, Some(message_id), url, now_ms);
    }
}
