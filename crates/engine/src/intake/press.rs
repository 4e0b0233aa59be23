//! Presses: a campaign's button, a menu's option, or something that is not ours.

use domain::contact::Source;
use domain::event::{EventBody, Origin};
use domain::ids::CampaignId;
use domain::message::{Action, ButtonPlace, MessageAuthor, Outgoing, Variables};
use domain::time::{Millis, SECOND_MS};
use store::contacts::{self, Contact};
use store::outbox::Lane;
use store::{campaigns, events, recipients};
use telegram::CallbackQuery;

use super::person::find_or_create_contact;
use super::{Answer, Intake, hearing};
use crate::acts::Act;
use crate::journal::{Journal, Reach};
use crate::tokens::{self, Press};
use crate::{Result, effects, proof};

/// A press like the last of the same person on the same message is that press, sent again by their client, or a tap
/// that trembled, when it comes within this time.
pub(super) const AGAIN_MS: Millis = 5 * SECOND_MS;

impl Intake {
    /// The time of a press is the time of its receipt: Telegram tells no other. `raw` is its update as it came.
    pub(super) fn press(
        &self,
        journal: &mut Journal<'_>,
        query: &CallbackQuery,
        raw: &str,
        at: Millis,
    ) -> Result<Answer> {
        let answer = Answer::Press { query_id: query.id.clone() };
        let Some(data) = counted(journal, query)? else {
            let body = EventBody::Raw { object: "callback_query".into(), json: raw.to_owned() };
            journal.record(None, at, body)?;
            return Ok(answer);
        };
        let (mut contact, _) =
            find_or_create_contact(journal, &self.secrets, &query.from, Source::new(), at)?;
        hearing::heard(journal, &mut contact, at, false)?;
        let place = (query.message_id.unwrap_or_default(), data);
        if !events::first_press(journal.tx(), journal.bot(), contact.number, place, at, AGAIN_MS)? {
            return Ok(answer);
        }
        let token = tokens::read_press(&self.secrets, journal.bot(), contact.number, data);
        if let (Some(_), Some(message_id)) = (token, query.message_id) {
            proof::prove_message(journal.tx(), journal.bot(), contact.number, message_id, data)?;
        }
        match token {
            Some(Press::Campaign { campaign, row, column, test }) => {
                let place = ButtonPlace::new(row, column);
                self.campaign_press(journal, &mut contact, query, (campaign, place, test), at)?;
            }
            Some(Press::Flow(press)) => {
                let object = self.responder.option_name(journal, press)?;
                let object = object.unwrap_or_else(|| data.to_owned());
                record_press(journal, &contact, query, object, None, at)?;
                self.responder.respond(journal, &mut contact, &Act::FlowPress(press), at)?;
            }
            Some(Press::OptIn) => {
                record_press(journal, &contact, query, data.to_owned(), None, at)?;
                journal.set_reachability(&mut contact, at, Reach::OptedIn)?;
            }
            None => record_press(journal, &contact, query, data.to_owned(), None, at)?,
        }
        Ok(answer)
    }

    fn campaign_press(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        query: &CallbackQuery,
        (campaign, place, test): (CampaignId, ButtonPlace, bool),
        at: Millis,
    ) -> Result<()> {
        let found = campaigns::get(journal.tx(), journal.bot(), campaign)?;
        let message = found.and_then(|found| self.posts.of(journal.bot(), &found).ok());
        let (row, column) = (usize::from(place.row), usize::from(place.column));
        let button = message.as_ref().and_then(|message| message.button(row, column));
        let Some((button, Action::Press(press))) = button.map(|button| (button, &button.action)) else {
            // A draft's test send, changed since: counted as a press, with nothing behind it.
            return record_press(journal, contact, query, place.to_string(), None, at);
        };
        // A test does what the message would do; it answers nothing, whoever pressed it.
        let answers =
            !test && recipients::get(journal.tx(), journal.bot(), campaign, contact.number)?.is_some();
        let charged = answers.then_some((campaign, place));
        if answers {
            journal.prove_sent(contact.number, campaign, query.message_id, at)?;
        }
        record_press(journal, contact, query, button.text.clone(), charged, at)?;
        let origin = if answers { Origin::Campaign(campaign) } else { Origin::Test(campaign) };
        effects::remove_tags(journal, contact.number, &press.remove_tags, origin, at)?;
        effects::add_tags(journal, contact.number, &press.add_tags, origin, at)?;
        if let Some(reply) = &press.reply {
            let variables = Variables { profile: &contact.profile, attributes: &contact.attributes };
            let rendered = Outgoing::from(reply.render(variables));
            let author = MessageAuthor::Campaign(campaign);
            effects::send(journal, contact, Lane::Flows, &rendered, author, at)?;
        }
        if let Some(flow) = press.flow {
            self.responder.respond(journal, contact, &Act::Begin { flow }, at)?;
        }
        Ok(())
    }
}

/// The data of a press that counts: one by a person in their chat with the bot, on a button that has a name. A game's
/// button has none. A press that names no chat is on a message too old to be told, or on one that was sent in inline
/// mode, by whoever sees it: it makes nobody known.
fn counted<'q>(journal: &Journal<'_>, query: &'q CallbackQuery) -> Result<Option<&'q str>> {
    let is_here = match &query.chat {
        Some(chat) => chat.is_private(),
        None => contacts::by_telegram_id(journal.tx(), journal.bot(), query.from.id)?.is_some(),
    };
    let data = query.data.as_deref().filter(|data| !data.is_empty());
    Ok(data.filter(|_| is_here && !query.from.is_bot))
}

fn record_press(
    journal: &mut Journal<'_>,
    contact: &Contact,
    query: &CallbackQuery,
    object: String,
    charged: Option<(CampaignId, ButtonPlace)>,
    at: Millis,
) -> Result<()> {
    let (campaign, place) = charged.unzip();
    let body = EventBody::Button { object, message_id: query.message_id, campaign, place };
    journal.record(Some(contact.number), at, body)?;
    Ok(())
}
