//! What proves that a message arrived although the end of its call tells nothing of it: what the person did with it.
//!
//! They may do so while the call is still open, since an answer can overtake the one of Telegram. So whoever is about to
//! write that nobody knows how a call ended asks here first, and so does whoever would send again.

use domain::event::{EventBody, EventKind, Outcome};
use domain::ids::{BotId, ContactNumber};
use domain::message::{ButtonWire, Outgoing};
use domain::recipient::Answers;
use store::recipients::Recipient;
use store::{ReadTx, WriteTx, events, outbox};

use crate::Result;

/// Why such a line stands as sent.
pub(crate) const REASON: &str = "proved by an answer";

/// How a line stands whose call came to `end`, with the reason: `sent` where what the person did proves that the message
/// arrived.
///
/// # Errors
/// The database failed.
pub(crate) fn weigh<'a>(
    tx: &ReadTx<'_>,
    bot: BotId,
    line: &Recipient,
    (end, reason): (Outcome, Option<&'a str>),
) -> Result<(Outcome, Option<&'a str>)> {
    let is_proved = match end {
        Outcome::Unknown => bears_our_token(line) || was_replied_to(tx, bot, line)?,
        // This call did nothing. An earlier one, of which nobody knew, may have: a press can come of no other.
        Outcome::Pending => bears_our_token(line),
        _ => false,
    };
    Ok(if is_proved { (Outcome::Sent, Some(REASON)) } else { (end, reason) })
}

/// A press with one of our tokens proves the message of a flow, a test or an agent that bears the button, where nobody
/// knew whether it arrived. Two messages may bear the same: a press on one that is known to stand in the chat proves no
/// other, and where several may be meant none is chosen.
///
/// # Errors
/// The database failed.
pub(crate) fn prove_message(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    message_id: i64,
    data: &str,
) -> Result<()> {
    let unproved = outbox::unproved(tx, bot, contact)?;
    let bears = |message: &Outgoing| {
        message.buttons.iter().flatten().any(|button| button.wire == ButtonWire::Press(data.to_owned()))
    };
    let mut bearing = unproved
        .iter()
        .filter(|row| telegram::stored_message(&row.message).is_some_and(|message| bears(&message)));
    let (Some(row), None) = (bearing.next(), bearing.next()) else { return Ok(()) };
    if !outbox::has_message_id(tx, bot, contact, message_id)? {
        outbox::settle(tx, bot, row.id, Outcome::Sent, Some(message_id), Some(REASON))?;
    }
    Ok(())
}

/// A press or a click carries a token that stands in this one message.
fn bears_our_token(line: &Recipient) -> bool {
    line.answers.intersects(Answers::PRESSED.union(Answers::FOLLOWED))
}

/// Whether a reply to this very call was charged to it: one to an earlier call, which did nothing, proves nothing.
fn was_replied_to(tx: &ReadTx<'_>, bot: BotId, line: &Recipient) -> Result<bool> {
    let Some(at) = line.at.filter(|_| line.answers.intersects(Answers::REPLIED)) else { return Ok(false) };
    let messages = events::since(tx, bot, line.contact, &[EventKind::Message.into_str()], at)?;
    let charged = |body: &EventBody| {
        matches!(body, EventBody::Message { .. }) && body.campaign() == Some(line.campaign)
    };
    Ok(messages.iter().any(|event| charged(&event.body)))
}
