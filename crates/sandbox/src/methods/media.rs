//! `sendPhoto`, `sendDocument`, `sendVideo` and `getFile`.

use super::content;
use crate::chat::Media;
use crate::files::FileKind;
use crate::params::Params;
use crate::reply::Refusal;
use crate::world::World;
use serde_json::Value;

impl World {
    /// The file comes in the body, by the id of an earlier one, or by an address. The sandbox
    /// fetches none: to it every address is one that Telegram cannot reach.
    pub(crate) fn send_media(
        &mut self,
        kind: FileKind,
        params: &Params,
        now_ms: i64,
    ) -> Result<Value, Refusal> {
        let content = content::caption(params)?;
        // Telegram, too, looks at the chat before it takes the file.
        let index = self.addressed(params)?;
        self.check_reachable(index)?;
        let media = self.media_of(kind, params, kind.field(), &missing(kind))?;
        self.send(params, content, now_ms, |message| message.media = Some(Box::new(media)))
    }

    /// The file that a parameter names, kept if it is new.
    pub(super) fn media_of(
        &mut self,
        kind: FileKind,
        params: &Params,
        field: &str,
        missing: &str,
    ) -> Result<Media, Refusal> {
        let given = params.text(field).unwrap_or_default();
        let upload = match given.strip_prefix("attach://") {
            Some(name) => Some(params.file(name).ok_or(Refusal::exact(missing))?),
            None if given.is_empty() => Some(params.file(field).ok_or(Refusal::exact(missing))?),
            None => None,
        };
        let number = |name: &str| params.integer(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let file_id = match upload {
            Some(upload) => {
                self.files.keep(kind, upload, (number("width"), number("height")), number("duration"))?
            }
            None => self.reused(kind, &given)?,
        };
        Ok(Media {
            kind,
            file_id,
            has_spoiler: params.flag("has_spoiler"),
            caption_above: params.flag("show_caption_above_media"),
            album: None,
        })
    }

    fn reused(&self, kind: FileKind, id: &str) -> Result<String, Refusal> {
        if id.contains("://") {
            return Err(Refusal::exact("failed to get HTTP URL content"));
        }
        let wrong = "wrong file identifier/HTTP URL specified";
        let file = self.files.get(id).ok_or(Refusal::exact(wrong))?;
        if file.kind != kind {
            let (own, wanted) = (file.kind.title(), kind.title());
            return Err(Refusal::BadRequest(format!("can't use file of type {own} as {wanted}")));
        }
        Ok(file.id().to_string())
    }

    pub(crate) fn get_file(&self, params: &Params) -> Result<Value, Refusal> {
        self.files.told(&params.text("file_id").unwrap_or_default())
    }
}

fn missing(kind: FileKind) -> String {
    format!("there is no {} in the request", kind.field())
}
