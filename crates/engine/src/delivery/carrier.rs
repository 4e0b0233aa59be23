//! Carries a message to Telegram: a text as it is; a file by upload the first time, by its id from then on.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::ids::{BotId, MediaId, WorkspaceId};
use domain::message::{Media, MediaKind, Outgoing};
use parking_lot::Mutex;
use store::{Store, bots, media};
use telegram::{Client, FileSource, SendError};

use super::{Answer, Transport};
use crate::{EngineError, Result};

/// File ids remembered at once; beyond, all are forgotten and read again.
const REMEMBERED_MAX: usize = 1_000;

/// One file as one kind.
type Key = (MediaId, MediaKind);
/// What Telegram calls a file, once somebody uploaded it. Who needs it meanwhile waits at the lock.
type FileId = Arc<tokio::sync::Mutex<Option<String>>>;

/// One bot's way to Telegram.
pub struct Carrier {
    bot: BotId,
    store: Store,
    client: Arc<Client>,
    known: Mutex<HashMap<Key, FileId>>,
}

impl Carrier {
    /// The way of a bot through its client.
    pub fn new(bot: BotId, store: Store, client: Arc<Client>) -> Self {
        Self { bot, store, client, known: Mutex::default() }
    }

    async fn send_file(&self, chat: i64, message: &Outgoing, Media { kind, id }: Media) -> Answer {
        let slot = self.slot((id, kind));
        let mut file_id = slot.lock().await;
        if file_id.is_none() {
            *file_id = self.stored(id, kind).await.map_err(not_sent)?;
        }
        if let Some(known) = file_id.clone() {
            // Others need not wait for this call.
            drop(file_id);
            let answer = self.client.send_file(chat, kind, message, FileSource::Id(&known)).await;
            match answer {
                Err(SendError::FileUnknown { .. }) => {
                    // Telegram forgot the file, and proved that nothing was sent.
                    file_id = slot.lock().await;
                    if file_id.as_ref() == Some(&known) {
                        *file_id = None;
                    }
                }
                other => return other.map(|file| file.sent),
            }
        }
        let upload = self.content(id).await.map_err(not_sent)?;
        let Some((name, content_type, bytes)) = upload else {
            return Err(SendError::BadContent { description: format!("the file {id} is gone") });
        };
        let source = FileSource::Upload { name: &name, content_type: &content_type, bytes: &bytes };
        let sent = self.client.send_file(chat, kind, message, source).await?;
        if let Some(new) = &sent.file_id {
            *file_id = Some(new.clone());
            let (bot, new) = (self.bot, new.clone());
            let kept = self
                .store
                .write(move |tx| media::remember_sent(tx, bot, id, kind, &new).map_err(EngineError::from));
            if let Err(error) = kept.await {
                // The message is out; the next process uploads the file once more.
                tracing::warn!(bot = %self.bot, %error, "a file's id was not kept");
            }
        }
        Ok(sent.sent)
    }

    fn slot(&self, key: Key) -> FileId {
        let mut known = self.known.lock();
        if known.len() >= REMEMBERED_MAX && !known.contains_key(&key) {
            known.clear();
        }
        Arc::clone(known.entry(key).or_default())
    }

    async fn stored(&self, id: MediaId, kind: MediaKind) -> Result<Option<String>> {
        let bot = self.bot;
        let read =
            self.store.reader().read(move |tx| media::sent_as(tx, bot, id, kind).map_err(EngineError::from));
        read.await
    }

    async fn content(&self, id: MediaId) -> Result<Option<(String, String, Vec<u8>)>> {
        let bot = self.bot;
        let read = self.store.reader().read(move |tx| {
            let workspace: WorkspaceId = match bots::of(tx, bot)? {
                Some(bot) => bot.workspace,
                None => return Ok(None),
            };
            let Some(file) = media::get(tx, workspace, id)? else { return Ok(None) };
            Ok::<_, EngineError>(Some((file.name, file.content_type, media::bytes(tx, workspace, id)?)))
        });
        read.await
    }
}

impl Transport for Carrier {
    fn send(&self, chat: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        Box::pin(async move {
            match message.media {
                None => self.client.send_message(chat, &message).await,
                Some(file) => self.send_file(chat, &message, file).await,
            }
        })
    }
}

/// Our own database failed before any call.
fn not_sent(error: EngineError) -> SendError {
    SendError::NotSent { reason: format!("the file could not be read: {error}") }
}
