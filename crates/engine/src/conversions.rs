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

/// How far the sender's clock may be ahead of this server's: such a conversion is of now.
const AHEAD_MS_MAX: Millis = 60_000;

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
    /// Now where absent, and where the sender's clock is up to a minute ahead; at most [`CONVERSION_AGE_DAYS_MAX`] days back.
    pub at: Option<Millis>,
}

/// The room.
#[derive(Clone)]
pub struct Conversions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Conversions {
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
    if at > now + AHEAD_MS_MAX {
        return Err(EngineError::field("/at", "in_future", "must not be in the future"));
    }
    if at < now - CONVERSION_AGE_DAYS_MAX * DAY_MS {
        let message = format!("must be at most {CONVERSION_AGE_DAYS_MAX} days back");
        return Err(EngineError::field("/at", "too_old", message));
    }
    Ok(at.min(now))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_house::{House, NOW};

    fn purchase(who: Who) -> NewConversion {
        NewConversion {
            who,
            name: " purchase ".into(),
            value: Some(9.5),
            currency: Some("EUR".into()),
            at: None,
        }
    }

    #[tokio::test]
    async fn a_conversion_is_recorded_by_either_id_and_is_no_interaction() {
        let house = House::new().await;
        let ada = house.person(7, "Ada", 3).await;
        let room = Conversions::new(house.store.clone(), house.clock());
        room.record(house.workspace, purchase(Who::Contact(ada))).await.unwrap();
        let who = Who::Telegram { bot: house.bot, telegram_id: 7 };
        let early = NewConversion { at: Some(NOW - 40 * DAY_MS), ..purchase(who) };
        let number = room.record(house.workspace, early).await.unwrap();
        let log = house.log().await;
        let last = log.last().unwrap();
        assert_eq!((last.number, last.at, last.contact), (number, NOW - 40 * DAY_MS, Some(ada.number())));
        let body = EventBody::Conversion {
            object: "purchase".into(),
            value: Some(9.5),
            currency: Some("EUR".into()),
        };
        assert!(log[1..].iter().all(|event| event.body == body));
        assert_eq!(house.row(ada).await.last_interaction, None);
    }

    #[tokio::test]
    async fn what_a_clock_that_is_ahead_sends_is_of_now() {
        let house = House::new().await;
        let ada = house.person(7, "Ada", 3).await;
        let room = Conversions::new(house.store.clone(), house.clock());
        for ahead in [1, AHEAD_MS_MAX] {
            let new = NewConversion { at: Some(NOW + ahead), ..purchase(Who::Contact(ada)) };
            room.record(house.workspace, new).await.unwrap();
            assert_eq!(house.log().await.last().unwrap().at, NOW);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_with_the_field() {
        let house = House::new().await;
        let ada = house.person(7, "Ada", 3).await;
        let room = Conversions::new(house.store.clone(), house.clock());
        let good = purchase(Who::Contact(ada));
        let year = CONVERSION_AGE_DAYS_MAX * DAY_MS;
        let cases = [
            (NewConversion { name: " ".into(), ..good.clone() }, "/name"),
            (NewConversion { value: Some(f64::INFINITY), ..good.clone() }, "/value"),
            (NewConversion { currency: Some("euro".into()), ..good.clone() }, "/currency"),
            (NewConversion { value: None, ..good.clone() }, "/currency"),
            (NewConversion { at: Some(NOW + AHEAD_MS_MAX + 1), ..good.clone() }, "/at"),
            (NewConversion { at: Some(NOW - year - 1), ..good.clone() }, "/at"),
        ];
        for (new, path) in cases {
            match room.record(house.workspace, new.clone()).await {
                Err(EngineError::Invalid(faults)) => assert_eq!(faults[0].path, path),
                other => panic!("{new:?} must be refused, not {other:?}"),
            }
        }
        let (other, other_bot, _) = house.neighbour().await;
        let foreign = room.record(other, good).await;
        assert_eq!(foreign, Err(EngineError::NotFound("contact")));
        let stranger = Who::Telegram { bot: other_bot, telegram_id: 7 };
        assert_eq!(room.record(other, purchase(stranger)).await, Err(EngineError::NotFound("contact")));
        assert_eq!(house.log().await.len(), 1);
    }
}
