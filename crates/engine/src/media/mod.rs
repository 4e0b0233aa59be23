//! Uploaded files: taken in once, sent by any of the workspace's bots; and the files that people sent.

mod deletion;
pub mod picture;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::event::EventBody;
use domain::ids::{BotId, ContactId, MediaId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use parking_lot::Mutex;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::media::{self, MediaFile, PART_BYTES};
use store::{Store, bots, erasure};
use telegram::{Client, Options, SendError};

use crate::attachments::{self, FILE_BYTES_MAX};
use crate::clock::Clock;
use crate::mentions::User;
use crate::{EngineError, Result, Secrets};

/// Files of a workspace.
const FILES_MAX: i64 = 10_000;
/// Bytes of all files of a workspace.
const WORKSPACE_BYTES_MAX: i64 = 20 << 30;
/// Parts that one commit writes, so that others are not held up.
const PARTS_AT_ONCE: usize = 4;

/// A file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    pub file: MediaFile,
    /// What it can be sent as, best first: `photo`, `video`, `document`.
    pub kinds: Vec<&'static str>,
}

/// Bytes with what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub content_type: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A client, with the sealed token that it was made for.
type Fetcher = (Vec<u8>, Client);

/// The room of files.
#[derive(Clone)]
pub struct Media {
    store: Store,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    api_url: String,
    /// Bytes of all files of a workspace.
    bytes_max: i64,
    /// What fetches each bot's files.
    clients: Arc<Mutex<HashMap<BotId, Fetcher>>>,
}

/// A page of files, and how full the workspace is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// Each with what uses it.
    pub files: Vec<(Uploaded, Vec<User>)>,
    pub file_count: i64,
    pub byte_count: i64,
    pub byte_count_max: i64,
}

impl Media {
    /// `api_url` is where the files that people sent are fetched.
    pub fn new(store: Store, clock: Arc<dyn Clock>, secrets: Secrets, api_url: impl Into<String>) -> Self {
        let (api_url, bytes_max) = (api_url.into(), WORKSPACE_BYTES_MAX);
        Self { store, clock, secrets, api_url, bytes_max, clients: Arc::default() }
    }

    /// The same with room for so many bytes a workspace.
    #[must_use]
    pub fn holding(self, bytes_max: i64) -> Self {
        Self { bytes_max, ..self }
    }

    /// Takes a file in. The same bytes are stored once a workspace.
    ///
    /// # Errors
    /// Under `/file`: it is empty, larger than Telegram takes, or the workspace has no room for it.
    pub async fn upload(&self, workspace: WorkspaceId, name: &str, bytes: Vec<u8>) -> Result<Uploaded> {
        if bytes.is_empty() {
            return Err(EngineError::field("/file", "empty", "must not be empty"));
        }
        if bytes.len() > FILE_BYTES_MAX {
            let message = format!("has {} bytes; Telegram takes {FILE_BYTES_MAX}", bytes.len());
            return Err(EngineError::field("/file", "too_large", message));
        }
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes));
        let size = picture::size(&bytes);
        let mut file = MediaFile {
            id: MediaId(0),
            name: shortened(name),
            content_type: picture::content_type(&bytes).to_owned(),
            byte_count: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            width: size.map(|(width, _)| i64::from(width)),
            height: size.map(|(_, height)| i64::from(height)),
            hash,
            created_at: self.clock.now(),
        };
        let (new, bytes_max) = (file.clone(), self.bytes_max);
        let begun = self.store.write(move |tx| {
            if let Some(known) = media::by_hash(tx, workspace, &new.hash)? {
                return Ok(Err(known));
            }
            let (files, in_all) = media::usage(tx, workspace)?;
            if files >= FILES_MAX {
                let message =
                    format!("the workspace has {files} files, which is the most; delete some first");
                return Err(EngineError::field("/file", "no_room", message));
            }
            if in_all + new.byte_count > bytes_max {
                let message = format!(
                    "has {} bytes, and the workspace has room for {} of {bytes_max}; delete files first",
                    new.byte_count,
                    (bytes_max - in_all).max(0)
                );
                return Err(EngineError::field("/file", "no_room", message));
            }
            Ok(Ok(media::begin(tx, workspace, &new)?))
        });
        file.id = match begun.await? {
            Ok(id) => id,
            Err(known) => return Ok(shown(known)),
        };
        self.write_parts(workspace, file.id, bytes).await?;
        Ok(shown(file))
    }

    async fn write_parts(&self, workspace: WorkspaceId, id: MediaId, bytes: Vec<u8>) -> Result<()> {
        let bytes = Arc::new(bytes);
        let count = bytes.len().div_ceil(PART_BYTES);
        for first in (0..count).step_by(PARTS_AT_ONCE) {
            let bytes = Arc::clone(&bytes);
            self.store
                .write(move |tx| {
                    for part in first..count.min(first + PARTS_AT_ONCE) {
                        let end = bytes.len().min((part + 1) * PART_BYTES);
                        media::add_part(tx, workspace, id, part, &bytes[part * PART_BYTES..end])?;
                    }
                    Ok::<_, EngineError>(())
                })
                .await?;
        }
        self.store.write(move |tx| media::finish(tx, workspace, id).map_err(EngineError::from)).await
    }

    /// Files below an id, latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, workspace: WorkspaceId, before: MediaId, limit: usize) -> Result<Shelf> {
        let byte_count_max = self.bytes_max;
        let read = self.store.reader().read(move |tx| {
            let users = deletion::users(tx, workspace)?;
            let of = |id| users.get(&id).cloned().unwrap_or_default();
            let files = media::list(tx, workspace, before, limit)?.into_iter();
            let files =
                files.map(|file| (of(file.id), file)).map(|(users, file)| (shown(file), users)).collect();
            let (file_count, byte_count) = media::usage(tx, workspace)?;
            Ok(Shelf { files, file_count, byte_count, byte_count_max })
        });
        read.await
    }

    /// One file.
    ///
    /// # Errors
    /// There is no such file here.
    pub async fn get(&self, workspace: WorkspaceId, id: MediaId) -> Result<Uploaded> {
        let row =
            self.store.reader().read(move |tx| media::get(tx, workspace, id).map_err(EngineError::from));
        row.await?.map(shown).ok_or(EngineError::NotFound("file"))
    }

    /// A file's bytes, or those of a range, both of its ends among them.
    ///
    /// # Errors
    /// There is no such file here.
    pub async fn content(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
        range: Option<(u64, u64)>,
    ) -> Result<Content> {
        let read = self.store.reader().read(move |tx| {
            let file = media::get(tx, workspace, id)?.ok_or(EngineError::NotFound("file"))?;
            let bytes = match range {
                None => media::bytes(tx, workspace, id)?,
                Some((first, last)) => media::bytes_between(tx, workspace, id, first, last)?,
            };
            Ok(Content { content_type: file.content_type, name: file.name, bytes })
        });
        read.await
    }

    /// The file that a person sent, fetched from Telegram. `event` is the number of the message.
    ///
    /// # Errors
    /// There is no such message with a file, or Telegram does not give it (any more, or above 20 MB).
    pub async fn received(&self, workspace: WorkspaceId, contact: ContactId, event: i64) -> Result<Content> {
        let found = self.store.reader().read(move |tx| {
            let missing = || EngineError::NotFound("file");
            let bot = bots::get(tx, workspace, contact.bot())?.ok_or_else(missing)?;
            let event =
                erasure::event(tx, bot.id, event)?.filter(|one| one.contact == Some(contact.number()));
            match event.map(|event| event.body) {
                Some(
                    EventBody::Message { file: Some(file), content, .. }
                    | EventBody::MessageEdited { file: Some(file), content, .. },
                ) => Ok((bot.token_sealed, file, content)),
                _ => Err(missing()),
            }
        });
        let (sealed, file_id, name) = found.await?;
        let telegram = |error: String| EngineError::Telegram(error);
        let client = self.client(contact.bot(), sealed)?;
        let bytes = client.download(&file_id).await.map_err(|error| match error {
            SendError::Refused { description, .. }
            | SendError::BadContent { description }
            | SendError::FileUnknown { description } => telegram(description),
            other => telegram(other.to_string()),
        })?;
        Ok(Content { content_type: picture::content_type(&bytes).to_owned(), name, bytes })
    }
}

impl Media {
    /// The bot's client, kept so that a wait that Telegram asked for holds for the downloads after it.
    fn client(&self, bot: BotId, sealed: Vec<u8>) -> Result<Client> {
        let mut clients = self.clients.lock();
        if let Some((_, client)) = clients.get(&bot).filter(|(known, _)| *known == sealed) {
            return Ok(client.clone());
        }
        let token = SecretString::from(self.secrets.open(&sealed)?);
        let client = Client::new(&self.api_url, &token, Options::default())
            .map_err(|error| EngineError::Telegram(error.to_string()))?;
        clients.insert(bot, (sealed, client.clone()));
        Ok(client)
    }
}

fn shown(file: MediaFile) -> Uploaded {
    let kinds = attachments::kinds(&file);
    Uploaded { file, kinds }
}

/// A file's name for people: its last part, in bounds.
fn shortened(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}
