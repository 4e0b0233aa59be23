//! What can go wrong with one call, planned person by person, between a courier and the sandbox.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use domain::message::Outgoing;
use engine::delivery::{Answer, Transport};
use muster::demo::Direct;
use parking_lot::Mutex;
use serde::Serialize;
use telegram::SendError;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The person blocks the bot just before the call arrives, and nobody was told yet.
    BlocksJustBefore,
    /// The message arrives; its answer does not.
    AnswerLost,
    /// The call is lost on its way, and nobody can know.
    CallLost,
}

/// One that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Happened {
    pub telegram_id: i64,
    pub words: String,
    pub kind: Mishap,
    pub at_ms: i64,
}

/// A way to the sandbox with mishaps on it.
pub struct Mishaps {
    direct: Direct,
    planned: Mutex<BTreeMap<(i64, String), Mishap>>,
    happened: Mutex<Vec<Happened>>,
}

impl Mishaps {
    /// Nothing planned yet.
    pub fn before(direct: Direct) -> Self {
        Self { direct, planned: Mutex::default(), happened: Mutex::default() }
    }

    /// Plans one for the next message to a person whose text holds these words.
    pub fn plan(&self, telegram_id: i64, words: &str, kind: Mishap) {
        self.planned.lock().insert((telegram_id, words.to_owned()), kind);
    }

    /// Those that happened so far.
    pub fn happened(&self) -> Vec<Happened> {
        self.happened.lock().clone()
    }

    fn due(&self, telegram_id: i64, text: &str) -> Option<Happened> {
        let mut planned = self.planned.lock();
        let key = planned.keys().find(|(id, words)| *id == telegram_id && text.contains(words))?.clone();
        let kind = planned.remove(&key)?;
        Some(Happened { telegram_id, words: key.1, kind, at_ms: self.direct.clock.now() })
    }
}

impl Transport for Mishaps {
    fn send(&self, chat: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        let Some(happened) = self.due(chat, &message.text) else { return self.direct.send(chat, message) };
        let (telegram_id, kind, at_ms) = (happened.telegram_id, happened.kind, happened.at_ms);
        self.happened.lock().push(happened);
        let unknown = |reason: &str| Err(SendError::Unknown { reason: reason.to_owned() });
        match kind {
            Mishap::BlocksJustBefore => {
                // Whoever is gone cannot block any more, and is refused all the same.
                let _ = self.direct.world.lock().person_block(telegram_id, at_ms);
                self.direct.send(chat, message)
            }
            Mishap::AnswerLost => Box::pin(async move {
                let _ = self.direct.send(chat, message).await;
                unknown("the connection broke after the request")
            }),
            Mishap::CallLost => Box::pin(std::future::ready(unknown("the connection broke"))),
        }
    }
}
