//! Keeping indexes in files, so that a start need not build them from rows.
//!
//! A file is used only if everything that it depends on is as it was: its layout and the version of Muster, the log,
//! the bot and its workspace, the time zone, and the event that it stands at. Otherwise the index is built from rows,
//! and the log says why. A person who was erased lives on in no file: it goes when the event is folded.

use std::sync::Arc;
use std::time::Duration;

use audience::{Index, LiveIndex};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::event::{Event, EventBody};
use domain::ids::{BotId, WorkspaceId};
use sha2::{Digest, Sha256};
use store::{ReadTx, Store, WriteTx, bots, events, settings};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::file::{Label, Refusal};
use super::shelf::Shelf;
use super::{Followed, People};
use crate::{EngineError, Result, catalog, secrets};

/// The setting by which a database names its log.
const LOG: &str = "log_id";
/// A file is written anew after so many events, or a tenth of the people if that is more: folding that many takes
/// about as long as reading the file.
const EVENTS_MIN: i64 = 50_000;
const PEOPLE_AN_EVENT: i64 = 10;
/// At a stop it is written already after so many.
const EVENTS_AT_STOP_MIN: i64 = 1_000;
const TIDY_EVERY: Duration = Duration::from_secs(3_600);

/// Who writes snapshots, one at a time.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    shelf: Arc<Shelf>,
    pub(super) turn: Arc<Semaphore>,
}

/// What is in a bot's file.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The event that the file stands at, and from which the next is counted.
    number: i64,
    /// Whether there is a file.
    is_there: bool,
    /// The last erasing of a person that was folded: no older index may be written any more.
    erased: i64,
    /// Whether the present index was read from a file.
    pub(super) was_read: bool,
    /// The last event when it was read: consoles are told of later ones alone.
    pub(super) told: i64,
}

impl Keeper {
    /// Says why a bot's file is not used, and removes it.
    async fn refuse(self, bot: BotId, refusal: &Refusal) -> Option<Index> {
        tracing::info!(%bot, reason = %refusal, "the index is built from rows");
        if let Err(error) = blocking(move || self.shelf.remove(bot)).await {
            tracing::warn!(%bot, %error, "a snapshot that is of no use cannot be removed");
        }
        None
    }
}

impl Kept {
    /// For another index of the same bot.
    fn begin(&mut self, kept: Self) {
        *self = Self { erased: self.erased, ..kept };
    }

    fn is_due(&self, index: &Index) -> bool {
        let people = i64::from(index.contact_numbers());
        index.number() - self.number >= EVENTS_MIN.max(people / PEOPLE_AN_EVENT)
    }

    fn is_due_at_stop(&self, index: &Index) -> bool {
        index.number() > 0 && (!self.is_there || index.number() - self.number >= EVENTS_AT_STOP_MIN)
    }
}

/// Names the log of a database that has none yet.
///
/// # Errors
/// The database failed.
pub async fn name_log(store: &Store) -> Result<()> {
    store.write(|tx| if settings::get(tx, LOG)?.is_none() { rename_log(tx) } else { Ok(()) }).await
}

/// Gives the log another name: what follows may differ from what others have seen.
pub(crate) fn rename_log(tx: &WriteTx<'_>) -> Result<()> {
    Ok(settings::set(tx, LOG, &secrets::new_token("log-"))?)
}

/// What an index of this bot is labelled with if it stands at this event. Nothing while the log has no name, or if
/// there is no such event.
pub(super) fn label(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    number: i64,
) -> Result<Option<Label>> {
    let event = events::after(tx, bot, number - 1, 1)?.into_iter().find(|event| event.number == number);
    let (Some(log), Some(event)) = (settings::get(tx, LOG)?, event) else { return Ok(None) };
    Ok(Some(Label {
        layout: audience::layout(),
        muster: env!("CARGO_PKG_VERSION").into(),
        log,
        workspace: workspace.0,
        bot: bot.0,
        zone: catalog::zone_of(tx, workspace)?.name().into(),
        number,
        event: told_by(&event),
    }))
}

/// What is remembered of an event: what stays when its words are blanked.
fn told_by(event: &Event) -> String {
    let Event { number, contact, at, body, windows } = event;
    let text = format!("{number} {contact:?} {at} {} {windows:?}", body.kind());
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// Fails unless a file's label is the one that it should have.
pub(super) fn compare(found: &Label, wanted: Option<&Label>) -> std::result::Result<(), Refusal> {
    let Some(wanted) = wanted else { return Err(Refusal::Strange("an event that is not in the log")) };
    let parts = [
        (found.muster == wanted.muster, "another version of Muster"),
        (found.layout == wanted.layout, "other columns"),
        (found.bot == wanted.bot, "another bot"),
        (found.workspace == wanted.workspace, "another workspace"),
        (found.log == wanted.log, "another log, or of this one before a backup was restored"),
        (found.zone == wanted.zone, "another time zone"),
        (found.event == wanted.event, "a log that went on otherwise"),
    ];
    parts.into_iter().try_for_each(|(same, of)| if same { Ok(()) } else { Err(Refusal::Strange(of)) })
}

impl People {
    /// Keeps indexes in files of a folder.
    #[must_use]
    pub fn with_shelf(self, shelf: Shelf) -> Self {
        let keeper = Keeper { shelf: Arc::new(shelf), turn: Arc::new(Semaphore::new(1)) };
        Self { keeper: Some(keeper), ..self }
    }

    /// Reads a bot's index from its file, unless that is of something else.
    pub(super) async fn shelved(&self, bot: BotId, followed: &Followed) -> Result<Option<Index>> {
        let Some(keeper) = self.keeper.clone() else { return Ok(None) };
        followed.kept.lock().begin(Kept::default());
        let shelf = Arc::clone(&keeper.shelf);
        let opened = match blocking(move || shelf.open(bot)).await {
            Ok(opened) => opened,
            Err(refusal) => return Ok(keeper.refuse(bot, &refusal).await),
        };
        let (workspace, number) = (followed.workspace, opened.label.number);
        let (wanted, last) = self
            .reader
            .read(move |tx| {
                let row = bots::of(tx, bot)?;
                let last = row.map_or(0, |row| row.next_event - 1);
                Ok::<_, EngineError>((label(tx, workspace, bot, number)?, last))
            })
            .await?;
        if let Err(refusal) = compare(&opened.label, wanted.as_ref()) {
            return Ok(keeper.refuse(bot, &refusal).await);
        }
        match blocking(move || opened.read()).await {
            Ok(index) => {
                let kept = Kept { number, is_there: true, was_read: true, told: last, erased: 0 };
                followed.kept.lock().begin(kept);
                Ok(Some(index))
            }
            Err(refusal) => Ok(keeper.refuse(bot, &refusal).await),
        }
    }

    /// Says that a bot's index cannot go on, and removes its file.
    pub(super) async fn distrust(&self, bot: BotId, reason: &'static str) {
        match self.keeper.clone() {
            Some(keeper) => drop(keeper.refuse(bot, &Refusal::Strange(reason)).await),
            None => tracing::info!(%bot, reason, "the index is built from rows"),
        }
    }

    /// Writes the index in the background if enough has happened and nobody else is writing.
    pub(super) fn keep_if_due(&self, bot: BotId, followed: &Arc<Followed>, live: &Arc<LiveIndex>) {
        let Some(keeper) = &self.keeper else { return };
        if !followed.kept.lock().is_due(&live.snapshot()) {
            return;
        }
        let Ok(turn) = Arc::clone(&keeper.turn).try_acquire_owned() else { return };
        let (people, followed, index) = (self.clone(), Arc::clone(followed), live.snapshot());
        tokio::spawn(async move { people.keep(bot, &followed, index, turn).await });
    }

    /// Writes every index that has moved on: at a stop.
    pub async fn keep_all(&self) {
        let Some(keeper) = &self.keeper else { return };
        let bots: Vec<_> =
            self.bots.lock().iter().map(|(bot, followed)| (*bot, Arc::clone(followed))).collect();
        for (bot, followed) in bots {
            let Ok(turn) = Arc::clone(&keeper.turn).acquire_owned().await else { return };
            let Some(live) = followed.present.lock().await.clone() else { continue };
            let index = live.snapshot();
            if followed.kept.lock().is_due_at_stop(&index) {
                self.keep(bot, &followed, index, turn).await;
            }
        }
    }

    /// Removes files that nobody reads again or that hold somebody who was erased: of bots that are gone, and of those
    /// that nobody follows here. At the start, then hourly, until told to stop.
    pub async fn keep_tidy(self, stop: CancellationToken) {
        let Some(keeper) = self.keeper.clone() else { return };
        let shelf = Arc::clone(&keeper.shelf);
        if let Err(error) = blocking(move || shelf.clear_partials()).await {
            tracing::warn!(%error, "what was left of snapshots cannot be removed");
        }
        while !stop.is_cancelled() {
            if let Err(error) = self.tidy(&keeper).await {
                tracing::warn!(%error, "the snapshots cannot be tidied");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(TIDY_EVERY) => {}
            }
        }
    }

    pub(super) async fn tidy(&self, keeper: &Keeper) -> Result<()> {
        let internal = |error: std::io::Error| EngineError::Internal(error.to_string());
        let shelf = Arc::clone(&keeper.shelf);
        for bot in blocking(move || shelf.bots()).await.map_err(internal)? {
            let shelf = Arc::clone(&keeper.shelf);
            let Ok(opened) = blocking(move || shelf.open(bot)).await else { continue };
            let number = opened.label.number;
            let is_of_use = self.reader.read(move |tx| {
                let connected = bots::of(tx, bot)?.is_some_and(|row| !row.token_sealed.is_empty());
                Ok::<_, EngineError>(connected && !events::has_erased_after(tx, bot, number)?)
            });
            if !is_of_use.await? {
                let shelf = Arc::clone(&keeper.shelf);
                blocking(move || shelf.remove(bot)).await.map_err(internal)?;
            }
        }
        Ok(())
    }

    /// Writes one index. What goes wrong is logged and done again when it is due the next time: nothing is lost.
    pub(super) async fn keep(
        &self,
        bot: BotId,
        followed: &Arc<Followed>,
        index: Arc<Index>,
        turn: OwnedSemaphorePermit,
    ) {
        let Some(keeper) = self.keeper.clone() else { return };
        let (workspace, number) = (followed.workspace, index.number());
        let zone = index.zone().name();
        let label = match self.reader.read(move |tx| label(tx, workspace, bot, number)).await {
            Ok(Some(label)) if label.zone == zone => label,
            Ok(_) => return,
            Err(error) => return tracing::warn!(%bot, %error, "no snapshot of the index is written"),
        };
        let followed = Arc::clone(followed);
        let written = blocking(move || {
            let _turn = turn;
            let draft = keeper.shelf.write(bot, &label, &index)?;
            drop(index);
            // Held until the file is in its place, so that an erasing waits and then removes it.
            let mut kept = followed.kept.lock();
            if kept.erased > number {
                return Ok(());
            }
            draft.publish()?;
            (kept.number, kept.is_there) = (number, true);
            drop(kept);
            keeper.shelf.sync()
        });
        if let Err(error) = written.await {
            tracing::warn!(%bot, %error, "no snapshot of the index is written");
        }
    }

    /// Removes a bot's file if somebody of it was erased.
    pub(super) async fn forget_erased(&self, bot: BotId, followed: &Arc<Followed>, events: &[Event]) {
        let Some(keeper) = self.keeper.clone() else { return };
        let erased = events.iter().rfind(|event| event.body == EventBody::Erased);
        let Some(number) = erased.map(|event| event.number) else { return };
        let followed = Arc::clone(followed);
        let removed = blocking(move || {
            let mut kept = followed.kept.lock();
            // The next file is due as if this one were of now: many erasings do not write many files.
            (kept.number, kept.is_there, kept.erased) = (number.max(kept.number), false, number);
            keeper.shelf.remove(bot)
        });
        if let Err(error) = removed.await {
            tracing::error!(%bot, %error, "the snapshot of an index cannot be removed, and holds an erased person");
        }
    }
}

/// Runs work that waits for the disk or takes long. A panic in it goes on here.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
