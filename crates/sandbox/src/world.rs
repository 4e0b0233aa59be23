//! The whole sandbox: one bot, its people, their chats. It does no I/O and reads no clock; every
//! call is told the time.

use crate::callback::Callbacks;
use crate::chat::Chat;
use crate::checkout::Checkouts;
use crate::faults::Faults;
use crate::files::{FileKind, Files};
use crate::flood::Gate;
use crate::follow::Follows;
use crate::limits;
use crate::params::Params;
use crate::person::{self, Person};
use crate::queue::{Queue, TimedUpdate};
use crate::reaction::Readings;
use crate::reply::{Refusal, Reply};
use crate::schedule::Schedule;
use crate::truth;
use crate::webhook::{Pushes, Webhook};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

/// Where a person's first /start comes from: its payload, or the page that leads there, and its share of the people.
#[derive(Clone, Debug)]
pub struct Source {
    /// The text behind `/start`; none is a plain start.
    pub payload: Option<String>,
    /// An address that people open first: it leads them to the bot, or nowhere.
    pub link: Option<String>,
    /// Weight among all sources.
    pub share: f64,
}

/// How a world is made. The same configuration and the same calls give the same world.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    pub seed: u64,
    /// People who arrive within `arrival_ms`.
    pub people: u32,
    /// More people, who arrive behind that at the same pace.
    pub newcomers: u32,
    /// Makes interest irrelevant: every message matches everyone equally.
    pub placebo: bool,
    /// The token that the server accepts, `<bot id>:<secret>`.
    pub token: String,
    pub bot_name: String,
    pub bot_username: String,
    /// People's pauses are divided by this; arrivals within `arrival_ms` are not.
    pub speed: f64,
    /// Unix milliseconds at which the world begins.
    pub start_ms: i64,
    /// The first starts are spread over this time.
    pub arrival_ms: i64,
    /// People act by themselves. Without it only `person_…` calls move them.
    pub lively: bool,
    /// Everyone's chat is open from the start, without any update: for benchmarks.
    pub everyone_started: bool,
    /// Enforces Telegram's rates.
    pub flood_limits: bool,
    /// Messages a second of the bot.
    pub bot_rate_per_s: f64,
    /// The bot may use `allow_paid_broadcast`.
    pub paid_broadcast: bool,
    pub sources: Vec<Source>,
}

impl Default for WorldConfig {
    fn default() -> Self {
        let source =
            |payload: Option<&str>, share| Source { payload: payload.map(str::to_string), link: None, share };
        Self {
            seed: 1,
            people: 200,
            newcomers: 0,
            placebo: false,
            token: "123456:SANDBOX-TOKEN-FOR-REHEARSAL-ONLY-00".into(),
            bot_name: "Rehearsal".into(),
            // Two underscores side by side are in no name on Telegram: this is nobody's bot.
            bot_username: "rehearsal__bot".into(),
            speed: 1.0,
            start_ms: 0,
            arrival_ms: 10 * 60_000,
            lively: true,
            everyone_started: false,
            flood_limits: true,
            bot_rate_per_s: limits::BOT_RATE_PER_S,
            paid_broadcast: false,
            sources: vec![
                source(None, 0.5),
                source(Some("fb-summer"), 0.2),
                source(Some("ig-story"), 0.15),
                source(Some("friend"), 0.15),
            ],
        }
    }
}

/// The state of everything. See the crate's page for how it is driven.
pub struct World {
    pub(crate) config: WorldConfig,
    pub(crate) bot_id: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) queue: Queue,
    pub(crate) next_message_id: i64,
    pub(crate) bot_gate: Gate,
    pub(crate) callbacks: Callbacks,
    pub(crate) checkouts: Checkouts,
    pub(crate) files: Files,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) pushes: Pushes,
    pub(crate) commands: Vec<(String, String)>,
    pub(crate) schedule: Schedule,
    pub(crate) follows: Follows,
    pub(crate) faults: Faults,
    pub(crate) readings: Readings,
    pub(crate) now_ms: i64,
    pub(crate) wake: Arc<Notify>,
    /// Update and message ids that a data folder holds as never handed out; see `server::data`.
    pub(crate) marked_ids: (i64, i64),
}

impl World {
    /// A world at its beginning.
    pub fn new(config: WorldConfig) -> Self {
        let count = config.people.saturating_add(config.newcomers);
        let bot_id = config.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(123_456);
        let mut world = Self {
            bot_id,
            people: (0..count).map(|index| Person::new(config.seed, index)).collect(),
            queue: Queue::new(config.seed, config.start_ms),
            next_message_id: 1,
            bot_gate: Gate::new(config.bot_rate_per_s * limits::BOT_BURST_S, config.start_ms),
            callbacks: Callbacks::default(),
            checkouts: Checkouts::default(),
            files: Files::default(),
            webhook: None,
            pushes: Pushes::default(),
            commands: Vec::new(),
            schedule: Schedule::default(),
            follows: Follows::default(),
            faults: Faults::default(),
            readings: Readings::default(),
            now_ms: config.start_ms,
            wake: Arc::new(Notify::new()),
            marked_ids: (0, 0),
            config,
        };
        if world.config.everyone_started {
            world.open_every_chat();
        } else if world.config.lively {
            world.schedule_arrivals();
        }
        world
    }

    fn open_every_chat(&mut self) {
        let start_ms = self.config.start_ms;
        for index in 0..self.people.len() {
            let gate = self.chat_gate(start_ms);
            self.people[index].state.chat = Some(Chat::new(gate));
            if self.config.lively {
                self.begin_liveliness(index, start_ms);
            }
        }
    }

    pub(crate) fn chat_gate(&self, now_ms: i64) -> Gate {
        Gate::new(limits::CHAT_BURST, now_ms)
    }

    /// The configuration that the world was made with.
    pub fn config(&self) -> &WorldConfig {
        &self.config
    }

    /// The latest time that the world was told.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Turns the rates on or off, for example for a history that is replayed.
    pub fn set_flood_limits(&mut self, on: bool) {
        self.config.flood_limits = on;
    }

    /// Changes the speed of people's pauses; what they already plan moves with it.
    pub fn set_speed(&mut self, speed: f64, now_ms: i64) {
        self.schedule.rescale(now_ms, self.config.speed / speed);
        self.config.speed = speed;
    }

    /// Is notified whenever an update is queued.
    pub fn update_notice(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    /// The faults that a server in front of this world plays.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// One Bot API call. The method's name may have any case; faults are not played here.
    pub fn call(&mut self, method: &str, params: &Params, now_ms: i64) -> Reply {
        self.now_ms = self.now_ms.max(now_ms);
        let method = method.to_ascii_lowercase();
        let answered = match method.as_str() {
            "setwebhook" => self.set_webhook(params, now_ms),
            "deletewebhook" => Ok(self.delete_webhook(params)),
            _ => self.answer(&method, params, now_ms).map(Reply::ok),
        };
        answered.unwrap_or_else(Reply::from)
    }

    fn answer(&mut self, method: &str, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        match method {
            "getme" => Ok(self.me()),
            "getupdates" => self.get_updates(params, now_ms),
            "sendmessage" => self.send_message(params, now_ms),
            "editmessagetext" => self.edit_message_text(params, now_ms),
            "deletemessage" => self.delete_message(params, now_ms),
            "answercallbackquery" => self.answer_callback_query(params, now_ms),
            "setmycommands" => self.set_my_commands(params),
            "getmycommands" => Ok(self.my_commands()),
            "sendchataction" => self.send_chat_action(params),
            "getwebhookinfo" => Ok(self.webhook_info()),
            "sendphoto" => self.send_media(FileKind::Photo, params, now_ms),
            "senddocument" => self.send_media(FileKind::Document, params, now_ms),
            "sendvideo" => self.send_media(FileKind::Video, params, now_ms),
            "sendmediagroup" => self.send_media_group(params, now_ms),
            "copymessage" => self.copy_message(params, now_ms),
            "editmessagecaption" => self.edit_message_caption(params, now_ms),
            "editmessagereplymarkup" => self.edit_message_reply_markup(params, now_ms),
            "getfile" => self.get_file(params),
            "getchat" => self.get_chat(params),
            "sendinvoice" => self.send_invoice(params, now_ms),
            "answerprecheckoutquery" => self.answer_pre_checkout_query(params, now_ms),
            _ => Err(Refusal::MethodNotFound),
        }
    }

    /// Where those come from who have not arrived yet.
    pub fn set_sources(&mut self, sources: Vec<Source>) {
        self.config.sources = sources;
    }

    /// Updates as `getUpdates` gives them, at the world's present time.
    pub fn take_updates(&mut self, offset: i64, limit: i64) -> Vec<Value> {
        let now_ms = self.now_ms;
        self.queue.take(offset, limit, now_ms)
    }

    /// All waiting updates with their times, confirmed by being taken: for a history that is
    /// replayed in virtual time.
    pub fn drain_history(&mut self) -> Vec<TimedUpdate> {
        self.queue.drain()
    }

    /// How many people have a chat with the bot.
    pub fn people_met(&self) -> usize {
        self.people.iter().filter(|person| person.state.chat.is_some()).count()
    }

    /// The Telegram ids of everyone, whether or not they started the bot.
    pub fn person_ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.people.iter().map(|person| person.id)
    }

    /// Every person as a JSON object.
    pub fn people(&self) -> impl Iterator<Item = Value> + '_ {
        self.people.iter().map(|person| Value::Object(person.told()))
    }

    /// What really happened: a JSON object for every person who ever started the bot or opened a link, with the
    /// lists `started, received, edited, deleted, saw, pressed, answered, followed, previewed,
    /// wrote, checked_out, paid, blocked, unblocked, deactivated`.
    pub fn truth(&self) -> impl Iterator<Item = Value> + '_ {
        let acted = |person: &&Person| person.state.chat.is_some() || !person.state.acts.is_empty();
        self.people.iter().filter(acted).map(|person| self.truth_line(person))
    }

    /// The line of one person, if they ever started the bot.
    pub fn truth_of(&self, telegram_id: i64) -> Option<Value> {
        let person = &self.people[self.index_of(telegram_id)?];
        person.state.chat.is_some().then(|| self.truth_line(person))
    }

    fn truth_line(&self, person: &Person) -> Value {
        let mut line = person.told();
        line.insert("bot_id".into(), self.bot_id.into());
        line.append(&mut truth::lists(&person.state.acts));
        Value::Object(line)
    }

    /// The bot's latest answers to a person's presses, newest last.
    pub fn latest_answers(&self, telegram_id: i64, count_max: usize) -> Vec<Value> {
        let Some(index) = self.index_of(telegram_id) else { return Vec::new() };
        truth::latest_answers(&self.people[index].state.acts, count_max)
    }

    /// The bot's commands, as `getMyCommands` gives them.
    pub fn command_list(&self) -> Value {
        self.my_commands()
    }

    /// The messages of a person's chat, oldest first, as the Bot API writes them.
    pub fn chat_messages(&self, telegram_id: i64) -> Option<Vec<Value>> {
        let index = self.index_of(telegram_id)?;
        let messages = match &self.people[index].state.chat {
            Some(chat) => &chat.messages[..],
            None => &[],
        };
        Some(messages.iter().filter(|m| !m.deleted).map(|m| self.message_json(index, m)).collect())
    }

    /// The keyboard that a bot put in place of the person's own, by rows.
    pub fn reply_keyboard(&self, telegram_id: i64) -> Vec<Vec<String>> {
        let chat = self.index_of(telegram_id).and_then(|index| self.people[index].state.chat.as_ref());
        chat.map(|chat| chat.reply_keyboard.clone()).unwrap_or_default()
    }

    pub(crate) fn index_of(&self, telegram_id: i64) -> Option<usize> {
        let index = person::index_of(telegram_id)? as usize;
        (self.people.get(index)?.id == telegram_id).then_some(index)
    }

    pub(crate) fn take_message_id(&mut self) -> i64 {
        let id = self.next_message_id;
        self.next_message_id += 1;
        id
    }

    pub(crate) fn queue_update(&mut self, kind: &'static str, content: Value, at_ms: i64) {
        if self.queue.push(kind, content, at_ms).is_some() {
            self.wake.notify_waiters();
        }
    }

    /// The bot as a `User`.
    pub(crate) fn bot_user(&self) -> Value {
        json!({
            "id": self.bot_id, "is_bot": true,
            "first_name": self.config.bot_name, "username": self.config.bot_username,
        })
    }

    fn me(&self) -> Value {
        let mut me = self.bot_user();
        me["can_join_groups"] = true.into();
        for name in [
            "can_read_all_group_messages",
            "supports_inline_queries",
            "supports_guest_queries",
            "can_connect_to_business",
            "has_main_web_app",
            "has_topics_enabled",
            "allows_users_to_create_topics",
            "can_manage_bots",
            "supports_join_request_queries",
        ] {
            me[name] = false.into();
        }
        me
    }
}
