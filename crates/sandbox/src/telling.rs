//! Messages as the Bot API writes them.

use crate::chat::{Invoice, Media, Message};
use crate::world::World;
use serde_json::{Map, Value, json};

impl World {
    /// A message as the Bot API writes it.
    pub(crate) fn message_json(&self, index: usize, message: &Message) -> Value {
        let person = &self.people[index];
        let mut map = Map::new();
        map.insert("message_id".into(), message.id.into());
        map.insert("from".into(), if message.from_bot { self.bot_user() } else { person.user() });
        map.insert("chat".into(), person.chat());
        map.insert("date".into(), (message.at_ms / 1000).into());
        if let Some(media) = &message.media {
            self.tell_media(media, message, &mut map);
        } else if let Some(invoice) = &message.invoice {
            map.insert("invoice".into(), invoice_json(invoice));
        } else if let Some(payment) = &message.payment {
            map.insert(
                "successful_payment".into(),
                json!({
                    "currency": payment.currency, "total_amount": payment.amount,
                    "invoice_payload": payment.payload, "telegram_payment_charge_id": payment.charge_id,
                    "provider_payment_charge_id": payment.charge_id,
                }),
            );
        } else {
            map.insert("text".into(), (*message.text).into());
        }
        if !message.entities.is_empty() {
            let entities: Vec<Value> =
                message.entities.iter().map(|entity| entity.to_json(|id| self.mentioned(id))).collect();
            let name = if message.media.is_some() { "caption_entities" } else { "entities" };
            map.insert(name.into(), entities.into());
        }
        if let Some(keyboard) = &message.keyboard {
            map.insert("reply_markup".into(), crate::markup::to_json(keyboard));
        }
        if let Some(at_ms) = message.edited_at_ms {
            map.insert("edit_date".into(), (at_ms / 1000).into());
        }
        if message.preview_off {
            map.insert("link_preview_options".into(), json!({"is_disabled": true}));
        }
        if message.protected {
            map.insert("has_protected_content".into(), true.into());
        }
        if let Some(topic) = message.topic {
            map.insert("message_thread_id".into(), topic.into());
            map.insert("is_topic_message".into(), true.into());
        }
        let replied = message.reply_to.and_then(|id| person.state.chat.as_ref()?.message(id));
        if let Some(replied) = replied.filter(|replied| replied.id < message.id) {
            let mut shown = replied.clone();
            // Telegram shows one level of replies only.
            shown.reply_to = None;
            map.insert("reply_to_message".into(), self.message_json(index, &shown));
        }
        Value::Object(map)
    }

    fn tell_media(&self, media: &Media, message: &Message, map: &mut Map<String, Value>) {
        if let Some(file) = self.files.get(&media.file_id) {
            map.insert(media.kind.field().into(), file.told());
        }
        if !message.text.is_empty() {
            map.insert("caption".into(), (*message.text).into());
        }
        if media.has_spoiler {
            map.insert("has_media_spoiler".into(), true.into());
        }
        if media.caption_above {
            map.insert("show_caption_above_media".into(), true.into());
        }
        if let Some(album) = &media.album {
            map.insert("media_group_id".into(), album.as_str().into());
        }
    }

    fn mentioned(&self, telegram_id: i64) -> Value {
        match self.index_of(telegram_id) {
            Some(index) => self.people[index].user(),
            None => json!({"id": telegram_id, "is_bot": false, "first_name": "User"}),
        }
    }
}

fn invoice_json(invoice: &Invoice) -> Value {
    json!({
        "title": invoice.title, "description": invoice.description,
        "start_parameter": invoice.start_parameter, "currency": invoice.currency,
        "total_amount": invoice.amount,
    })
}
