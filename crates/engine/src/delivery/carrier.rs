//! Carries a message to Telegram: a text as it is; a file by upload the first time, by its id from then on. Each by one
//! call: a file whose id Telegram forgot is uploaded when the message's turn comes again.

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
/// Who needs it while it is looked up or uploaded waits at the lock.
type Slot = Arc<tokio::sync::Mutex<FileId>>;

/// What Telegram calls a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum FileId {
    /// It was not looked up.
    #[default]
    Unread,
    /// It was never uploaded, or Telegram forgot it.
    None,
    Is(String),
}

/// One bot's way to Telegram.
pub struct Carrier {
    bot: BotId,
    store: Store,
    client: Arc<Client>,
    known: Mutex<HashMap<Key, Slot>>,
}

impl Carrier {
    /// The way of a bot through its client.
    pub fn new(bot: BotId, store: Store, client: Arc<Client>) -> Self {
        Self { bot, store, client, known: Mutex::default() }
    }

    async fn send_file(&self, chat: i64, message: &Outgoing, Media { kind, id }: Media) -> Answer {
        let slot = self.slot((id, kind));
        let mut file_id = slot.lock().await;
        if *file_id == FileId::Unread {
            let stored = self.stored(id, kind).await.map_err(not_sent)?;
            *file_id = stored.map_or(FileId::None, FileId::Is);
        }
        if let FileId::Is(known) = file_id.clone() {
            // Others need not wait for this call.
            drop(file_id);
            let answer = self.client.send_file(chat, kind, message, FileSource::Id(&known)).await;
            if let Err(SendError::FileUnknown { .. }) = answer {
                let mut file_id = slot.lock().await;
                if *file_id == FileId::Is(known) {
                    *file_id = FileId::None;
                }
            }
            return answer.map(|file| file.sent);
        }
        let upload = self.content(id).await.map_err(not_sent)?;
        let Some((name, content_type, bytes)) = upload else {
            return Err(SendError::BadContent { description: format!("the file {id} is gone") });
        };
        let source = FileSource::Upload { name: &name, content_type: &content_type, bytes: &bytes };
        let sent = self.client.send_file(chat, kind, message, source).await.map_err(of_upload)?;
        if let Some(new) = &sent.file_id {
            *file_id = FileId::Is(new.clone());
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

    fn slot(&self, key: Key) -> Slot {
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

/// An upload names no file that Telegram could have forgotten: another would be refused as well.
fn of_upload(error: SendError) -> SendError {
    match error {
        SendError::FileUnknown { description } => SendError::BadContent { description },
        other => other,
    }
}

/// Our own database failed before any call.
fn not_sent(error: EngineError) -> SendError {
    SendError::NotSent { reason: format!("the file could not be read: {error}") }
}

#[cfg(test)]
mod tests {
    use telegram::Options;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::test_house::House;

    /// A Bot API that takes uploads and knows no file id, and what it was sent: `id` or `upload`, in order.
    async fn forgetful() -> (String, Arc<Mutex<Vec<&'static str>>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let head = head_of_request(&mut stream).await;
                let is_upload = head.contains("multipart/form-data");
                told.lock().push(if is_upload { "upload" } else { "id" });
                let (status, body) = if is_upload {
                    let sent = r#"{"message_id":1,"date":1,"document":{"file_id":"new"}}"#;
                    ("200 OK", format!(r#"{{"ok":true,"result":{sent}}}"#))
                } else {
                    let words = "Bad Request: wrong remote file identifier specified";
                    ("400 Bad Request", format!(r#"{{"ok":false,"error_code":400,"description":"{words}"}}"#))
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        (url, calls)
    }

    /// Reads a request to its end.
    async fn head_of_request(stream: &mut tokio::net::TcpStream) -> String {
        let mut request = Vec::new();
        loop {
            stream.read_buf(&mut request).await.unwrap();
            let text = String::from_utf8_lossy(&request).to_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
            if body.len() >= length.trim().parse().unwrap() {
                return head.to_owned();
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_telegram_forgot_is_uploaded_by_the_next_call_and_not_by_the_same() {
        let house = House::new().await;
        let (bot, workspace) = (house.bot, house.workspace);
        let (store, secrets) = (house.store.clone(), house.secrets.clone());
        let room = crate::media::Media::new(store, house.clock(), secrets, "http://127.0.0.1:9");
        let file = room.upload(workspace, "a.txt", b"some words".to_vec()).await.unwrap().file.id;
        let kind = MediaKind::Document;
        house.write(move |tx| Ok(media::remember_sent(tx, bot, file, kind, "old")?)).await;
        let (url, calls) = forgetful().await;
        let client = Client::new(&url, &"1:token".to_owned().into(), Options::default()).unwrap();
        let carrier = Carrier::new(bot, house.store.clone(), Arc::new(client));
        let message = || Outgoing { media: Some(Media { kind, id: file }), ..Outgoing::plain("Hi") };
        let first = carrier.send(5, message()).await;
        assert!(matches!(first, Err(SendError::FileUnknown { .. })), "{first:?}");
        assert_eq!(*calls.lock(), ["id"], "one leave, one call");
        carrier.send(5, message()).await.unwrap();
        assert_eq!(*calls.lock(), ["id", "upload"]);
        let again = carrier.send(5, message()).await;
        assert!(matches!(again, Err(SendError::FileUnknown { .. })), "by the new id: {again:?}");
        assert_eq!(*calls.lock(), ["id", "upload", "id"]);
    }
}
