//! What a person writes, and whether they let the bot write.

use domain::contact::{Attributes, Profile, Reachability, Source};
use domain::conversation::Happening;
use domain::event::EventBody;
use domain::flow::is_payload;
use domain::ids::ContactNumber;
use domain::message::{ButtonWire, Message as Content, MessageAuthor, Outgoing, OutgoingButton};
use domain::money;
use domain::phrases::{Phrasebook, STOP_WORD_CHARS_MAX};
use domain::time::Millis;
use store::contacts::{self, Contact};
use store::events;
use store::outbox::Lane;
use telegram::{ChatMemberChange, Message, SuccessfulPayment, User};

use super::arrival::Arrival;
use super::edit::{self, in_a_line};
use super::{Intake, hearing};
use crate::acts::Act;
use crate::journal::{Journal, Reach};
use crate::phrasing::Phrasing;
use crate::telegram_binding::{self, PAYLOAD_PREFIX};
use crate::tokens::OPT_IN;
use crate::{EngineError, Result, Secrets, conversation, effects, former};

/// The command that ends bulk messages.
const STOP: &str = "stop";
/// A longer message is looked up nowhere: it is no stop word.
const STOP_WORD_BYTES_MAX: usize = 4 * STOP_WORD_CHARS_MAX;
/// An edit takes a person longer than this: only a message that comes later may have been overtaken by its own.
const LATE_MS: i64 = 1_000;

impl Intake {
    /// Takes in what a person wrote, or what a service message tells; `raw` is its update as it came.
    pub(super) fn message(
        &self,
        journal: &mut Journal<'_>,
        bot: &str,
        message: &Message,
        raw: &str,
        received_at: Millis,
    ) -> Result<()> {
        let at = happened_at(message.date, received_at);
        let Some(user) = message.from.as_ref().filter(|user| !user.is_bot) else { return Ok(()) };
        // A command for another bot is words to this one.
        let command = message.command().filter(|command| command.is_for(bot));
        let opening = match command.filter(|command| command.is("start")) {
            Some(command) => Opening::read(journal, &self.secrets, command.argument)?,
            None => Opening::default(),
        };
        let (mut contact, met) = find_or_create_contact(journal, &self.secrets, user, opening.source(), at)?;
        hearing::heard(journal, &mut contact, at, true)?;
        if let Some(payment) = &message.successful_payment {
            return paid(journal, contact.number, (payment, raw), (at, received_at));
        }
        let Some(content) = message.content else {
            // Nobody wrote: nobody waits, and no campaign is answered.
            let body = EventBody::Raw { object: message.service.clone(), json: raw.to_owned() };
            journal.record(Some(contact.number), at, body)?;
            return Ok(());
        };
        let act = match command {
            Some(command) if command.is("start") => {
                match self.start(journal, &mut contact, met, opening, (message.message_id, at))? {
                    Some(act) => act,
                    None => return Ok(()),
                }
            }
            Some(command) => {
                let name = command.name.to_ascii_lowercase();
                let text = message.text.clone().unwrap_or_default();
                let body = EventBody::Command { object: name.clone(), text, message_id: message.message_id };
                journal.record(Some(contact.number), at, body)?;
                if name == STOP {
                    let phrases = self.phrasing.of(journal.tx(), journal.workspace())?;
                    let book = phrases.for_reader(contact.profile.language.as_deref());
                    return stop(journal, &mut contact, book, at);
                }
                Act::Command { name }
            }
            None => {
                if self.stopped_by_word(journal, &mut contact, message, at)? {
                    return Ok(());
                }
                journal.record(Some(contact.number), at, written(message, content))?;
                Act::Text { text: message.text.clone().unwrap_or_default() }
            }
        };
        // Photos of one album are messages of their own, and one thing to answer.
        let album = message.album();
        if let Some(album) = album
            && events::is_album_answered(journal.tx(), journal.bot(), contact.number, album)?
        {
            return Ok(());
        }
        let answered = self.responder.respond(journal, &mut contact, &act, at)?;
        if let Some(album) = album.filter(|_| answered) {
            events::answer_album(journal.tx(), journal.bot(), contact.number, album, received_at)?;
        }
        if !answered && matches!(act, Act::Text { .. } | Act::Command { .. }) {
            let is_late = at < received_at - LATE_MS;
            let edit = if is_late { edit::latest(journal, &contact, message.message_id)? } else { None };
            let shown = edit.unwrap_or_else(|| in_a_line(message, content));
            let written = Happening::Written { message: message.message_id, text: &shown };
            conversation::happen(journal, &contact, written, at)?;
        }
        Ok(())
    }

    /// Takes a whole message that is one of the workspace's stop words for `/stop`, and no answer to a campaign.
    fn stopped_by_word(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        message: &Message,
        at: Millis,
    ) -> Result<bool> {
        let Some(text) = message.text.as_ref().filter(|_| message.content == Some("text")) else {
            return Ok(false);
        };
        if text.len() > STOP_WORD_BYTES_MAX {
            return Ok(false);
        }
        let phrases = self.phrasing.of(journal.tx(), journal.workspace())?;
        let Some(book) = phrases.stopped_by(text, contact.profile.language.as_deref()) else {
            return Ok(false);
        };
        let (object, text) = (STOP.to_owned(), text.clone());
        let body = EventBody::Command { object, text, message_id: message.message_id };
        journal.record(Some(contact.number), at, body)?;
        stop(journal, contact, Some(book), at)?;
        Ok(true)
    }

    /// Records a start and what its payload means. `None` when the start is answered.
    fn start(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        met: bool,
        opening: Opening,
        (message_id, at): (i64, Millis),
    ) -> Result<Option<Act>> {
        let Opening { payload, arrival } = opening;
        let body = EventBody::Start { payload: payload.clone(), message_id };
        journal.record(Some(contact.number), at, body)?;
        if let Some(payload) = &payload
            && bind_member(journal, &self.phrasing, contact, payload, at)?
        {
            return Ok(None);
        }
        let begins = match arrival {
            Some(arrival) => arrival.bind(journal, contact, met, at)?,
            None => None,
        };
        if let Some(flow) = begins
            && self.responder.respond(journal, contact, &Act::Begin { flow }, at)?
        {
            return Ok(None);
        }
        Ok(Some(Act::Start { payload }))
    }

    pub(super) fn standing(
        &self,
        journal: &mut Journal<'_>,
        change: &ChatMemberChange,
        received_at: Millis,
    ) -> Result<()> {
        let at = happened_at(change.date, received_at);
        let (mut contact, _) =
            find_or_create_contact(journal, &self.secrets, &change.from, Source::new(), at)?;
        if change.is_block() {
            return hearing::blocked(journal, &mut contact, at);
        }
        hearing::unblocked(journal, &mut contact, at)
    }
}

/// Records a payment. Telegram tells one again where it is not sure that the first was heard: it is recorded once.
fn paid(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    (payment, raw): (&SuccessfulPayment, &str),
    (at, received_at): (Millis, Millis),
) -> Result<()> {
    let charge = payment.telegram_payment_charge_id.as_str();
    if !charge.is_empty() && !events::first_payment(journal.tx(), journal.bot(), charge, received_at)? {
        return Ok(());
    }
    let body = EventBody::Conversion {
        object: "purchase".into(),
        value: Some(money::of_smallest_unit(payment.total_amount, &payment.currency)),
        currency: Some(payment.currency.clone()),
    };
    journal.record(Some(contact), at, body)?;
    // What was bought, where it goes and under which numbers both sides have it.
    let body = EventBody::Raw { object: "successful_payment".into(), json: raw.to_owned() };
    journal.record(Some(contact), at, body)?;
    Ok(())
}

/// What a person composed, as an event.
fn written(message: &Message, content: &str) -> EventBody {
    EventBody::Message {
        text: message.text.clone(),
        content: content.to_owned(),
        message_id: message.message_id,
        file: message.file_id.clone(),
        details: message.details.clone(),
        charged: None,
    }
}

/// Telegram tells whole seconds. The latest moment inside the second that is not after the receipt keeps an
/// answer behind what it answers.
pub(super) fn happened_at(date_s: i64, received_at: Millis) -> Millis {
    if date_s <= 0 { received_at } else { (date_s * 1_000 + 999).min(received_at) }
}

/// What a `/start` came with.
#[derive(Default)]
struct Opening {
    /// The payload; for one that names a visit the link's code, which says more to a reader.
    payload: Option<String>,
    arrival: Option<Arrival>,
}

impl Opening {
    fn read(journal: &Journal<'_>, secrets: &Secrets, payload: &str) -> Result<Self> {
        if payload.is_empty() {
            return Ok(Self::default());
        }
        let arrival = Arrival::read(journal, secrets, payload)?;
        let payload = arrival.as_ref().map_or(payload, Arrival::code).to_owned();
        Ok(Self { payload: Some(payload), arrival })
    }

    /// The source of somebody whom the start meets.
    fn source(&self) -> Source {
        match (&self.arrival, &self.payload) {
            (Some(arrival), _) => arrival.source(),
            (None, Some(payload)) => source_of(payload),
            (None, None) => Source::new(),
        }
    }
}

/// The person of an update, and whether they were met now, with that source; who was known is brought up to date.
pub(super) fn find_or_create_contact(
    journal: &mut Journal<'_>,
    secrets: &Secrets,
    user: &User,
    source: Source,
    at: Millis,
) -> Result<(Contact, bool)> {
    if user.id <= 0 {
        return Err(EngineError::Internal(format!("a person with the id {}", user.id)));
    }
    let Some(mut contact) = contacts::by_telegram_id(journal.tx(), journal.bot(), user.id)? else {
        let mut contact = Contact {
            number: ContactNumber(0),
            telegram_id: user.id,
            profile: with_user(Profile::default(), user),
            source,
            attributes: Attributes::new(),
            reachability: Reachability::default(),
            first_seen: at,
            last_interaction: None,
            imported_interaction: None,
            erased: false,
        };
        journal.meet(&mut contact, at)?;
        former::take_over(journal, &mut contact, secrets, at)?;
        return Ok((contact, true));
    };
    let profile = with_user(contact.profile.clone(), user);
    if profile != contact.profile {
        contact.profile = profile;
        contacts::set_profile(journal.tx(), journal.bot(), &contact)?;
        let body = EventBody::ProfileChanged { profile: contact.profile.clone() };
        journal.record(Some(contact.number), at, body)?;
    }
    Ok((contact, false))
}

/// A member's code is no source, nor is what no link can carry: somebody typed it.
fn source_of(payload: &str) -> Source {
    if payload.starts_with(PAYLOAD_PREFIX) || !is_payload(payload) {
        return Source::new();
    }
    Source::from([("payload".to_owned(), payload.to_owned())])
}

fn with_user(profile: Profile, user: &User) -> Profile {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Profile {
        username: user.username.clone(),
        first_name: text(&user.first_name),
        last_name: user.last_name.clone(),
        // Some clients leave it out now and then: what is known stays.
        language: user.language_code.clone().or(profile.language),
        premium: user.is_premium,
        ..profile
    }
}

/// Opts out of bulk messages and says so, with the way back.
fn stop(
    journal: &mut Journal<'_>,
    contact: &mut Contact,
    book: Option<&Phrasebook>,
    at: Millis,
) -> Result<()> {
    journal.set_reachability(contact, at, Reach::OptedOut)?;
    let Some(book) = book else { return Ok(()) };
    let back = OutgoingButton { text: book.back.clone(), wire: ButtonWire::Press(OPT_IN.into()) };
    let message = Outgoing { buttons: vec![vec![back]], ..Outgoing::plain(&book.stopped) };
    effects::send(journal, contact, Lane::Flows, &message, MessageAuthor::System, at)
}

/// Binds the member whose one-time code the payload carries; false when it carries none that is good.
fn bind_member(
    journal: &mut Journal<'_>,
    phrasing: &Phrasing,
    contact: &Contact,
    payload: &str,
    at: Millis,
) -> Result<bool> {
    let bound = telegram_binding::consume(journal.tx(), journal.bot(), contact.number, payload, at)?;
    if bound.is_none() {
        return Ok(false);
    }
    let phrases = phrasing.of(journal.tx(), journal.workspace())?;
    let book = phrases.for_reader(contact.profile.language.as_deref());
    let Some(book) = book else { return Ok(true) };
    let variables = domain::message::Variables { profile: &contact.profile, attributes: &contact.attributes };
    let rendered = match Content::plain(&book.bound) {
        Ok(content) => content.render(variables, effects::no_wire),
        // One from before phrases were checked: as it stands it says more than nothing.
        Err(_) => Outgoing::plain(&book.bound),
    };
    effects::send(journal, contact, Lane::Flows, &rendered, MessageAuthor::System, at)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_message_lies_behind_what_was_sent_in_it_and_before_its_receipt() {
        assert_eq!(happened_at(100, 100_300), 100_300);
        assert_eq!(happened_at(100, 160_000), 100_999);
        assert_eq!(happened_at(0, 5), 5);
    }
}
