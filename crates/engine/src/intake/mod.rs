//! Intake: updates become events, and what follows from them, in one transaction a batch.
//!
//! A batch is taken in hopefully. When an update of it fails, the batch is taken in once more with a savepoint for
//! each: what fails is kept raw as `ingest_failed`, and leaves the others alone. A failure of the database acknowledges
//! nothing, so that Telegram gives the batch again.

mod arrival;
mod edit;
mod hearing;
mod person;
mod press;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use domain::bot::Status;
use domain::event::EventBody;
use domain::ids::BotId;
use domain::time::{DAY_MS, Millis, SECOND_MS};
use store::bots::Bot;
use store::nodes::{self, Hold};
use store::{Attempt, Store, StoreError, WriteTx, bots, contacts, events};
use telegram::{Received, Update};

use crate::acts::Responder;
use crate::journal::{self, Journal};
use crate::phrasing::Phrasing;
use crate::posts::Posts;
use crate::{EngineError, Result, Secrets};

/// Update ids are remembered so long.
const DEDUPE_MS: i64 = 2 * DAY_MS;
/// Presses and answered albums are remembered so long: an album's photos come one after the other.
const PRESSES_KEPT_MS: i64 = 60 * SECOND_MS;

/// Takes updates in.
#[derive(Clone)]
pub struct Intake {
    store: Store,
    secrets: Secrets,
    responder: Arc<dyn Responder>,
    phrasing: Phrasing,
    posts: Posts,
    dropped_answers: Arc<AtomicU64>,
}

/// One update as it arrived, with the moment of its receipt.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub received: Received,
    pub at: Millis,
}

/// How a batch was polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polled {
    /// Where polling goes on after the batch.
    pub next: i64,
    /// The duty by which it was polled. Whoever lost it meanwhile would set a newer offset back.
    pub hold: Hold,
}

/// What is done after the commit, at most once and without a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Stops the spinner on the screen of somebody who pressed; worthless minutes later.
    Press { query_id: String },
    /// Lets a payment go on, or declines it with these words; worthless after ten seconds.
    Payment { query_id: String, declined: Option<String> },
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Updates that were new.
    pub new: usize,
    /// Updates that had been seen before.
    pub seen: usize,
    /// Updates kept raw because they failed.
    pub failed: usize,
    pub answers: Vec<Answer>,
}

impl Intake {
    /// An intake whose acts are answered by `responder`.
    pub fn new(store: Store, secrets: Secrets, responder: Arc<dyn Responder>) -> Self {
        Self {
            store,
            secrets,
            responder,
            phrasing: Phrasing::default(),
            posts: Posts::default(),
            dropped_answers: Arc::default(),
        }
    }

    /// Counts the answers that were handed out here and dropped later.
    pub(crate) fn dropped_answers(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.dropped_answers)
    }

    /// Takes a batch in, in order, in one commit; one that was pushed was not `polled`.
    ///
    /// # Errors
    /// The bot is gone, the database failed, or another node polls by now: nothing of the batch is acknowledged.
    pub async fn take(&self, bot: BotId, batch: Vec<Arrived>, polled: Option<Polled>) -> Result<Taken> {
        let this = self.clone();
        self.store
            .write_repeatably(move |tx, attempt| {
                if let Some(polled) = polled
                    && !nodes::stands(tx, &polled.hold)?
                {
                    return Err(EngineError::WrongState("another node polls this bot now".into()));
                }
                let row = bots::lock(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
                this.take_all(tx, &row, &batch, polled.map(|polled| polled.next), attempt)
            })
            .await
    }

    /// As [`Intake::take`], for updates that nobody asked for: none of a bot that does not run. With it comes the bot's
    /// sealed token, by which presses are answered.
    ///
    /// # Errors
    /// The database failed: nothing of the batch is acknowledged.
    pub(crate) async fn take_pushed(
        &self,
        bot: BotId,
        batch: Vec<Arrived>,
    ) -> Result<Option<(Taken, Vec<u8>)>> {
        let this = self.clone();
        self.store
            .write_repeatably(move |tx, attempt| {
                let Some(row) = bots::lock(tx, bot)?.filter(|row| row.status == Status::Running) else {
                    return Ok(None);
                };
                let taken = this.take_all(tx, &row, &batch, None, attempt)?;
                Ok(Some((taken, row.token_sealed)))
            })
            .await
    }

    fn take_all(
        &self,
        tx: &WriteTx<'_>,
        row: &Bot,
        batch: &[Arrived],
        offset: Option<i64>,
        attempt: Attempt,
    ) -> Result<Taken> {
        let name = row.username.as_str();
        let taken = journal::append_locked(tx, row, |journal| self.take_each(journal, name, batch, attempt))?;
        if let Some(at) = batch.iter().map(|arrived| arrived.at).max() {
            let is_new_second = row.last_update_at.is_none_or(|last| last / SECOND_MS != at / SECOND_MS);
            if offset.is_some() || is_new_second {
                bots::polled(tx, row.id, offset, at)?;
            }
            if is_new_second {
                events::forget_updates(tx, row.id, at - DEDUPE_MS)?;
                events::forget_presses(tx, row.id, at - PRESSES_KEPT_MS)?;
            }
        }
        Ok(taken)
    }

    fn take_each(
        &self,
        journal: &mut Journal<'_>,
        name: &str,
        batch: &[Arrived],
        attempt: Attempt,
    ) -> Result<Taken> {
        let mut taken = Taken::default();
        let ids: Vec<_> = batch.iter().map(|arrived| (arrived.received.id, arrived.at)).collect();
        let new = events::first_sights(journal.tx(), journal.bot(), &ids)?;
        for (arrived, is_new) in batch.iter().zip(new) {
            let update = &arrived.received;
            if !is_new {
                taken.seen += 1;
                continue;
            }
            taken.new += 1;
            if attempt == Attempt::Hopeful {
                // One that fails brings the whole batch here once more.
                taken.answers.extend(self.take_one(journal, name, update, arrived.at)?);
                continue;
            }
            match journal.savepoint(|journal| self.take_one(journal, name, update, arrived.at)) {
                Ok(answer) => taken.answers.extend(answer),
                // Not the update's fault: nothing is acknowledged, and it comes again.
                Err(full @ EngineError::Store(StoreError::Full)) => return Err(full),
                Err(error) => {
                    tracing::warn!(bot = %journal.bot(), update = update.id, %error, "an update could not be taken in");
                    taken.failed += 1;
                    keep_failed(journal, update, arrived.at, &error)?;
                }
            }
        }
        Ok(taken)
    }

    /// `name` is the bot's username.
    fn take_one(
        &self,
        journal: &mut Journal<'_>,
        name: &str,
        received: &Received,
        at: Millis,
    ) -> Result<Option<Answer>> {
        journal.listen(received.update.whereabouts());
        match &received.update {
            Update::Message(message) if message.chat.is_private() => {
                self.message(journal, name, message, &received.raw, at)?;
                Ok(None)
            }
            Update::EditedMessage(message) if message.chat.is_private() => {
                self.edited(journal, message, &received.raw, at)?;
                Ok(None)
            }
            Update::MessageReaction(reaction) if reaction.chat.is_private() => {
                self.reacted(journal, reaction, at)?;
                Ok(None)
            }
            Update::CallbackQuery(query) => self.press(journal, query, &received.raw, at).map(Some),
            Update::MyChatMember(change) if change.is_block() || change.is_unblock() => {
                self.standing(journal, change, at)?;
                Ok(None)
            }
            Update::PreCheckoutQuery(query) => {
                keep_raw(journal, received, at)?;
                let declined = bots::of(journal.tx(), journal.bot())?.and_then(|bot| bot.decline_payments);
                Ok(Some(Answer::Payment { query_id: query.id.clone(), declined }))
            }
            _ => {
                keep_raw(journal, received, at)?;
                Ok(None)
            }
        }
    }
}

/// Keeps an update as it came: with the person, where it is of one who is known and of no chat that others share.
fn keep_raw(journal: &mut Journal<'_>, received: &Received, at: Millis) -> Result<()> {
    let person = received.person_id().filter(|_| received.update.chat().is_none());
    let contact = match person {
        Some(id) => contacts::by_telegram_id(journal.tx(), journal.bot(), id)?,
        None => None,
    };
    let body = EventBody::Raw { object: kind_of(&received.update).to_owned(), json: received.raw.clone() };
    journal.record(contact.map(|contact| contact.number), at, body)?;
    Ok(())
}

fn kind_of(update: &Update) -> &str {
    match update {
        Update::Message(_) => "message",
        Update::EditedMessage(_) => "edited_message",
        Update::MessageReaction(_) => "message_reaction",
        Update::CallbackQuery(_) => "callback_query",
        Update::MyChatMember(_) => "my_chat_member",
        Update::PreCheckoutQuery(_) => "pre_checkout_query",
        Update::Unknown { kind, .. } => kind,
    }
}

fn keep_failed(journal: &mut Journal<'_>, update: &Received, at: Millis, error: &EngineError) -> Result<()> {
    let body = EventBody::IngestFailed { error: error.to_string(), json: update.raw.clone() };
    journal.record(None, at, body)?;
    bots::ingest_failed(journal.tx(), journal.bot())?;
    Ok(())
}
