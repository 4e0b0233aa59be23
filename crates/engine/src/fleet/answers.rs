//! Answers to presses: at most once, without a ledger, and worthless minutes later.

use std::sync::Arc;

use telegram::Client;
use tokio::task::JoinSet;

use crate::intake::CallbackAnswer;

/// Answers under way at once; beyond, the next batch waits.
const ANSWERS_MAX: usize = 64;

/// The answers of one bot that are under way.
#[derive(Default)]
pub(super) struct Answers {
    under_way: JoinSet<()>,
}

impl Answers {
    /// Gives answers, once there is room.
    pub async fn give(&mut self, client: &Arc<Client>, answers: Vec<CallbackAnswer>) {
        for answer in answers {
            if self.under_way.len() >= ANSWERS_MAX {
                self.under_way.join_next().await;
            }
            self.under_way.spawn(answer_press(Arc::clone(client), answer));
        }
        while self.under_way.try_join_next().is_some() {}
    }
}

/// Stops the spinner on the person's screen. One that fails is too old, or nobody's loss.
async fn answer_press(client: Arc<Client>, answer: CallbackAnswer) {
    if let Err(error) = client.answer_callback_query(&answer.query_id, None, false).await {
        tracing::debug!(%error, "an answer to a press failed");
    }
}
