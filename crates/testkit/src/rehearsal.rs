//! A sandbox in this process, on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use sandbox::{Server, ServerConfig, SharedWorld, World, WorldConfig};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use engine::clock::{Clock, SystemClock};

/// A served world.
pub struct Rehearsal {
    pub world: SharedWorld,
    pub address: SocketAddr,
    pub token: String,
    stop: CancellationToken,
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Rehearsal {
    /// Serves a world that begins now.
    ///
    /// # Panics
    /// This machine gives no port.
    pub async fn serve(config: WorldConfig) -> Self {
        let config = WorldConfig { start_ms: SystemClock.now(), ..config };
        let token = config.token.clone();
        let world: SharedWorld = Arc::new(Mutex::new(World::new(config)));
        let stop = CancellationToken::new();
        let server = ServerConfig::default();
        let bound = Server::bind(server, Arc::clone(&world), stop.clone().cancelled_owned()).await;
        let (address, running) = bound.expect("a free port");
        tokio::spawn(running);
        Self { world, address, token, stop }
    }

    /// Where the Bot API is.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What really happened to each who started.
    pub fn truth(&self) -> Vec<Value> {
        self.world.lock().truth().collect()
    }

    /// What really happened to one person.
    ///
    /// # Panics
    /// They never started the bot.
    pub fn truth_of(&self, telegram_id: i64) -> Value {
        self.world.lock().truth_of(telegram_id).expect("a person who started the bot")
    }

    /// What a person received whose text holds these words, oldest first.
    pub fn received(&self, telegram_id: i64, words: &str) -> Vec<Value> {
        let truth = self.world.lock().truth_of(telegram_id).unwrap_or_default();
        let all = truth["received"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .filter(|message| message["text"].as_str().is_some_and(|text| text.contains(words)))
            .collect()
    }

    /// Presses the button with this text of a person's latest message with these words.
    ///
    /// # Panics
    /// There is no such message or button.
    pub fn press(&self, telegram_id: i64, words: &str, button: &str) {
        let message = self.received(telegram_id, words).pop().expect("such a message");
        let buttons = message["buttons"].as_array().cloned().unwrap_or_default();
        let found = buttons.iter().find(|one| one["text"] == button).expect("such a button");
        let data = found["data"].as_str().expect("a button that presses");
        let id = message["message_id"].as_i64().expect("an id");
        let pressed = self.world.lock().person_press(telegram_id, id, data, SystemClock.now());
        pressed.expect("a person who can press");
    }

    /// Follows the link of the button with this text.
    ///
    /// # Panics
    /// There is no such message or button.
    pub fn follow(&self, telegram_id: i64, words: &str, button: &str) {
        let message = self.received(telegram_id, words).pop().expect("such a message");
        let buttons = message["buttons"].as_array().cloned().unwrap_or_default();
        let found = buttons.iter().find(|one| one["text"] == button).expect("such a button");
        let (url, id) = (found["url"].as_str().expect("a link"), message["message_id"].as_i64());
        self.world
            .lock()
            .person_follow(telegram_id, id, url, SystemClock.now())
            .expect("a person who can follow");
    }

    /// Writes as a person.
    ///
    /// # Panics
    /// They cannot write.
    pub fn write(&self, telegram_id: i64, text: &str) {
        self.world.lock().person_write(telegram_id, text, SystemClock.now()).expect("a person who can write");
    }
}
