//! Pushing updates: which may go out now, and what an answer means. Order holds within a lane
//! only: messages by chat, presses and checkouts by person, member changes on their own.

use crate::dice::mixed;
use crate::limits;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// What updates are queued by: a kind and an id.
pub type Lane = (u8, i64);

/// Where a bot wants its updates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub connections_max: usize,
    /// When in unix milliseconds, and what went wrong last.
    pub last_error: Option<(i64, String)>,
}

impl Webhook {
    /// Whether setting `other` changes nothing.
    pub fn is_same(&self, other: &Webhook) -> bool {
        self.url == other.url && self.secret == other.secret && self.connections_max == other.connections_max
    }
}

/// One update on its way to the bot.
#[derive(Clone, Debug)]
pub struct Push {
    pub update_id: i64,
    pub lane: Lane,
    pub body: String,
    pub url: String,
    pub secret: Option<String>,
    /// Of the webhook's setting: an answer to an earlier one counts no more.
    pub generation: u64,
}

/// How a push ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Any 2xx.
    Taken,
    /// Another status with its text, and the `Retry-After` in seconds.
    Refused { status: u16, reason: String, retry_after_s: Option<i64> },
    /// No answer, in Telegram's words.
    Failed(&'static str),
}

#[derive(Debug)]
struct Waiting {
    failures: u32,
    due_ms: i64,
}

/// What is under way; nothing of it outlives the process.
#[derive(Debug, Default)]
pub struct Pushes {
    generation: u64,
    in_flight: HashSet<Lane>,
    waiting: HashMap<Lane, Waiting>,
    /// Connections that may be used now; an outage sets it to one, every success adds one.
    connections: usize,
    gone_since_ms: Option<i64>,
}

impl Pushes {
    /// Forgets everything: the webhook is another one.
    pub fn restart(&mut self, _now_ms: i64) {
        *self = Self { generation: self.generation + 1, connections: usize::MAX, ..Self::default() };
    }

    fn has_room(&self, lane: Lane, now_ms: i64) -> bool {
        !self.in_flight.contains(&lane) && self.waiting.get(&lane).is_none_or(|one| one.due_ms <= now_ms)
    }

    fn failed(&mut self, lane: Lane, retry_after_s: Option<i64>, now_ms: i64) {
        self.connections = 1;
        let chance = mixed(now_ms as u64 ^ (lane.1 as u64).rotate_left(17));
        let waiting = self.waiting.entry(lane).or_insert(Waiting { failures: 0, due_ms: now_ms });
        waiting.failures += 1;
        // At once, then 2, 4, 8 … seconds, up to a random one to two minutes.
        let most_ms = 60_000 + (chance % 60_000) as i64;
        let back_off_ms = match waiting.failures {
            1 => 0,
            more => (1000_i64 << (more - 1).min(16)).min(most_ms),
        };
        let asked_ms = retry_after_s.map_or(0, |s| s.clamp(0, limits::WEBHOOK_RETRY_AFTER_S_MAX) * 1000);
        waiting.due_ms = now_ms + back_off_ms.max(asked_ms);
    }
}

impl World {
    /// Updates that are to be pushed now. Each is to be answered with [`World::push_ended`].
    pub(crate) fn take_pushes(&mut self, now_ms: i64) -> Vec<Push> {
        let Some(webhook) = &self.webhook else { return Vec::new() };
        if self.pushes.connections == 0 {
            self.pushes.connections = webhook.connections_max;
        }
        let most = webhook.connections_max.min(self.pushes.connections);
        let room = most.saturating_sub(self.pushes.in_flight.len());
        let mut taken = Vec::new();
        if room == 0 {
            return taken;
        }
        let mut passed: HashSet<Lane> = HashSet::new();
        for (update_id, lane, update) in self.queue.pushable(now_ms) {
            // Only the first of a lane may go.
            if !passed.insert(lane) || !self.pushes.has_room(lane, now_ms) {
                continue;
            }
            taken.push(Push {
                update_id,
                lane,
                body: update.to_string(),
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                generation: self.pushes.generation,
            });
            if taken.len() == room {
                break;
            }
        }
        self.pushes.in_flight.extend(taken.iter().map(|push| push.lane));
        taken
    }

    /// What became of a push: an update that was taken is gone, another one is tried again.
    pub(crate) fn push_ended(&mut self, push: &Push, pushed: Pushed, now_ms: i64) {
        let Some(webhook) = &mut self.webhook else { return };
        if push.generation != self.pushes.generation {
            return;
        }
        self.pushes.in_flight.remove(&push.lane);
        let (words, retry_after_s) = match pushed {
            Pushed::Taken => {
                self.pushes.waiting.remove(&push.lane);
                self.pushes.connections = self.pushes.connections.saturating_add(1);
                self.pushes.gone_since_ms = None;
                self.queue.confirm(push.update_id);
                return;
            }
            Pushed::Refused { status, reason, retry_after_s } => {
                if status == 410 {
                    let since_ms = *self.pushes.gone_since_ms.get_or_insert(now_ms);
                    if now_ms - since_ms > limits::WEBHOOK_GONE_MS {
                        self.webhook = None;
                        return;
                    }
                } else {
                    self.pushes.gone_since_ms = None;
                }
                (format!("Wrong response from the webhook: {status} {reason}"), retry_after_s)
            }
            Pushed::Failed(words) => (words.to_string(), None),
        };
        webhook.last_error = Some((now_ms, words));
        self.pushes.failed(push.lane, retry_after_s, now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;
    use crate::world::WorldConfig;
    use serde_json::json;

    fn pushed_world() -> World {
        let config =
            WorldConfig { people: 3, lively: false, everyone_started: true, ..WorldConfig::default() };
        let mut world = World::new(config);
        let params = Params::from_json(json!({"url": "http://127.0.0.1:9/hook", "secret_token": "s"}));
        assert_eq!(world.call("setWebhook", &params, 0).description(), Some("Webhook was set"));
        world
    }

    fn refused(status: u16) -> Pushed {
        Pushed::Refused { status, reason: "Gone".into(), retry_after_s: None }
    }

    #[test]
    fn order_holds_within_a_lane_only() {
        let mut world = pushed_world();
        let ids: Vec<i64> = world.person_ids().collect();
        for text in ["one", "two"] {
            world.person_write(ids[0], text, 1).unwrap();
        }
        world.person_block(ids[0], 2).unwrap();
        world.person_write(ids[1], "other", 3).unwrap();
        let first = world.take_pushes(3);
        assert_eq!(first.len(), 3, "a message of each person, and the block beside them");
        assert!(world.take_pushes(3).is_empty(), "the second message waits for the first");
        assert!(first[0].body.contains("\"one\""), "{}", first[0].body);
        world.push_ended(&first[0], Pushed::Taken, 4);
        let next = world.take_pushes(4);
        assert_eq!(next.len(), 1);
        assert!(next[0].body.contains("\"two\""), "{}", next[0].body);
    }

    #[test]
    fn a_failed_push_is_tried_at_once_then_ever_later_on_one_connection() {
        let mut world = pushed_world();
        let ids: Vec<i64> = world.person_ids().collect();
        for id in &ids {
            world.person_write(*id, "hello", 0).unwrap();
        }
        let pushes = world.take_pushes(0);
        assert_eq!(pushes.len(), 3);
        for push in &pushes {
            world.push_ended(push, Pushed::Failed("Connection refused"), 0);
        }
        assert_eq!(world.webhook_info()["last_error_message"], "Connection refused");
        let mut times = Vec::new();
        for now_ms in (0..200_000).step_by(500) {
            let again = world.take_pushes(now_ms);
            assert!(again.len() <= 1, "one connection after an outage");
            for push in again {
                if push.lane.1 == ids[0] {
                    times.push(now_ms);
                }
                world.push_ended(&push, refused(500), now_ms);
            }
        }
        let gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // The single connection is shared, so a turn may come some steps late.
        let wanted = [2000, 4000, 8000, 16_000, 32_000];
        assert!(gaps.len() >= 5, "{gaps:?}");
        assert!(gaps.iter().zip(wanted).all(|(gap, least)| (least..least + 2500).contains(gap)), "{gaps:?}");
        assert_eq!(world.webhook_info()["last_error_message"], "Wrong response from the webhook: 500 Gone");
    }

    #[test]
    fn gone_for_23_hours_removes_the_webhook() {
        let mut world = pushed_world();
        let id = world.person_ids().next().unwrap();
        world.person_write(id, "hello", 0).unwrap();
        let push = world.take_pushes(0).remove(0);
        world.push_ended(&push, refused(410), 0);
        world.push_ended(&push, refused(410), limits::WEBHOOK_GONE_MS);
        assert_ne!(world.webhook_info()["url"], "");
        world.push_ended(&push, refused(410), limits::WEBHOOK_GONE_MS + 1);
        assert_eq!(world.webhook_info()["url"], "");
    }

    #[test]
    fn addresses_are_refused_in_telegrams_words() {
        let mut world = pushed_world();
        let mut words = |url: &str| {
            let reply = world.call("setWebhook", &Params::from_json(json!({"url": url})), 0);
            reply.description().unwrap_or_default().to_string()
        };
        let bad = "Bad Request: bad webhook: ";
        assert_eq!(words("http://a.test/x"), format!("{bad}An HTTPS URL must be provided for webhook"));
        let ports = "Webhook can be set up only on ports 80, 88, 443 or 8443";
        assert_eq!(words("https://a.test:444/x"), format!("{bad}{ports}"));
        assert_eq!(
            words("https://a.test/x"),
            format!("{bad}Failed to resolve host: Name or service not known")
        );
        assert_eq!(words(""), "Webhook was deleted");
        assert_eq!(words(""), "Webhook is already deleted");
    }
}
