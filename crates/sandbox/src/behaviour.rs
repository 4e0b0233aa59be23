//! What people do by themselves: they arrive, come back, fall silent. Reactions to what the bot
//! sends are in `reaction`; the parameters of both are in `temperament`.

use crate::limits::DAY_MS;
use crate::schedule::Intent;
use crate::temperament as temper;
use crate::truth::Act;
use crate::world::World;
use crate::{interests, phrases};
use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;

const HOUR_MS: f64 = 3_600_000.0;

impl World {
    /// Lets everyone act up to this time, in the order of time.
    pub fn advance(&mut self, to_ms: i64) {
        while let Some((at_ms, person, intent)) = self.schedule.take_due(to_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.happen(person, intent, self.now_ms);
        }
        self.now_ms = self.now_ms.max(to_ms);
    }

    /// The time of the next thing that anyone plans.
    pub fn next_event_ms(&self) -> Option<i64> {
        self.schedule.next_ms()
    }

    fn happen(&mut self, index: usize, intent: Intent, now_ms: i64) {
        let state = &self.people[index].state;
        let is_blocked = state.chat.as_ref().is_some_and(|chat| chat.blocked);
        if let Intent::Preview(message_id) = intent {
            return self.preview(index, message_id, now_ms);
        }
        if state.deactivated
            || (is_blocked && !matches!(intent, Intent::Unblock | Intent::Arrive | Intent::StartLed))
        {
            return;
        }
        match intent {
            Intent::Arrive => self.arrive(index, now_ms),
            Intent::StartLed => self.start_led(index, now_ms),
            Intent::Visit => self.visit(index, now_ms),
            Intent::See(message_id) => self.see_unasked(index, message_id, now_ms),
            Intent::SeeAnswer(message_id) => self.see_answer(index, message_id, now_ms),
            Intent::Press(message_id) => self.press_some(index, message_id, now_ms),
            Intent::Open(message_id) => self.open_some(index, message_id, now_ms),
            Intent::Write => self.write_some(index, now_ms),
            Intent::AskHuman => self.ask_human(index, now_ms),
            Intent::OptOut => {
                self.write(index, phrases::OPT_OUT, now_ms);
            }
            Intent::Block => self.block(index, now_ms),
            Intent::Unblock if is_blocked => self.unblock(index, now_ms),
            Intent::Return => self.come_back(index, now_ms),
            Intent::Unblock | Intent::Preview(_) => {}
        }
    }

    /// A pause of a person in milliseconds, at the speed of this world.
    pub(crate) fn pause_ms(&self, ms: f64) -> i64 {
        (ms / self.config.speed.max(1e-6)) as i64
    }

    /// Plans everyone's first /start: ever more a day within the arrival time, then the
    /// newcomers at the pace that was reached.
    pub(crate) fn schedule_arrivals(&mut self) {
        let (start_ms, span_ms) = (self.config.start_ms, self.config.arrival_ms as f64);
        let growth = temper::ARRIVAL_GROWTH;
        let gap_ms = span_ms / f64::from(self.config.people.max(1)) * (1.0 + growth / 2.0) / (1.0 + growth);
        let mut newcomer_ms = span_ms;
        for index in 0..self.people.len() {
            let dice = &mut self.people[index].state.dice;
            let after_ms = if index < self.config.people as usize {
                let share = dice.unit() * (1.0 + growth / 2.0);
                span_ms * ((1.0 + 2.0 * growth * share).sqrt() - 1.0) / growth
            } else {
                let gap = dice.exponential(gap_ms);
                newcomer_ms += self.pause_ms(gap) as f64;
                newcomer_ms
            };
            self.schedule.plan(start_ms + after_ms as i64, index, Intent::Arrive);
        }
    }

    fn arrive(&mut self, index: usize, now_ms: i64) {
        let shares: Vec<f64> = self.config.sources.iter().map(|source| source.share).collect();
        if self.people[index].state.chat.is_none() {
            let source = self.people[index].state.dice.weighted(&shares);
            let source = self.config.sources.get(source).cloned();
            if let Some(url) = source.as_ref().and_then(|source| source.link.as_deref()) {
                // Whoever is led on to the bot starts there: see `arrivals`.
                return self.open_link(index, url, now_ms);
            }
            let payload = source.and_then(|source| source.payload);
            self.start(index, payload.as_deref(), None, now_ms);
        }
        self.settle_in(index, now_ms);
    }

    /// From the first start on a person has a life of their own here.
    pub(crate) fn settle_in(&mut self, index: usize, now_ms: i64) {
        if self.people[index].state.mind.silent_at_ms == i64::MAX {
            self.begin_liveliness(index, now_ms);
        }
    }

    /// From here on the person visits by themselves, until they fall silent.
    pub(crate) fn begin_liveliness(&mut self, index: usize, now_ms: i64) {
        let habits = &self.people[index].profile.habits;
        let (lively_ms, only_looks) = (habits.lively_days * DAY_MS as f64, habits.only_looks);
        let silent_at_ms = now_ms + self.pause_ms(lively_ms).max(1);
        self.people[index].state.mind.silent_at_ms = silent_at_ms;
        if only_looks {
            self.schedule.plan(silent_at_ms, index, Intent::Visit);
        } else {
            self.plan_visit(index, now_ms);
        }
    }

    pub(crate) fn plan_visit(&mut self, index: usize, now_ms: i64) {
        let person = &mut self.people[index];
        let gap_ms = person.state.dice.exponential(DAY_MS as f64 / person.profile.habits.visits_per_day);
        let at_ms = self.when_awake(index, now_ms, gap_ms);
        self.schedule.plan(at_ms, index, Intent::Visit);
    }

    /// The time after a pause, moved to the person's next morning if they would be asleep.
    pub(crate) fn when_awake(&mut self, index: usize, now_ms: i64, pause_ms: f64) -> i64 {
        let person = &mut self.people[index];
        let habits = &person.profile.habits;
        let hour = local_hour(person.profile.zone, now_ms + pause_ms as i64);
        let since_waking = (hour - habits.wakes_hour).rem_euclid(24.0);
        let mut pause_ms = pause_ms;
        if since_waking > habits.awake_hours {
            pause_ms += (24.0 - since_waking + person.state.dice.exponential(1.2)) * HOUR_MS;
        }
        now_ms + self.pause_ms(pause_ms)
    }

    fn visit(&mut self, index: usize, now_ms: i64) {
        let patience_max = self.people[index].profile.habits.patience;
        let state = &mut self.people[index].state;
        if state.chat.is_none() || state.mind.is_silent {
            return;
        }
        if now_ms >= state.mind.silent_at_ms {
            return self.fall_silent(index, now_ms);
        }
        let regained = state.mind.patience + temper::PATIENCE_REGAINED;
        state.mind.patience = regained.min(patience_max);
        self.act_on_visit(index, now_ms);
        self.meet_link_again(index, now_ms);
        self.plan_visit(index, now_ms);
    }

    fn act_on_visit(&mut self, index: usize, now_ms: i64) {
        let dice = &mut self.people[index].state.dice;
        let wish = dice.unit();
        let pays = dice.chance(temper::VISIT_PAY);
        let press_from = self.latest_menu(index);
        match press_from {
            Some(message_id) if wish < temper::VISIT_PRESS => self.press_some(index, message_id, now_ms),
            _ if wish < temper::VISIT_PRESS + temper::VISIT_WRITE => self.write_some(index, now_ms),
            _ if wish < temper::VISIT_PRESS + temper::VISIT_WRITE + temper::VISIT_COMMAND => {
                let command = *self.people[index].state.dice.one_of(phrases::COMMANDS);
                self.write(index, command, now_ms);
            }
            _ => {}
        }
        if pays {
            let dice = &mut self.people[index].state.dice;
            let (amount, stars) = (*dice.one_of(&[499, 999, 1999, 4900]), dice.chance(0.5));
            self.pay(index, if stars { "XTR" } else { "USD" }, amount, now_ms);
        }
    }

    /// The newest message with buttons, not far up in the chat, that is about nothing in
    /// particular or suits the person.
    fn latest_menu(&mut self, index: usize) -> Option<i64> {
        const LOOKED_AT_MAX: usize = 12;
        let chat = self.people[index].state.chat.as_ref()?;
        let latest = chat.messages.iter().rev().take(LOOKED_AT_MAX);
        let menus: Vec<_> = latest
            .filter(|message| message.keyboard.is_some() && !message.deleted)
            .map(|message| (message.id, message.text.clone()))
            .collect();
        menus.into_iter().find(|(_, text)| self.suits(index, text)).map(|(id, _)| id)
    }

    pub(crate) fn write_some(&mut self, index: usize, now_ms: i64) {
        let person = &mut self.people[index];
        let words = phrases::of(person.profile.language);
        let dice = &mut person.state.dice;
        let text = if dice.chance(0.5) {
            (*dice.one_of(words.small_talk)).to_string()
        } else {
            let weights: Vec<f64> = person
                .profile
                .interests
                .iter()
                .map(|weight| f64::from(*weight).powf(temper::OPTION_LEANING))
                .collect();
            let topic = words.topics[dice.weighted(&weights) % interests::TOPICS];
            dice.one_of(words.about_topic).replace("{}", topic)
        };
        self.write(index, &text, now_ms);
    }

    fn ask_human(&mut self, index: usize, now_ms: i64) {
        let person = &mut self.people[index];
        let text = *person.state.dice.one_of(phrases::of(person.profile.language).ask_human);
        self.write(index, text, now_ms);
    }

    fn fall_silent(&mut self, index: usize, now_ms: i64) {
        let state = &mut self.people[index].state;
        state.mind.is_silent = true;
        let dice = &mut state.dice;
        if dice.chance(temper::DEACTIVATE_ON_SILENCE) {
            return self.deactivate(index, now_ms);
        }
        if dice.chance(temper::BLOCK_ON_SILENCE) {
            return self.block(index, now_ms);
        }
        if dice.chance(temper::RETURN_SHARE) {
            let pause_ms = dice.exponential(temper::RETURN_DAYS_MEAN) * DAY_MS as f64;
            let at_ms = self.when_awake(index, now_ms, pause_ms);
            self.schedule.plan(at_ms, index, Intent::Return);
        }
    }

    /// Ends a silence for some days, and visits at once.
    pub(crate) fn come_back(&mut self, index: usize, now_ms: i64) {
        let dice = &mut self.people[index].state.dice;
        let lively_ms = dice.exponential(temper::LIVELY_DAYS_MEAN / 3.0) * DAY_MS as f64;
        let silent_at_ms = now_ms + self.pause_ms(lively_ms).max(1);
        let mind = &mut self.people[index].state.mind;
        let was_silent = mind.is_silent;
        mind.is_silent = false;
        mind.muted_until_ms = i64::MIN;
        mind.silent_at_ms = mind.silent_at_ms.max(silent_at_ms);
        if was_silent {
            self.act_on_visit(index, now_ms);
            self.plan_visit(index, now_ms);
        }
    }

    fn block(&mut self, index: usize, now_ms: i64) {
        if self.people[index].state.chat.is_none() {
            return;
        }
        self.set_blocked(index, true, now_ms);
        let dice = &mut self.people[index].state.dice;
        if dice.chance(temper::UNBLOCK_SHARE) {
            let pause_ms = dice.exponential(temper::UNBLOCK_DAYS_MEAN) * DAY_MS as f64;
            let at_ms = self.when_awake(index, now_ms, pause_ms);
            self.schedule.plan(at_ms, index, Intent::Unblock);
        }
    }

    fn unblock(&mut self, index: usize, now_ms: i64) {
        self.set_blocked(index, false, now_ms);
        let half_patience = self.people[index].profile.habits.patience / 2.0;
        let state = &mut self.people[index].state;
        state.mind.patience = half_patience;
        state.mind.is_silent = true;
        if state.dice.chance(0.5) {
            self.come_back(index, now_ms);
        }
    }

    /// Whether a person has pressed this button lately.
    pub(crate) fn has_pressed(&self, index: usize, message_id: i64, data: &str) -> bool {
        const LOOKED_AT_MAX: usize = 60;
        self.people[index].state.acts.iter().rev().take(LOOKED_AT_MAX).any(|act| {
            matches!(act, Act::Pressed { message_id: id, data: pressed, .. } if *id == message_id && pressed == data)
        })
    }
}

fn local_hour(zone: Tz, at_ms: i64) -> f64 {
    match zone.timestamp_millis_opt(at_ms).single() {
        Some(local) => f64::from(local.hour()) + f64::from(local.minute()) / 60.0,
        None => 12.0,
    }
}
