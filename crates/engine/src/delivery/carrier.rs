//! Carries a message to Telegram: a text as it is; a file by upload the first time, by its id from then on.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::ids::{BotId, MediaId, WorkspaceId};
use parking_lot::Mutex;
use serde_json::Value;
use store::{Store, bots, media};
use telegram::{Client, FileKind, FileSource, SendError};

use super::{Answer, Transport};
use crate::{EngineError, Result};

/// File ids remembered at once; beyond, all are forgotten and read again.
const REMEMBERED_MAX: usize = 1_000;

/// One file as one kind.
type Key = (MediaId, &'static str);
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

    async fn send_file(&self, mut params: Value, wanted: &Value) -> Answer {
        let kind = match wanted["kind"].as_str() {
            Some("photo") => FileKind::Photo,
            Some("video") => FileKind::Video,
            _ => FileKind::Document,
        };
        let id = MediaId(wanted["media_id"].as_i64().unwrap_or(0));
        captioned(&mut params);
        let slot = self.slot((id, kind.field()));
        let mut file_id = slot.lock().await;
        if file_id.is_none() {
            *file_id = self.stored(id, kind).await.map_err(not_sent)?;
        }
        if let Some(known) = file_id.clone() {
            // Others need not wait for this call.
            drop(file_id);
            let answer = self.client.send_file(kind, &params, FileSource::Id(&known)).await;
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
        let sent = self.client.send_file(kind, &params, source).await?;
        if let Some(new) = &sent.file_id {
            *file_id = Some(new.clone());
            let (bot, new) = (self.bot, new.clone());
            let kept = self.store.write(move |tx| {
                media::remember_sent(tx, bot, id, kind.field(), &new).map_err(EngineError::from)
            });
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

    async fn stored(&self, id: MediaId, kind: FileKind) -> Result<Option<String>> {
        let bot = self.bot;
        let read = self
            .store
            .reader()
            .read(move |tx| media::sent_as(tx, bot, id, kind.field()).map_err(EngineError::from));
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
    fn send(&self, mut params: Value) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        Box::pin(async move {
            match params.as_object_mut().and_then(|map| map.remove("media")) {
                None => self.client.send_message(&params).await,
                Some(wanted) => self.send_file(params, &wanted).await,
            }
        })
    }
}

/// A text's parameters become a caption's.
fn captioned(params: &mut Value) {
    let Some(map) = params.as_object_mut() else { return };
    map.remove("link_preview_options");
    for (from, to) in [("text", "caption"), ("entities", "caption_entities")] {
        if let Some(value) = map.remove(from).filter(|value| value != "") {
            map.insert(to.into(), value);
        }
    }
}

/// Our own database failed before any call.
fn not_sent(error: EngineError) -> SendError {
    SendError::NotSent { reason: format!("the file could not be read: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_becomes_a_caption() {
        let mut params = json!({"chat_id": 1, "text": "Hi", "entities": [1], "link_preview_options": {},
            "reply_markup": {"inline_keyboard": []}});
        captioned(&mut params);
        let wanted = json!({"chat_id": 1, "caption": "Hi", "caption_entities": [1],
            "reply_markup": {"inline_keyboard": []}});
        assert_eq!(params, wanted);
        let mut bare = json!({"chat_id": 1, "text": ""});
        captioned(&mut bare);
        assert_eq!(bare, json!({"chat_id": 1}));
    }
}
