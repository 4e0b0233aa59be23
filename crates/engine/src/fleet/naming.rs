//! What Telegram calls a bot: @BotFather can change it at any time, and tells nobody. Links and names follow.

use std::time::Duration;

use store::bots;

use super::poller::{PollerParts, asked_wait};
use crate::Result;

/// How often Telegram is asked.
const ASK_EVERY: Duration = Duration::from_secs(3 * 60 * 60);
/// The same after it could not be.
const RETRY_EVERY: Duration = Duration::from_secs(5 * 60);

/// Asks at once (a token may be new) and then now and then, for as long as it is let.
pub(super) async fn keep_up(parts: PollerParts) {
    loop {
        tokio::time::sleep(ask(&parts).await).await;
    }
}

/// Asks once; how long it is until the next time.
async fn ask(parts: &PollerParts) -> Duration {
    match parts.client.get_me().await {
        Ok(me) => match remember(parts, me).await {
            Ok(()) => ASK_EVERY,
            Err(error) => {
                tracing::warn!(bot = %parts.hold.bot, %error, "the bot's name could not be stored");
                RETRY_EVERY
            }
        },
        // Whoever takes updates in says so, where it matters.
        Err(error) => {
            tracing::debug!(bot = %parts.hold.bot, %error, "the bot's name could not be asked");
            RETRY_EVERY.max(asked_wait(&error))
        }
    }
}

async fn remember(parts: &PollerParts, me: telegram::Me) -> Result<()> {
    let bot = parts.hold.bot;
    let row = parts.store.reader().read(move |tx| bots::of(tx, bot)).await?;
    let is_news = |row: &bots::Bot| {
        row.telegram_id == me.id
            && !me.username.is_empty()
            && (row.username != me.username || row.name != me.first_name)
    };
    if row.as_ref().is_some_and(is_news) {
        tracing::info!(%bot, username = %me.username, "the bot has another name at Telegram now");
        parts.store.write(move |tx| bots::set_names(tx, bot, &me.username, &me.first_name)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::NodeId;
    use parking_lot::Mutex;
    use secrecy::SecretString;
    use serde_json::{Value, json};
    use store::nodes::{Duty, Hold};
    use telegram::{Client, Options};
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::flows::FlowRunner;
    use crate::intake::Intake;
    use crate::test_house::House;

    /// A Bot API that gives the same answer to every call until it is told another.
    async fn telegram(says: Arc<Mutex<Value>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let body = says.lock().to_string();
                tokio::spawn(answer(stream, body));
            }
        });
        url
    }

    async fn answer(stream: TcpStream, body: String) {
        let mut stream = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while stream.read_line(&mut line).await.unwrap() > 2 {
            if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = told.trim().parse().unwrap();
            }
            line.clear();
        }
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
        let whole = format!("{head} {}\r\n\r\n{body}", body.len());
        stream.get_mut().write_all(whole.as_bytes()).await.unwrap();
    }

    fn me(id: i64, username: &str, name: &str) -> Value {
        json!({"ok": true, "result": {"id": id, "is_bot": true, "first_name": name, "username": username}})
    }

    #[tokio::test]
    async fn a_bots_name_is_asked_now_and_then_and_follows() {
        let house = House::new().await;
        let says = Arc::new(Mutex::new(me(42, "lantern_bot", "Lantern")));
        let url = telegram(Arc::clone(&says)).await;
        let client = Client::new(&url, &SecretString::from("42:token"), Options::default()).unwrap();
        let responder = Arc::new(FlowRunner::new(house.secrets.clone()));
        let parts = PollerParts {
            hold: Hold { bot: house.bot, duty: Duty::Intake, node: NodeId(0), fence: 0 },
            store: house.store.clone(),
            clock: house.clock(),
            intake: Intake::new(house.store.clone(), house.secrets.clone(), responder),
            client: Arc::new(client),
            token_sealed: Vec::new(),
        };
        let named = async || {
            let bot = house.bot;
            let row = house.store.reader().read(move |tx| bots::of(tx, bot)).await.unwrap().unwrap();
            (row.username, row.name)
        };
        let asked = async |answer: Value| {
            *says.lock() = answer;
            ask(&parts).await
        };
        assert_eq!(asked(me(42, "lantern_bot", "Lantern")).await, ASK_EVERY);
        assert_eq!(asked(me(42, "lamp_bot", "Lamp")).await, ASK_EVERY);
        assert_eq!(named().await, ("lamp_bot".into(), "Lamp".into()));
        assert_eq!(asked(me(43, "stranger_bot", "Stranger")).await, ASK_EVERY);
        assert_eq!(named().await, ("lamp_bot".into(), "Lamp".into()), "another bot's name is none of ours");
        let refused = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 900",
            "parameters": {"retry_after": 900}});
        assert_eq!(asked(refused).await, Duration::from_secs(900), "as long as Telegram asks for");
        assert_eq!(named().await, ("lamp_bot".into(), "Lamp".into()));
    }
}
