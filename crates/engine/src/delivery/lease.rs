//! Which calls may begin now. Everything is read again under the transaction: a block or an opt-out that was
//! committed before wins over a frozen audience.

use std::collections::HashSet;
use std::ops::Range;

use domain::campaign::Happening;
use domain::event::{EventBody, Outcome, OutcomeChange};
use domain::ids::{BotId, CampaignId, ContactNumber};
use domain::message::Outgoing;
use domain::time::Millis;
use store::WriteTx;
use store::campaigns::{self, Wave};
use store::contacts::{self, Contact};
use store::outbox::{self, Lane};
use store::recipients::{self, Recipient, Tally};
use telegram::{Begin, Lane as ClockLane};

use super::{Lease, Target};
use crate::journal::Journal;
use crate::posts::Posts;
use crate::wires::Wires;
use crate::{EngineError, Result, Secrets};

/// Rows of a lane that one round looks at, so that people who must wait a second do not hide those behind them.
const LOOK_MAX: usize = 200;
/// Ledger lines that one round may move, held-out and skipped ones included.
const LINES_MAX: usize = 512;
/// Lines that are read at once besides those that may be leased: held-out and skipped ones, and one to see that there
/// are more.
const SPARE_LINES: usize = 4;

/// Why a message of the outbox fails that a later version wrote.
const UNREADABLE: &str = "this version of Muster cannot read the stored message";

/// What leasing needs besides the transaction.
pub(super) struct Leasing<'a> {
    pub bot: BotId,
    pub secrets: &'a Secrets,
    /// Where tracked links lead through, without a slash at the end.
    pub public_url: &'a str,
    pub now: Millis,
    pub clock: &'a mut telegram::Clock,
    /// Calls that may still begin.
    pub free: usize,
    /// People with a call in flight: their next message waits, so that order holds.
    pub busy: HashSet<ContactNumber>,
    pub posts: &'a Posts,
    pub leases: Vec<Lease>,
    /// Lines that were moved and are not counted yet.
    pub tally: Tally,
    /// The earliest moment when somebody who waits for their own chat's pace may be written to.
    pub chat_at: Option<Millis>,
}

impl Leasing<'_> {
    /// Leases from every lane in order.
    pub fn run(&mut self, journal: &mut Journal<'_>) -> Result<()> {
        for lane in outbox::lanes(journal.tx(), self.bot)? {
            self.lane(journal, lane)?;
        }
        for wave in campaigns::waves(journal.tx(), self.bot)? {
            self.campaign(journal, wave)?;
        }
        Ok(())
    }

    fn lane(&mut self, journal: &mut Journal<'_>, lane: Lane) -> Result<()> {
        if self.free == 0 {
            return Ok(());
        }
        let tx = journal.tx();
        for row in outbox::waiting(tx, self.bot, lane, self.beside_waits(), LOOK_MAX)? {
            if self.free == 0 {
                break;
            }
            // Whoever is passed over keeps their later messages waiting too.
            if !self.busy.insert(row.contact) {
                continue;
            }
            let Some(contact) = contacts::get(tx, self.bot, row.contact)? else { continue };
            if !contact.reachability.answerable() {
                let reason = contact.reachability.unreachable_reason();
                outbox::settle(tx, self.bot, row.id, Outcome::Skipped, None, reason)?;
                self.busy.remove(&row.contact);
                continue;
            }
            let Some(message) = telegram::stored_message(&row.message) else {
                outbox::settle(tx, self.bot, row.id, Outcome::Failed, None, Some(UNREADABLE))?;
                self.busy.remove(&row.contact);
                continue;
            };
            let paced = lane == Lane::Flows;
            if self.begin(clock_lane(lane), contact.telegram_id, paced) != Begin::Now {
                continue;
            }
            if !outbox::lease(tx, self.bot, row.id, self.now)? {
                return Err(EngineError::Internal("an outbox row moved inside its own transaction".into()));
            }
            self.leased(Target::Outbox { id: row.id, lane }, &contact, message);
        }
        Ok(())
    }

    fn campaign(&mut self, journal: &mut Journal<'_>, wave: Wave) -> Result<()> {
        let (tx, campaign) = (journal.tx(), wave.campaign);
        let (mut changes, mut leased) = (Vec::new(), Vec::new());
        let mut lines = Lines::of(wave, self.beside_waits());
        let mut passed_over = false;
        while let Some(line) = lines.next(tx, self.bot, self.free)? {
            match self.line(journal, campaign, &line)? {
                Turn::Came(outcome) => {
                    changes.push(OutcomeChange { contact: line.contact, outcome, at: self.now });
                }
                Turn::Leased => leased.push(line.position),
                Turn::Waits => passed_over = true,
                Turn::NobodyElse => {
                    passed_over = true;
                    break;
                }
            }
        }
        let mut tally = std::mem::take(&mut self.tally);
        tally.lease(tx, self.bot, campaign, &leased, self.now)?;
        tally.keep(tx, self.bot)?;
        if !changes.is_empty() {
            journal.record(None, self.now, EventBody::Outcomes { campaign, changes })?;
        }
        if lines.is_over && !passed_over && self.has_ended(tx, wave)? {
            self.wave_ended(journal, campaign)?;
        }
        Ok(())
    }

    fn line(&mut self, journal: &Journal<'_>, campaign: CampaignId, line: &Recipient) -> Result<Turn> {
        let tx = journal.tx();
        if line.outcome == Outcome::HeldOut {
            self.move_line(journal, campaign, line, Outcome::HeldOutReached, None)?;
            return Ok(Turn::Came(Outcome::HeldOutReached));
        }
        let contact = contacts::get(tx, self.bot, line.contact)?;
        let Some(contact) = contact.filter(|contact| !contact.erased) else {
            self.move_line(journal, campaign, line, Outcome::Skipped, Some("erased"))?;
            return Ok(Turn::Came(Outcome::Skipped));
        };
        if let Some(reason) = contact.reachability.unreachable_reason() {
            self.move_line(journal, campaign, line, Outcome::Skipped, Some(reason))?;
            return Ok(Turn::Came(Outcome::Skipped));
        }
        if self.free == 0 {
            return Ok(Turn::NobodyElse);
        }
        if !self.busy.insert(line.contact) {
            return Ok(Turn::Waits);
        }
        match self.begin(ClockLane::Bulk, contact.telegram_id, true) {
            Begin::Now => {}
            Begin::ChatWaits(_) => return Ok(Turn::Waits),
            Begin::NobodyNow => return Ok(Turn::NobodyElse),
        }
        let message = self.render(journal, campaign, &contact)?;
        self.leased(Target::Recipient { campaign, position: line.position }, &contact, message);
        Ok(Turn::Leased)
    }

    fn move_line(
        &mut self,
        journal: &Journal<'_>,
        campaign: CampaignId,
        line: &Recipient,
        to: Outcome,
        reason: Option<&str>,
    ) -> Result<()> {
        let change = recipients::Change {
            position: line.position,
            from: line.outcome,
            to,
            at: Some(self.now),
            message_id: None,
            reason,
        };
        if self.tally.change(journal.tx(), self.bot, campaign, &change)? {
            Ok(())
        } else {
            Err(EngineError::Internal("a ledger line moved inside its own transaction".into()))
        }
    }

    /// Takes a call from the bot's budget, and where `paced` from the chat's.
    fn begin(&mut self, lane: ClockLane, chat: i64, paced: bool) -> Begin {
        let begin = self.clock.begin(self.now, lane, chat, paced);
        if let Begin::ChatWaits(at) = begin {
            self.look_again_at(at);
        }
        begin
    }

    fn leased(&mut self, target: Target, contact: &Contact, message: Outgoing) {
        self.free -= 1;
        let (contact, chat) = (contact.number, contact.telegram_id);
        self.leases.push(Lease { target, contact, chat, at: self.now, message });
    }

    /// Nobody's turn is still to come, and no call is in flight. Those whose chats wait are not among the lines that
    /// were looked at: the last wave waits for them, a first one does not, since they come with everyone else.
    fn has_ended(&mut self, tx: &WriteTx<'_>, wave: Wave) -> Result<bool> {
        let waits = match self.beside_waits() {
            None => Vec::new(),
            Some(_) if wave.is_first => Vec::new(),
            Some(_) => recipients::waiting(tx, self.bot, wave.campaign, 0..wave.send_up_to, None, 1)?,
        };
        Ok(waits.is_empty() && recipients::leased(tx, self.bot, wave.campaign)?.is_empty())
    }

    /// The moment beside whose waits rows are looked for, where chats wait.
    fn beside_waits(&mut self) -> Option<Millis> {
        let first_over = self.clock.first_wait_over(self.now)?;
        self.look_again_at(first_over);
        Some(self.now)
    }

    fn look_again_at(&mut self, at: Millis) {
        self.chat_at = Some(self.chat_at.map_or(at, |earliest| earliest.min(at)));
    }

    fn render(&mut self, journal: &Journal<'_>, campaign: CampaignId, contact: &Contact) -> Result<Outgoing> {
        let message = match self.posts.begun(self.bot, campaign) {
            Some(message) => message,
            None => {
                let row = campaigns::get(journal.tx(), self.bot, campaign)?.ok_or_else(gone)?;
                self.posts.of(self.bot, &row).map_err(|errors| {
                    EngineError::Internal(format!("a started campaign's message: {errors:?}"))
                })?
            }
        };
        let wires = Wires {
            secrets: self.secrets,
            public_url: self.public_url,
            bot: self.bot,
            contact: contact.number,
            campaign,
            test: false,
        };
        Ok(wires.render(&message, contact))
    }

    /// Everyone's turn in this wave has come, and no call is in flight.
    fn wave_ended(&self, journal: &Journal<'_>, campaign: CampaignId) -> Result<()> {
        let mut campaign = campaigns::get(journal.tx(), self.bot, campaign)?.ok_or_else(gone)?;
        campaign.course = campaign.course.step(Happening::WaveEnded, self.now)?;
        campaigns::update(journal.tx(), self.bot, &campaign)?;
        Ok(())
    }
}

/// A campaign is not deleted once it has begun.
fn gone() -> EngineError {
    EngineError::Internal("a campaign that is being sent is gone".into())
}

/// The lines of a campaign that wait, read in small parts: mostly as many are needed as calls may begin.
struct Lines {
    campaign: CampaignId,
    /// Lines whose chats wait then are left out.
    beside_waits: Option<Millis>,
    /// What was read and not looked at yet.
    part: std::vec::IntoIter<Recipient>,
    /// What was not read yet.
    rest: Range<i64>,
    /// Lines that may still be read.
    left: usize,
    /// Everyone was looked at.
    is_over: bool,
}

impl Lines {
    fn of(wave: Wave, beside_waits: Option<Millis>) -> Self {
        let (part, rest) = (Vec::new().into_iter(), 0..wave.send_up_to);
        Self { campaign: wave.campaign, beside_waits, part, rest, left: LINES_MAX, is_over: false }
    }

    /// The next line. None after the last, and after as many as a round may move.
    fn next(&mut self, tx: &WriteTx<'_>, bot: BotId, free: usize) -> Result<Option<Recipient>> {
        if self.part.len() == 0 && !self.is_over && self.left > 0 {
            let wanted = (free + SPARE_LINES).min(self.left);
            let part =
                recipients::waiting(tx, bot, self.campaign, self.rest.clone(), self.beside_waits, wanted)?;
            self.is_over = part.len() < wanted;
            self.left -= part.len();
            if let Some(last) = part.last() {
                self.rest.start = last.position + 1;
            }
            self.part = part.into_iter();
        }
        Ok(self.part.next())
    }
}

/// What became of one ledger line in this round.
enum Turn {
    /// It is settled without a call.
    Came(Outcome),
    Leased,
    /// This person must wait; the next need not.
    Waits,
    /// The budget is empty.
    NobodyElse,
}

pub(super) fn clock_lane(lane: Lane) -> ClockLane {
    match lane {
        Lane::Agents => ClockLane::Agents,
        Lane::Flows => ClockLane::Flows,
        Lane::Tests => ClockLane::Tests,
    }
}
