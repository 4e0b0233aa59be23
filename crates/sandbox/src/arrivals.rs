//! People who come through a page of somebody's: they open its address, and most start the bot that it leads to.
//! Programs open it as well.

use crate::follow::{Follow, Visitor};
use crate::names::PASSERS_BY;
use crate::person::Led;
use crate::schedule::Intent;
use crate::temperament as temper;
use crate::truth::Act;
use crate::world::World;

impl World {
    /// Opens an address, as somebody who has just met it. Some put a parameter of their own behind it, as the
    /// place where they found it had it. A program may be there first.
    pub(crate) fn open_link(&mut self, index: usize, url: &str, now_ms: i64) {
        let dice = &mut self.people[index].state.dice;
        let mark = if url.contains('?') { '&' } else { '?' };
        let url = match dice.chance(temper::LINK_TAGGED_SHARE) {
            true => format!("{url}{mark}utm_content={}", dice.one_of(&["story", "post", "bio"])),
            false => url.to_string(),
        };
        if dice.chance(temper::LINK_PASSER_BY_SHARE) {
            let program = *dice.one_of(PASSERS_BY);
            self.pass_by(index, url.clone(), program, now_ms);
        }
        self.follow(index, None, url, now_ms);
    }

    fn pass_by(&mut self, index: usize, url: String, program: &str, now_ms: i64) {
        let follow_id = self.follows.take_id();
        let person = &mut self.people[index];
        person.state.acts.push(Act::Previewed {
            at_ms: now_ms,
            message_id: None,
            url: url.clone(),
            status: None,
            follow_id,
            user_agent: program.into(),
        });
        self.follows.push(Follow {
            follow_id,
            telegram_id: person.id,
            at_ms: now_ms,
            url,
            user_agent: program.to_string(),
            language: "en",
            visitor: Visitor::Crawler,
        });
    }

    /// A person's browser was led on. If it was to this bot, most start it a moment later.
    pub(crate) fn led_to(&mut self, follow: &Follow, location: &str) {
        let here = format!("https://t.me/{}?start=", self.config.bot_username);
        let Some(payload) = location.strip_prefix(&here) else { return };
        let Some(index) = self.index_of(follow.telegram_id) else { return };
        let state = &mut self.people[index].state;
        if !state.dice.chance(temper::LINK_START_SHARE) {
            return;
        }
        let pause_ms = state.dice.between(temper::LINK_PAUSE_MS.0, temper::LINK_PAUSE_MS.1);
        state.led = Some(Led { payload: payload.to_string(), by: follow.url.as_str().into() });
        let at_ms = self.now_ms.max(follow.at_ms) + self.pause_ms(pause_ms);
        self.schedule.plan(at_ms, index, Intent::StartLed);
        self.wake.notify_waiters();
    }

    pub(crate) fn start_led(&mut self, index: usize, now_ms: i64) {
        let Some(Led { payload, by }) = self.people[index].state.led.take() else { return };
        self.start(index, Some(&payload), Some(by), now_ms);
        self.settle_in(index, now_ms);
    }

    /// Somebody who knows the bot meets one of its addresses elsewhere.
    pub(crate) fn meet_link_again(&mut self, index: usize, now_ms: i64) {
        let links: Vec<String> =
            self.config.sources.iter().filter_map(|source| source.link.clone()).collect();
        let dice = &mut self.people[index].state.dice;
        if !links.is_empty() && dice.chance(temper::LINK_AGAIN_SHARE) {
            let url = dice.one_of(&links).clone();
            self.open_link(index, &url, now_ms);
        }
    }
}
