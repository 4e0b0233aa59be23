//! Conversions that a team's own programs send in: a purchase in a shop, a sign-up on a site.

use std::sync::Arc;

use domain::event::EventBody;
use domain::ids::{BotId, ContactId, ContactNumber, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::time::{DAY_MS, Millis};
use store::{ReadTx, Store, bots, contacts};

use crate::error::checked_name;
use crate::{Clock, EngineError, Result, journal};

/// How far back a conversion may lie.
pub const CONVERSION_AGE_DAYS_MAX: i64 = 365;

/// Who converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Contact(ContactId),
    Telegram { bot: BotId, telegram_id: i64 },
}

/// A conversion as it is sent in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewConversion {
    pub who: Who,
    pub name: String,
    pub value: Option<f64>,
    /// Three letters of ISO 4217; goes with a value only.
    pub currency: Option<String>,
    /// Now where absent. Not in the future, at most [`CONVERSION_AGE_DAYS_MAX`] days back.
    pub at: Option<Millis>,
}

/// The room.
#[derive(Clone)]
pub struct Conversions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Conversions {
    /// Opens the room.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Records a conversion; the number of its event.
    ///
    /// # Errors
    /// A field is wrong, or the person is not one of this workspace.
    pub async fn record(&self, workspace: WorkspaceId, new: NewConversion) -> Result<i64> {
        let now = self.clock.now();
        let at = checked_at(new.at, now)?;
        let body = EventBody::Conversion {
            object: checked_name("/name", &new.name, NAME_CHARS_MAX)?,
            value: checked_value(new.value)?,
            currency: checked_currency(new.currency.as_deref(), new.value)?,
        };
        self.store
            .write(move |tx| {
                let (bot, number) = find(tx, workspace, new.who)?;
                journal::append(tx, bot, |journal| journal.record(Some(number), at, body))
            })
            .await
    }
}

fn find(tx: &ReadTx<'_>, workspace: WorkspaceId, who: Who) -> Result<(BotId, ContactNumber)> {
    let bot = match who {
        Who::Contact(id) => id.bot(),
        Who::Telegram { bot, .. } => bot,
    };
    let missing = EngineError::NotFound(match who {
        Who::Contact(_) => "contact",
        Who::Telegram { .. } => "bot",
    });
    bots::get(tx, workspace, bot)?.ok_or(missing)?;
    let contact = match who {
        Who::Contact(id) => contacts::get(tx, bot, id.number())?,
        Who::Telegram { telegram_id, .. } => contacts::by_telegram_id(tx, bot, telegram_id)?,
    };
    let contact = contact.filter(|contact| !contact.erased).ok_or(EngineError::NotFound("contact"))?;
    Ok((bot, contact.number))
}

fn checked_at(at: Option<Millis>, now: Millis) -> Result<Millis> {
    let at = at.unwrap_or(now);
    if at > now {
        return Err(EngineError::field("/at", "in_future", "must not be in the future"));
    }
    if at < now - CONVERSION_AGE_DAYS_MAX * DAY_MS {
        let message = format!("must be at most {CONVERSION_AGE_DAYS_MAX} days back");
        return Err(EngineError::field("/at", "too_old", message));
    }
    Ok(at)
}

fn checked_value(value: Option<f64>) -> Result<Option<f64>> {
    match value {
        Some(value) if !value.is_finite() => {
            Err(EngineError::field("/value", "bad_number", "must be a finite number"))
        }
        value => Ok(value),
    }
}

fn checked_currency(currency: Option<&str>, value: Option<f64>) -> Result<Option<String>> {
    let Some(currency) = currency else { return Ok(None) };
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let message = "must be three capital letters, such as EUR";
        return Err(EngineError::field("/currency", "bad_currency", message));
    }
    if value.is_none() {
        return Err(EngineError::field("/currency", "conflict", "goes with a value only"));
    }
    Ok(Some(currency.to_owned()))
}
