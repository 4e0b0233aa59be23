//! Appending events: the one way in which anything that happened becomes a fact.
//!
//! [`append`] locks the bot's row, lets its caller record events in order, and writes them and the counters. What an
//! event changes besides the log is changed here, in the same transaction: the latest interaction, and what the
//! person's open campaigns get to know of it.
//!
//! The events themselves are written at the end, all at once: on PostgreSQL every statement is a journey.

use domain::contact::{NoChat, Reachability};
use domain::event::{Event, EventBody, Origin, Outcome, OutcomeChange};
use domain::ids::{BotId, CampaignId, ContactNumber, TagId, WorkspaceId};
use domain::recipient::Answers;
use domain::time::{ANSWER_WINDOW_MS, Millis};
use store::bots::Bot;
use store::contacts::Contact;
use store::recipients::Recipient;
use store::{WriteTx, bots, contacts, events, recipients};
use telegram::Whereabouts;

use crate::{EngineError, Result, proof};

/// The open log of one bot, inside one transaction.
pub struct Journal<'t> {
    tx: &'t WriteTx<'t>,
    workspace: WorkspaceId,
    bot: BotId,
    next_event: i64,
    next_contact: i64,
    /// Recorded, and not in the database yet.
    unwritten: Vec<Event>,
    /// Where the person is who is listened to.
    whereabouts: Whereabouts,
}

/// Opens the log of a bot, lets `work` record into it, and writes the counters back.
///
/// # Errors
/// The bot is gone, the database failed, or `work` did.
pub fn append<'t, T>(
    tx: &'t WriteTx<'t>,
    bot: BotId,
    work: impl FnOnce(&mut Journal<'t>) -> Result<T>,
) -> Result<T> {
    let row = bots::lock(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
    append_locked(tx, &row, work)
}

/// As [`append`], for who locked the bot's row in this transaction already and has written nothing to it since.
///
/// # Errors
/// The database failed, or `work` did.
pub fn append_locked<'t, T>(
    tx: &'t WriteTx<'t>,
    row: &Bot,
    work: impl FnOnce(&mut Journal<'t>) -> Result<T>,
) -> Result<T> {
    let bot = row.id;
    let (next_event, next_contact) = (row.next_event, row.next_contact);
    let mut journal = Journal {
        tx,
        workspace: row.workspace,
        bot,
        next_event,
        next_contact,
        unwritten: Vec::new(),
        whereabouts: Whereabouts::Untold,
    };
    let done = work(&mut journal)?;
    journal.write_down()?;
    if journal.next_event != row.next_event || journal.next_contact != row.next_contact {
        bots::advance(tx, bot, journal.next_event, journal.next_contact)?;
    }
    Ok(done)
}

impl<'t> Journal<'t> {
    /// The transaction. Whoever reads the log in it calls [`Journal::write_down`] before.
    pub fn tx(&self) -> &'t WriteTx<'t> {
        self.tx
    }

    /// Writes down what was recorded so far.
    ///
    /// # Errors
    /// The database failed.
    pub fn write_down(&mut self) -> Result<()> {
        events::append_all(self.tx, self.bot, &self.unwritten)?;
        self.unwritten.clear();
        Ok(())
    }

    /// The bot's workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The bot.
    pub fn bot(&self) -> BotId {
        self.bot
    }

    /// Listens to a person: what follows is what they did, and what is said to them is said where they are.
    pub fn listen(&mut self, whereabouts: Whereabouts) {
        self.whereabouts = whereabouts;
    }

    /// The topic in which a person is to be answered: where they are, or else were last.
    ///
    /// # Errors
    /// The database failed.
    pub fn topic(&self, contact: ContactNumber) -> Result<Option<i64>> {
        match self.whereabouts {
            Whereabouts::Topic(topic) => Ok(Some(topic)),
            Whereabouts::General => Ok(None),
            Whereabouts::Untold => Ok(contacts::topic(self.tx, self.bot, contact)?),
        }
    }

    /// The number of the latest event.
    pub fn number(&self) -> i64 {
        self.next_event - 1
    }

    /// Runs `work` so that a failure undoes its events and their numbers alone.
    ///
    /// # Errors
    /// What `work` answered.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // What came before stands, whatever becomes of this part.
        self.write_down()?;
        let before = (self.next_event, self.next_contact);
        let tx = self.tx;
        let done = tx.savepoint(|_| {
            let done = work(self)?;
            self.write_down()?;
            Ok(done)
        });
        if done.is_err() {
            self.unwritten.clear();
            (self.next_event, self.next_contact) = before;
        }
        done
    }

    /// Adds a person, with the event that says so. `contact.number` is given here.
    pub fn meet(&mut self, contact: &mut Contact, at: Millis) -> Result<()> {
        contact.number = self.next_number()?;
        contacts::insert(self.tx, self.bot, contact)?;
        for body in met(contact) {
            self.record(Some(contact.number), at, body)?;
        }
        Ok(())
    }

    /// Adds many people at once who were never met, each with the event that says so and with tags. Their numbers are
    /// given here, in order.
    pub fn meet_all(
        &mut self,
        mut people: Vec<(Contact, Vec<TagId>)>,
        at: Millis,
        origin: Origin,
    ) -> Result<()> {
        let mut tags = Vec::new();
        for (contact, its_tags) in &mut people {
            contact.number = self.next_number()?;
            let tagged = its_tags.iter().map(|tag| EventBody::TagAdded { tag: *tag, origin });
            // Nobody wrote to them yet, so that no campaign's window holds any of this.
            for body in met(contact).chain(tagged) {
                let (number, contact) = (self.next_event, Some(contact.number));
                self.unwritten.push(Event { number, contact, at, body, windows: Vec::new() });
                self.next_event += 1;
            }
            tags.extend(its_tags.iter().map(|tag| (contact.number, *tag)));
        }
        let people: Vec<Contact> = people.into_iter().map(|(contact, _)| contact).collect();
        contacts::insert_all(self.tx, self.bot, &people)?;
        contacts::insert_tags(self.tx, self.bot, &tags, at, origin)?;
        Ok(())
    }

    fn next_number(&mut self) -> Result<ContactNumber> {
        let number = u32::try_from(self.next_contact)
            .map_err(|_| EngineError::Internal("a bot has over four thousand million people".into()))?;
        self.next_contact += 1;
        Ok(ContactNumber(number))
    }

    /// Appends one event and everything that follows from it. Returns its number.
    ///
    /// A message, an opt-out or a block told by Telegram is charged here to the latest bulk message whose window
    /// holds it: callers leave `charged` empty. A block found out by a send goes to [`Journal::record_uncharged`].
    pub fn record(&mut self, contact: Option<ContactNumber>, at: Millis, mut body: EventBody) -> Result<i64> {
        let open = match contact {
            Some(number) if wants_windows(&body) => Windows::of(self.tx, self.bot, number, at)?,
            _ => Windows::default(),
        };
        if let EventBody::Message { charged, .. }
        | EventBody::Blocked { charged, .. }
        | EventBody::BlockTold { charged }
        | EventBody::OptedOut { charged } = &mut body
        {
            *charged = open.charged.map(|line| line.campaign);
        }
        if let (Some(number), Some(line), EventBody::Message { .. }) = (contact, open.charged, &body)
            && line.outcome == Outcome::Unknown
        {
            self.prove_sent(number, line.campaign, None, at)?;
        }
        self.write(contact, at, body, open.campaigns)
    }

    /// Appends one event that no campaign is charged with.
    pub fn record_uncharged(&mut self, contact: ContactNumber, at: Millis, body: EventBody) -> Result<i64> {
        self.write(Some(contact), at, body, Vec::new())
    }

    /// Charges a block, of which the log tells already, to the latest bulk message that may have arrived before it. The
    /// windows that held it know of it.
    pub fn charge_block(&mut self, contact: ContactNumber, at: Millis) -> Result<()> {
        if let Some(line) = Windows::of(self.tx, self.bot, contact, at)?.charged {
            let body = EventBody::BlockTold { charged: Some(line.campaign) };
            self.write(Some(contact), at, body, Vec::new())?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        contact: Option<ContactNumber>,
        at: Millis,
        body: EventBody,
        windows: Vec<CampaignId>,
    ) -> Result<i64> {
        let event = Event { number: self.next_event, contact, at, body, windows };
        self.next_event += 1;
        if let Some(number) = contact {
            if event.body.is_interaction() {
                let (tx, bot) = (self.tx, self.bot);
                match self.whereabouts {
                    Whereabouts::Topic(topic) => contacts::touch_in(tx, bot, number, at, Some(topic))?,
                    Whereabouts::General => contacts::touch_in(tx, bot, number, at, None)?,
                    Whereabouts::Untold => contacts::touch(tx, bot, number, at)?,
                }
            }
            for (campaign, answers) in Answers::of(&event.body, &event.windows) {
                recipients::answer(self.tx, self.bot, campaign, number, answers)?;
            }
        }
        let number = event.number;
        self.unwritten.push(event);
        Ok(number)
    }

    /// A press or a click that carries our token, or a reply, proves that a campaign's message arrived: `unknown` becomes
    /// `sent`, and so does a line that was to be sent again. One whose call is under way is judged when the
    /// call ends.
    ///
    /// # Errors
    /// The database failed.
    pub fn prove_sent(
        &mut self,
        contact: ContactNumber,
        campaign: CampaignId,
        message_id: Option<i64>,
        at: Millis,
    ) -> Result<()> {
        let line = recipients::get(self.tx, self.bot, campaign, contact)?;
        let is_open = |line: &Recipient| match line.outcome {
            Outcome::Unknown => true,
            Outcome::Pending => line.at.is_some(),
            _ => false,
        };
        let Some(line) = line.filter(is_open) else { return Ok(()) };
        let change = recipients::Change {
            position: line.position,
            from: line.outcome,
            to: Outcome::Sent,
            // After a restoration there may be none: no later than now.
            at: line.at.is_none().then_some(at),
            message_id,
            reason: Some(proof::REASON),
        };
        if !recipients::change(self.tx, self.bot, campaign, &change)? {
            return Err(EngineError::Internal("a ledger line moved inside its own transaction".into()));
        }
        let sent_at = line.at.unwrap_or(at);
        let changes = vec![OutcomeChange { contact, outcome: Outcome::Sent, at: sent_at }];
        self.record(None, at, EventBody::Outcomes { campaign, changes })?;
        Ok(())
    }

    /// Changes whether a person can be written to: the row and the event together. No change, no event.
    pub fn set_reachability(&mut self, contact: &mut Contact, at: Millis, change: Reach) -> Result<()> {
        let before = contact.reachability;
        let (after, body) = change.apply(before);
        if before == after {
            return Ok(());
        }
        contact.reachability = after;
        contacts::set_reachability(self.tx, self.bot, contact.number, after)?;
        match change {
            Reach::BlockFound | Reach::Deactivated | Reach::NoChat(_) => {
                self.record_uncharged(contact.number, at, body)?
            }
            _ => self.record(Some(contact.number), at, body)?,
        };
        Ok(())
    }
}

/// What is written down of somebody who was never met: that they are there, and that they have no chat where that is
/// known already.
fn met(contact: &Contact) -> impl Iterator<Item = EventBody> + use<> {
    let created = EventBody::ContactCreated {
        profile: contact.profile.clone(),
        source: contact.source.clone(),
        first_seen: contact.first_seen,
        last_interaction: contact.imported_interaction,
        attributes: contact.attributes.clone(),
    };
    let no_chat = contact.reachability.no_chat.map(|reason| EventBody::NoChat { reason });
    std::iter::once(created).chain(no_chat)
}

/// What can change about reachability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `my_chat_member` told of a block.
    Blocked,
    /// A send was refused: an older block was found out.
    BlockFound,
    /// `my_chat_member` told that they let the bot write: nothing stands between them and the bot any more.
    Unblocked,
    /// They were heard of, which says the same.
    Heard,
    Deactivated,
    /// A send was refused: there is no chat to send to.
    NoChat(NoChat),
    OptedOut,
    OptedIn,
}

impl Reach {
    fn apply(self, before: Reachability) -> (Reachability, EventBody) {
        match self {
            Self::Blocked | Self::BlockFound => {
                let body = EventBody::Blocked { charged: None, found: self == Self::BlockFound };
                (Reachability { blocked: true, ..before }, body)
            }
            Self::Unblocked | Self::Heard => {
                (before.heard(), EventBody::Unblocked { told: self == Self::Unblocked })
            }
            Self::Deactivated => (Reachability { deactivated: true, ..before }, EventBody::Deactivated),
            Self::NoChat(reason) => {
                (Reachability { no_chat: Some(reason), ..before }, EventBody::NoChat { reason })
            }
            Self::OptedOut => {
                (Reachability { opted_out: true, ..before }, EventBody::OptedOut { charged: None })
            }
            Self::OptedIn => (Reachability { opted_out: false, ..before }, EventBody::OptedIn),
        }
    }
}

fn wants_windows(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Message { .. }
            | EventBody::TagAdded { .. }
            | EventBody::Conversion { .. }
            | EventBody::Blocked { .. }
            | EventBody::BlockTold { .. }
            | EventBody::OptedOut { .. }
    )
}

/// The answer windows that hold a person at one moment.
#[derive(Default)]
struct Windows {
    campaigns: Vec<CampaignId>,
    /// The latest bulk message that may have arrived.
    charged: Option<ChargedLine>,
}

#[derive(Clone, Copy)]
struct ChargedLine {
    campaign: CampaignId,
    outcome: Outcome,
}

impl Windows {
    fn of(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber, at: Millis) -> Result<Self> {
        let mut open = Self::default();
        for line in recipients::open_windows(tx, bot, contact, at, ANSWER_WINDOW_MS)? {
            match line.outcome {
                // A line that waits again after a 429 has an old time and no window.
                Outcome::Pending | Outcome::HeldOut => continue,
                Outcome::Sent | Outcome::Leased | Outcome::Unknown => {
                    let charged = ChargedLine { campaign: line.campaign, outcome: line.outcome };
                    open.charged = open.charged.or(Some(charged));
                }
                Outcome::Failed | Outcome::Blocked | Outcome::Skipped | Outcome::HeldOutReached => {}
            }
            open.campaigns.push(line.campaign);
        }
        Ok(open)
    }
}

#[cfg(test)]
mod tests;
