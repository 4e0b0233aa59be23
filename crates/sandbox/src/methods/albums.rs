//! `sendMediaGroup`.

use super::content;
use crate::chat::{Media, Message};
use crate::files::FileKind;
use crate::limits;
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::FormattedText;
use crate::world::World;
use serde_json::Value;

impl World {
    /// All items or none: the album is read whole before the first message is sent. A single item
    /// is an ordinary message.
    pub(crate) fn send_media_group(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let items = items(params)?;
        let index = self.addressed(params)?;
        self.check_reachable(index)?;
        let mut parts: Vec<(Media, FormattedText)> = Vec::with_capacity(items.len());
        for item in &items {
            parts.push(self.album_item(item)?);
        }
        let documents = parts.iter().filter(|(media, _)| media.kind == FileKind::Document).count();
        if documents > 0 && documents < parts.len() {
            return Err(Refusal::exact("document can't be mixed with other media types"));
        }
        let (index, reply_to) = self.admitted(params, parts.len(), now_ms)?;
        let album = (parts.len() > 1).then(|| (10_000_000_000_000 + self.next_message_id).to_string());
        let mut sent = Vec::with_capacity(parts.len());
        for (mut media, caption) in parts {
            media.album.clone_from(&album);
            let id = self.take_message_id();
            let mut message = Message::new(id, now_ms, true, caption.text.into(), caption.entities);
            message.reply_to = reply_to;
            message.protected = params.flag("protect_content");
            message.media = Some(Box::new(media));
            sent.push(self.message_json(index, &message));
            self.deliver(index, message, sent.len() == 1, now_ms);
        }
        Ok(Value::Array(sent))
    }

    fn album_item(&mut self, item: &Params) -> Result<(Media, FormattedText), Refusal> {
        let wrong = |what: &str| Refusal::BadRequest(format!("can't parse InputMedia: {what}"));
        let kind = match item.text("type").as_deref() {
            Some("photo") => FileKind::Photo,
            Some("video") => FileKind::Video,
            Some("document") => FileKind::Document,
            None => return Err(wrong("Can't find field \"type\"")),
            Some(other) => return Err(wrong(&format!("type \"{other}\" is unsupported"))),
        };
        let media = self.media_of(kind, item, "media", "can't parse InputMedia: media not found")?;
        Ok((media, content::caption(item)?))
    }
}

fn items(params: &Params) -> Result<Vec<Params>, Refusal> {
    let list = match params.nested("media") {
        Err(_) => return Err(Refusal::exact("can't parse media JSON object")),
        Ok(None) => return Err(Refusal::exact("parameter \"media\" is required")),
        Ok(Some(Value::Array(list))) => list,
        Ok(Some(_)) => return Err(Refusal::exact("expected an Array of InputMedia")),
    };
    if list.is_empty() {
        return Err(Refusal::exact("there are no messages to send"));
    }
    if list.len() > limits::ALBUM_MAX {
        return Err(Refusal::exact("too many messages to send as an album"));
    }
    list.into_iter()
        .map(|item| match item {
            Value::Object(values) => Ok(params.item(values)),
            _ => Err(Refusal::exact("can't parse InputMedia: expected an Object")),
        })
        .collect()
}
