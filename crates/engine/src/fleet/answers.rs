//! Answers to presses and payments: at most once, without a ledger, and worthless a moment later. Taking updates in never
//! waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use telegram::{Client, SendError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::poller::asked_wait;
use crate::intake::Answer;

/// Answers under way at once; what comes beyond is dropped.
const PLACES: usize = 64;
/// Places of their own for payments, which must be answered: no presses take them.
const PAYMENT_PLACES: usize = 16;
/// How long the answer to a press may take. Telegram stops the spinner by itself after a while.
const PRESS_WITHIN: Duration = Duration::from_secs(5);
/// How long the answer to a payment may take: Telegram waits for ten seconds.
const PAYMENT_WITHIN: Duration = Duration::from_secs(9);
/// How long one try may take: an answer may be given twice, and a payment is worth another try.
const PAYMENT_TRY_WITHIN: Duration = Duration::from_secs(3);
/// Between two tries.
const PAYMENT_RETRY: Duration = Duration::from_millis(250);

/// The answers of one bot that are under way.
#[derive(Clone)]
pub(super) struct Answers {
    presses: Arc<Semaphore>,
    payments: Arc<Semaphore>,
    press_within: Duration,
    dropped: Arc<AtomicU64>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            presses: Arc::new(Semaphore::new(PLACES)),
            payments: Arc::new(Semaphore::new(PAYMENT_PLACES)),
            press_within: PRESS_WITHIN,
            dropped: Arc::default(),
        }
    }
}

impl Answers {
    /// Answers whose dropped ones are counted there.
    pub fn counting(dropped: Arc<AtomicU64>) -> Self {
        Self { dropped, ..Self::default() }
    }

    /// Gives answers as far as there are places, and returns at once.
    pub fn give(&self, client: &Arc<Client>, answers: Vec<Answer>) {
        for answer in answers {
            let (places, within) = match answer {
                Answer::Press { .. } => (&self.presses, self.press_within),
                Answer::Payment { .. } => (&self.payments, PAYMENT_WITHIN),
            };
            match Arc::clone(places).try_acquire_owned() {
                Ok(place) => {
                    tokio::spawn(self.clone().one(Arc::clone(client), answer, within, place));
                }
                Err(_) => self.drop_one("there is no place for it"),
            }
        }
    }

    async fn one(self, client: Arc<Client>, answer: Answer, within: Duration, place: OwnedSemaphorePermit) {
        match tokio::time::timeout(within, call(&client, &answer)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if matches!(answer, Answer::Payment { .. }) => {
                tracing::warn!(%error, ?answer, "a payment could not be answered");
            }
            Ok(Err(error)) => tracing::debug!(%error, ?answer, "an answer failed"),
            Err(_) => self.drop_one("Telegram took too long"),
        }
        drop(place);
    }

    fn drop_one(&self, why: &'static str) {
        let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        // A storm is told now and then, not a thousand times.
        if dropped.is_power_of_two() {
            tracing::warn!(dropped, why, "answers to presses were dropped");
        }
    }

    /// How many answers were dropped.
    #[cfg(test)]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

async fn call(client: &Client, answer: &Answer) -> Result<(), SendError> {
    match answer {
        // Stops the spinner on the person's screen. One that fails is too old, or nobody's loss.
        Answer::Press { query_id } => client.answer_callback_query(query_id, None, false).await,
        Answer::Payment { query_id, declined } => answer_payment(client, query_id, declined.as_deref()).await,
    }
}

/// Answers until Telegram has said yes or no to it: an answer that is lost is a lost sale. Whoever asks sets the end.
async fn answer_payment(client: &Client, query_id: &str, declined: Option<&str>) -> Result<(), SendError> {
    loop {
        let call = client.answer_pre_checkout_query(query_id, declined);
        let pause = match tokio::time::timeout(PAYMENT_TRY_WITHIN, call).await {
            Err(_) => PAYMENT_RETRY,
            Ok(Err(
                error @ (SendError::NotSent { .. }
                | SendError::NotTelegram { .. }
                | SendError::RetryAfter { .. }
                | SendError::Unknown { .. }),
            )) => asked_wait(&error).max(PAYMENT_RETRY),
            Ok(answer) => return answer,
        };
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use telegram::Options;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that takes calls and answers none.
    async fn hanging() -> (Arc<Client>, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = Client::new(&url, &SecretString::from("1:token"), Options::default()).unwrap();
        (Arc::new(client), listener)
    }

    #[tokio::test]
    async fn answers_that_hang_hold_up_nothing_and_are_dropped() {
        let (client, _listener) = hanging().await;
        let answers = Answers { press_within: Duration::from_millis(300), ..Answers::default() };
        let press = |id: usize| Answer::Press { query_id: id.to_string() };
        // Whoever gives them has nothing to wait for.
        answers.give(&client, (0..300).map(press).collect());
        assert_eq!(answers.dropped(), 300 - PLACES as u64, "beyond the places");
        answers.give(&client, vec![Answer::Payment { query_id: "5".into(), declined: None }]);
        assert_eq!(answers.dropped(), 300 - PLACES as u64, "a payment has a place of its own");
        // The places are free again once the time is over.
        let all = answers.presses.acquire_many(u32::try_from(PLACES).unwrap()).await.unwrap();
        assert_eq!(answers.dropped(), 300);
        drop(all);
    }

    /// A server that breaks off the first connections, then says what a gateway does, and then what Telegram does.
    #[tokio::test]
    async fn a_payment_is_answered_again_until_telegram_has_it() {
        let (client, listener) = hanging().await;
        let gateway = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno";
        let telegram = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n\
            {\"ok\":true,\"result\":true}";
        let serving = tokio::spawn(async move {
            for (number, says) in ["", "", gateway, telegram].into_iter().enumerate() {
                let (mut stream, _) = listener.accept().await.unwrap();
                if !says.is_empty() {
                    let mut head = [0; 4_096];
                    assert!(stream.read(&mut head).await.unwrap() > 0, "call {number}");
                    stream.write_all(says.as_bytes()).await.unwrap();
                }
            }
        });
        let answer = Answer::Payment { query_id: "5".into(), declined: None };
        tokio::time::timeout(PAYMENT_WITHIN, call(&client, &answer)).await.unwrap().unwrap();
        serving.await.unwrap();
    }
}
