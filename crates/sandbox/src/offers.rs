//! What a person does with files and invoices: sends a picture, pays an offer.

use crate::acts::ActError;
use crate::chat::{Media, Message};
use crate::files::FileKind;
use crate::limits;
use crate::params::Upload;
use crate::text::plain;
use crate::truth::Act;
use crate::world::World;
use serde_json::json;

impl World {
    /// Sends a file with a caption, which may be empty. The id of the message.
    pub fn person_send(
        &mut self,
        telegram_id: i64,
        kind: FileKind,
        upload: &Upload,
        caption: &str,
        now_ms: i64,
    ) -> Result<i64, ActError> {
        let index = self.writing(telegram_id)?;
        let caption = plain(caption);
        if crate::entity::units(&caption.text) > limits::CAPTION_UNITS_MAX {
            return Err(ActError::BadFile);
        }
        let file_id = self.files.keep(kind, upload, (0, 0), 0).map_err(|_| ActError::BadFile)?;
        let id = self.take_message_id();
        let mut message = Message::new(id, now_ms, false, caption.text.into(), caption.entities);
        let media = Box::new(Media { kind, file_id, has_spoiler: false, caption_above: false, album: None });
        message.media = Some(media.clone());
        let text = message.text.clone();
        self.tell_message(index, message, now_ms);
        let act = Act::Wrote { at_ms: now_ms, message_id: id, text, media: Some(media) };
        self.people[index].state.acts.push(act);
        Ok(id)
    }

    /// Presses an invoice's pay button: the bot is asked, and money flows when it says yes within
    /// ten seconds. The id of the query.
    pub fn person_checkout(
        &mut self,
        telegram_id: i64,
        message_id: i64,
        now_ms: i64,
    ) -> Result<String, ActError> {
        let index = self.writing(telegram_id)?;
        let message = self.message_of(index, message_id)?;
        let invoice = message.invoice.clone().ok_or(ActError::NotPayable)?;
        let query_id = self.checkouts.open(index, message_id, now_ms);
        let query = json!({
            "id": query_id, "from": self.people[index].user(), "currency": invoice.currency,
            "total_amount": invoice.amount, "invoice_payload": invoice.payload,
        });
        let act = Act::CheckedOut { at_ms: now_ms, message_id, query_id: query_id.clone() };
        self.people[index].state.acts.push(act);
        self.queue_update("pre_checkout_query", query, now_ms);
        Ok(query_id)
    }

    /// The bot said yes to a checkout.
    pub(crate) fn pay_invoice(&mut self, index: usize, message_id: i64, now_ms: i64) {
        let invoice = self.message_of(index, message_id).ok().and_then(|message| message.invoice.clone());
        if let Some(invoice) = invoice {
            self.settle(index, &invoice.currency, invoice.amount, invoice.payload, now_ms);
        }
    }
}
