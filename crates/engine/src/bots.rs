//! The bots of a workspace: connected with a token that Telegram knows, watched, stopped, forgotten.

use std::sync::Arc;

use domain::bot::{Condition, Intake, Status};
use domain::ids::{BotId, WorkspaceId};
use domain::time::Millis;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use store::{Store, bots};

use crate::presets::{self, Language};
use crate::{Clock, EngineError, Result, Secrets};

/// The most bulk messages a second that may be asked for: what Telegram's paid broadcasts reach.
pub const BULK_PER_SECOND_MAX: i64 = 1_000;
/// The words of a declined payment, in characters.
const DECLINE_CHARS_MAX: usize = 200;
/// A token, in bytes; Telegram's have about 46.
const TOKEN_BYTES_MAX: usize = 128;

/// What Telegram says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub telegram_id: i64,
    pub username: String,
    pub name: String,
}

/// Why Telegram did not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityError {
    /// No bot has this token.
    BadToken,
    /// Telegram could not be asked; the reason.
    Unreachable(String),
}

/// Asks Telegram whose a token is (`getMe`).
pub trait Identities: Send + Sync {
    /// The bot of a token.
    fn identify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, std::result::Result<Identity, IdentityError>>;
}

/// What Telegram says of a bot's webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WebhookHealth {
    /// Updates that wait to be pushed.
    pub pending: i64,
    pub last_error: Option<String>,
    pub last_error_at: Option<Millis>,
    pub checked_at: Millis,
}

/// A bot, without its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Bot {
    pub id: BotId,
    pub telegram_id: i64,
    pub username: String,
    pub name: String,
    pub status: Condition,
    pub intake: Intake,
    /// Why updates are polled where a webhook was wanted.
    pub intake_note: Option<String>,
    /// What Telegram says of the webhook.
    pub webhook: Option<WebhookHealth>,
    pub last_update_at: Option<Millis>,
    pub last_error: Option<String>,
    pub last_error_at: Option<Millis>,
    /// Telegram asked to wait until then.
    pub blocked_until: Option<Millis>,
    /// Updates that could not be taken in.
    pub ingest_failed: i64,
    /// Bulk messages a second; the clock's default when absent.
    pub bulk_per_second: Option<i64>,
    /// What a person is told whose payment is declined; payments are taken when absent.
    pub decline_payments: Option<String>,
    /// People who met the bot.
    pub contacts: i64,
    pub created_at: Millis,
}

/// What to change about a bot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotChange {
    pub bulk_per_second: Option<i64>,
    pub running: Option<bool>,
    pub token: Option<String>,
    /// Declines payments with these words; empty ones let them go on.
    pub decline_payments: Option<String>,
}

/// The room of the bots.
#[derive(Clone)]
pub struct Bots {
    store: Store,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    telegram: Arc<dyn Identities>,
}

impl Bots {
    pub fn new(store: Store, clock: Arc<dyn Clock>, secrets: Secrets, telegram: Arc<dyn Identities>) -> Self {
        Self { store, clock, secrets, telegram }
    }

    /// The connected bots, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<Bot>> {
        let rows =
            self.store.reader().read(move |tx| bots::list(tx, workspace).map_err(EngineError::from)).await?;
        Ok(rows.into_iter().filter(is_connected).map(|row| self.shown(row)).collect())
    }

    /// One connected bot.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn get(&self, workspace: WorkspaceId, bot: BotId) -> Result<Bot> {
        let row = self
            .store
            .reader()
            .read(move |tx| bots::get(tx, workspace, bot).map_err(EngineError::from))
            .await?;
        let row = row.filter(is_connected).ok_or(EngineError::NotFound("bot"))?;
        Ok(self.shown(row))
    }

    /// Connects a bot. One that was forgotten comes back with its people; a new one has its first segments.
    ///
    /// # Errors
    /// The token is none (`bad_token` under `/token`), Telegram cannot be asked, the rate is out of range, or the
    /// bot is connected already.
    pub async fn add(
        &self,
        workspace: WorkspaceId,
        token: &str,
        bulk_per_second: Option<i64>,
        language: Language,
    ) -> Result<Bot> {
        let bulk_per_second = bulk_per_second.map(checked_rate).transpose()?;
        let identity = self.identify(token).await?;
        let sealed = self.secrets.seal(token.trim())?;
        let now = self.clock.now();
        let row = self
            .store
            .write(move |tx| {
                let known = bots::list(tx, workspace)?
                    .into_iter()
                    .find(|bot| bot.telegram_id == identity.telegram_id && !is_connected(bot));
                let id = match known {
                    Some(bot) => {
                        bots::set_token(tx, bot.id, &sealed)?;
                        bots::set_names(tx, bot.id, &identity.username, &identity.name)?;
                        bots::set_status(tx, bot.id, Status::Running)?;
                        bots::set_error(tx, bot.id, None, now)?;
                        bots::set_bulk_per_second(tx, bot.id, bulk_per_second)?;
                        bot.id
                    }
                    None => {
                        let new = bots::NewBot {
                            telegram_id: identity.telegram_id,
                            username: &identity.username,
                            name: &identity.name,
                            token_sealed: &sealed,
                            bulk_per_second,
                            now,
                        };
                        let bot = bots::insert(tx, workspace, &new)?;
                        presets::add(tx, workspace, bot, language, now)?;
                        bot
                    }
                };
                bots::get(tx, workspace, id)?.ok_or(EngineError::NotFound("bot"))
            })
            .await?;
        Ok(self.shown(row))
    }

    /// Changes rate, status and token, whatever is given. A new token starts a bot whose old one was dead.
    ///
    /// # Errors
    /// There is no such bot here; the rate is out of range; the token is another bot's (`another_bot`) or none.
    pub async fn update(&self, workspace: WorkspaceId, bot: BotId, change: BotChange) -> Result<Bot> {
        let rate = change.bulk_per_second.map(checked_rate).transpose()?;
        let decline = change.decline_payments.as_deref().map(checked_words).transpose()?;
        let before = self.get(workspace, bot).await?;
        let renewed = match &change.token {
            Some(token) => {
                let identity = self.identify(token).await?;
                if identity.telegram_id != before.telegram_id {
                    let message = format!("is the token of another bot, @{}", identity.username);
                    return Err(EngineError::field("/token", "another_bot", message));
                }
                Some((self.secrets.seal(token.trim())?, identity))
            }
            None => None,
        };
        let now = self.clock.now();
        let row = self
            .store
            .write(move |tx| {
                let row = bots::get(tx, workspace, bot)?.filter(is_connected);
                let row = row.ok_or(EngineError::NotFound("bot"))?;
                if let Some(rate) = rate {
                    bots::set_bulk_per_second(tx, bot, Some(rate))?;
                }
                if let Some(words) = &decline {
                    bots::set_decline_payments(
                        tx,
                        bot,
                        Some(words.as_str()).filter(|words| !words.is_empty()),
                    )?;
                }
                if let Some((sealed, identity)) = &renewed {
                    bots::set_token(tx, bot, sealed)?;
                    bots::set_names(tx, bot, &identity.username, &identity.name)?;
                    bots::set_error(tx, bot, None, now)?;
                }
                match change.running {
                    Some(true) if row.status == Status::TokenDead && renewed.is_none() => {
                        let message = "Telegram no longer knows this bot's token; give its new one";
                        return Err(EngineError::WrongState(message.into()));
                    }
                    Some(true) => bots::set_status(tx, bot, Status::Running)?,
                    Some(false) => bots::set_status(tx, bot, Status::Stopped)?,
                    None if row.status == Status::TokenDead && renewed.is_some() => {
                        bots::set_status(tx, bot, Status::Running)?;
                    }
                    None => {}
                }
                bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))
            })
            .await?;
        Ok(self.shown(row))
    }

    /// Stops a bot and forgets its token. Its people and history stay, and come back with it.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn delete(&self, workspace: WorkspaceId, bot: BotId) -> Result<()> {
        self.store
            .write(move |tx| {
                let row = bots::get(tx, workspace, bot)?.filter(is_connected);
                row.ok_or(EngineError::NotFound("bot"))?;
                bots::set_status(tx, bot, Status::Stopped)?;
                bots::set_token(tx, bot, &[])?;
                Ok(())
            })
            .await
    }

    /// A database that takes no writes cannot take down that it does not: that is known here alone.
    fn shown(&self, row: bots::Bot) -> Bot {
        let bot = shown(row);
        match self.store.reader().refusal() {
            None => bot,
            Some(refused) => {
                Bot { last_error: Some(refused.to_string()), last_error_at: Some(self.clock.now()), ..bot }
            }
        }
    }

    async fn identify(&self, token: &str) -> Result<Identity> {
        let token = token.trim();
        let bad = || {
            let message = "is not a token that Telegram knows; copy it from @BotFather";
            EngineError::field("/token", "bad_token", message)
        };
        if !looks_like_a_token(token) {
            return Err(bad());
        }
        self.telegram.identify(token).await.map_err(|error| match error {
            IdentityError::BadToken => bad(),
            IdentityError::Unreachable(reason) => EngineError::Telegram(reason),
        })
    }
}

fn shown(row: bots::Bot) -> Bot {
    // Nothing was heard yet, nothing went wrong yet.
    let is_silent = row.last_update_at.is_none() && row.last_error.is_none() && row.webhook.is_none();
    let status = match row.status {
        Status::Running if is_silent => Condition::Starting,
        Status::Running => Condition::Running,
        Status::TokenDead => Condition::TokenDead,
        Status::Stopped => Condition::Stopped,
    };
    Bot {
        id: row.id,
        telegram_id: row.telegram_id,
        username: row.username,
        name: row.name,
        status,
        intake: row.intake,
        intake_note: row.intake_note,
        // Our own JSON; one that a later version wrote is not shown.
        webhook: row.webhook.and_then(|told| serde_json::from_str(&told).ok()),
        last_update_at: row.last_update_at,
        last_error: row.last_error,
        last_error_at: row.last_error_at,
        blocked_until: row.blocked_until,
        ingest_failed: row.ingest_failed,
        bulk_per_second: row.bulk_per_second,
        decline_payments: row.decline_payments,
        contacts: row.next_contact,
        created_at: row.created_at,
    }
}

/// Has a token.
fn is_connected(bot: &bots::Bot) -> bool {
    !bot.token_sealed.is_empty()
}

fn checked_rate(rate: i64) -> Result<i64> {
    if (1..=BULK_PER_SECOND_MAX).contains(&rate) {
        Ok(rate)
    } else {
        let message = format!("must be between 1 and {BULK_PER_SECOND_MAX}");
        Err(EngineError::field("/bulk_per_second", "out_of_range", message))
    }
}

fn checked_words(words: &str) -> Result<String> {
    let words = words.trim();
    if words.chars().count() <= DECLINE_CHARS_MAX {
        Ok(words.to_owned())
    } else {
        let message = format!("has at most {DECLINE_CHARS_MAX} characters");
        Err(EngineError::field("/decline_payments", "too_long", message))
    }
}

/// Digits, a colon, letters: what may stand in an address of the Bot API.
fn looks_like_a_token(token: &str) -> bool {
    let fits = token.len() <= TOKEN_BYTES_MAX;
    fits && token.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use store::StoreOptions;

    use super::*;
    use crate::SystemClock;

    /// Knows two bots.
    struct Desk;

    impl Identities for Desk {
        fn identify<'a>(
            &'a self,
            token: &'a str,
        ) -> BoxFuture<'a, std::result::Result<Identity, IdentityError>> {
            let answer = match token {
                "5:good" | "5:renewed" | "5:named" => Ok(5),
                "6:other" => Ok(6),
                "7:away" => Err(IdentityError::Unreachable("no route to the Bot API".into())),
                _ => Err(IdentityError::BadToken),
            };
            let answer = answer.map(|telegram_id| Identity {
                telegram_id,
                username: if token == "5:named" { "new_bot".into() } else { format!("bot_{telegram_id}") },
                name: "Shop".into(),
            });
            Box::pin(async move { answer })
        }
    }

    fn room() -> (Bots, Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
        let secrets = Secrets::from_bytes([3; 64]);
        let room = Bots::new(store.clone(), Arc::new(SystemClock), secrets, Arc::new(Desk));
        (room, store, folder)
    }

    const HERE: WorkspaceId = WorkspaceId(1);
    const ELSEWHERE: WorkspaceId = WorkspaceId(2);

    #[tokio::test]
    async fn a_token_is_asked_about_and_kept_sealed() {
        let (room, store, _folder) = room();
        for bad in ["", "nonsense", "5:unknown", "5:go/od", "5:good/../x"] {
            let refused = room.add(HERE, bad, None, Language::English).await;
            assert!(
                matches!(&refused, Err(EngineError::Invalid(e)) if e[0].code == "bad_token"),
                "{bad:?} answered {refused:?}"
            );
        }
        assert!(matches!(
            room.add(HERE, "7:away", None, Language::English).await,
            Err(EngineError::Telegram(_))
        ));
        let bot = room.add(HERE, " 5:good\n", Some(20), Language::English).await.unwrap();
        assert_eq!(
            (bot.username.as_str(), bot.status, bot.bulk_per_second),
            ("bot_5", Condition::Starting, Some(20))
        );
        let row = store.reader().read(move |tx| bots::of(tx, bot.id)).await.unwrap().unwrap();
        assert!(!row.token_sealed.windows(4).any(|part| part == b"good"));
        assert_eq!(Secrets::from_bytes([3; 64]).open(&row.token_sealed).unwrap(), "5:good");
        assert!(matches!(
            room.add(ELSEWHERE, "5:good", None, Language::English).await,
            Err(EngineError::Conflict { .. })
        ));
    }

    #[tokio::test]
    async fn a_forgotten_bot_comes_back_as_itself() {
        let (room, _store, _folder) = room();
        let bot = room.add(HERE, "5:good", None, Language::English).await.unwrap();
        assert!(matches!(room.delete(ELSEWHERE, bot.id).await, Err(EngineError::NotFound(_))));
        room.delete(HERE, bot.id).await.unwrap();
        assert_eq!(room.list(HERE).await.unwrap(), []);
        assert!(matches!(room.get(HERE, bot.id).await, Err(EngineError::NotFound(_))));
        assert_eq!(room.add(HERE, "5:renewed", None, Language::English).await.unwrap().id, bot.id);
    }

    #[tokio::test]
    async fn a_new_token_must_be_the_same_bots_and_revives_a_dead_one() {
        let (room, store, _folder) = room();
        let id = room.add(HERE, "5:good", None, Language::English).await.unwrap().id;
        let token = |token: &str| BotChange { token: Some(token.into()), ..BotChange::default() };
        let other = room.update(HERE, id, token("6:other")).await;
        assert!(matches!(other, Err(EngineError::Invalid(e)) if e[0].code == "another_bot"));
        store.write(move |tx| bots::set_status(tx, id, Status::TokenDead)).await.unwrap();
        let run = BotChange { running: Some(true), ..BotChange::default() };
        assert!(matches!(room.update(HERE, id, run).await, Err(EngineError::WrongState(_))));
        assert_eq!(room.update(HERE, id, token("5:renewed")).await.unwrap().status, Condition::Starting);
        let stop = BotChange { running: Some(false), ..BotChange::default() };
        assert_eq!(room.update(HERE, id, stop).await.unwrap().status, Condition::Stopped);
        let rate = BotChange { bulk_per_second: Some(0), ..BotChange::default() };
        assert!(matches!(room.update(HERE, id, rate).await, Err(EngineError::Invalid(_))));
        assert_eq!(room.update(HERE, id, token("5:named")).await.unwrap().username, "new_bot");
    }

    #[tokio::test]
    async fn payments_are_taken_unless_the_operator_declines_them() {
        let (room, _store, _folder) = room();
        let bot = room.add(HERE, "5:good", None, Language::English).await.unwrap();
        assert_eq!(bot.decline_payments, None);
        let words = |words: &str| BotChange { decline_payments: Some(words.into()), ..BotChange::default() };
        let declined = room.update(HERE, bot.id, words(" Sold out ")).await.unwrap();
        assert_eq!(declined.decline_payments.as_deref(), Some("Sold out"));
        let long = room.update(HERE, bot.id, words(&"x".repeat(201))).await;
        assert!(matches!(long, Err(EngineError::Invalid(e)) if e[0].path == "/decline_payments"));
        assert_eq!(room.update(HERE, bot.id, words("")).await.unwrap().decline_payments, None);
    }
}
