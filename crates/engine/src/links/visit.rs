//! Opening a link: a bot is chosen, the visit is written in a group commit, and the answer is where to go on.

use std::net::IpAddr;
use std::sync::Arc;

use domain::bot::Status;
use domain::ids::{BotId, LinkId, WorkspaceId};
use domain::link::{Asking, Visitor};
use domain::time::{Millis, SECOND_MS};
use store::links::{self, Link};
use store::visits::{self, Visit};
use store::{ReadTx, bots};

use super::Links;
use super::browser::{self, Browser};
use crate::{EngineError, Result, tokens};

/// Links kept for their visitors. Beyond, the cache begins anew.
const KNOWN_MAX: usize = 4_096;
/// How long a link is taken as it was: another node may have changed it. This node's own changes show at once.
const KNOWN_MS: i64 = 5 * SECOND_MS;
/// A text of a visit, in characters.
const TEXT_CHARS_MAX: usize = 512;
/// A value of a parameter, in characters.
const VALUE_CHARS_MAX: usize = 256;
/// Parameters that are kept of one address.
const QUERY_PAIRS_MAX: usize = 40;

/// What a request for a link told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    pub is_head: bool,
    /// A browser fetches the page before the person asks for it.
    pub is_ahead: bool,
    pub address: Option<IpAddr>,
    pub user_agent: String,
    /// `Accept-Language`.
    pub language: String,
    pub referrer: String,
    /// The parameters of the address, in order.
    pub query: Vec<(String, String)>,
}

/// A link that somebody opened lately.
pub(super) struct Known {
    target: Arc<Target>,
    read_at: Millis,
}

impl Known {
    pub(super) fn leads_to(&self, link: LinkId) -> bool {
        self.target.link.id == link
    }
}

/// A link with what its bots are called.
struct Target {
    workspace: WorkspaceId,
    link: Link,
    /// Bot, its name at Telegram, its weight.
    bots: Vec<(BotId, String, i64)>,
}

impl Links {
    /// Records a visit and answers with the address that the visitor is led to. A person who starts the bot from
    /// there is bound to this visit. While the database fails people are led on with the link's code.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]: there is no such link, or it is archived, or none of its bots is there.
    pub async fn open(&self, code: &str, opened: Opened) -> Result<String> {
        let target = self.target(code).await?;
        let (bot, username) = target.choose(rand::random())?;
        let address = |payload: &str| format!("https://t.me/{username}?start={payload}");
        let network = self.countries.as_ref().zip(opened.address);
        let network = network.and_then(|(countries, address)| countries.of(address));
        let visit = target.visit(bot, &opened, network, self.clock.now());
        match self.record(target.workspace, visit).await {
            Ok(id) => Ok(address(&tokens::visit_payload(&self.secrets, bot, id))),
            Err(error) => {
                tracing::error!(%error, "a visit was not recorded");
                Ok(address(&target.link.code))
            }
        }
    }

    /// What a code leads to. Chat clients glue the full stop of a sentence to an address, and people type codes in
    /// another case: both lead on, but a link of exactly this code comes first.
    async fn target(&self, code: &str) -> Result<Arc<Target>> {
        let now = self.clock.now();
        if let Some(known) = self.known.lock().get(code)
            && (now - known.read_at).abs() <= KNOWN_MS
        {
            return Ok(Arc::clone(&known.target));
        }
        let wanted = code.to_owned();
        let target = Arc::new(self.store.reader().read(move |tx| Target::read(tx, &wanted)).await?);
        let mut known = self.known.lock();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(code.to_owned(), Known { target: Arc::clone(&target), read_at: now });
        Ok(target)
    }

    async fn record(&self, workspace: WorkspaceId, visit: Visit) -> Result<i64> {
        self.store
            .write_repeatably(move |tx, _| {
                if visits::insert(tx, workspace, &visit)? {
                    return Ok(visit.id);
                }
                // Its number was drawn twice in one millisecond.
                let mut visit = visit.clone();
                loop {
                    visit.id = drawn_id(visit.at);
                    if visits::insert(tx, workspace, &visit)? {
                        return Ok(visit.id);
                    }
                }
            })
            .await
    }
}

/// Ids rise with time, so that rows are added at the end, and need no counter that every node would wait for.
fn drawn_id(at: Millis) -> i64 {
    let drawn: u32 = rand::random();
    visits::first_id(at) | i64::from(drawn >> (32 - visits::ID_DRAWN_BITS))
}

impl Target {
    fn read(tx: &ReadTx<'_>, code: &str) -> Result<Self> {
        let gone = || EngineError::NotFound("link");
        let bare = code.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let mut found = links::by_code(tx, code)?;
        for asked in [code, bare] {
            if found.is_none() {
                found = links::by_code_in_any_case(tx, asked)?;
            }
        }
        let (workspace, link) = found.ok_or_else(gone)?;
        if link.archived_at.is_some() {
            return Err(gone());
        }
        let (mut running, mut others) = (Vec::new(), Vec::new());
        for entry in &link.bots {
            let Some(bot) = bots::get(tx, workspace, entry.bot)? else { continue };
            let list = if bot.status == Status::Running { &mut running } else { &mut others };
            list.push((bot.id, bot.username, entry.weight));
        }
        // A bot that is stopped still has its chat: better than nowhere.
        let bots = if running.is_empty() { others } else { running };
        Ok(Self { workspace, link, bots })
    }

    /// One of the bots, by weight.
    fn choose(&self, draw: u32) -> Result<(BotId, &str)> {
        let total: i64 = self.bots.iter().map(|(_, _, weight)| weight).sum();
        let mut place = i64::from(draw) % total.max(1);
        for (bot, username, weight) in &self.bots {
            if place < *weight {
                return Ok((*bot, username));
            }
            place -= weight;
        }
        Err(EngineError::NotFound("link"))
    }

    /// What is kept of a request; `network` is the country of the visitor's network.
    fn visit(&self, bot: BotId, opened: &Opened, network: Option<String>, at: Millis) -> Visit {
        let kept = |text: &str, max: usize| -> Option<String> {
            let text: String = text.trim().chars().filter(|c| !c.is_control()).take(max).collect();
            (!text.is_empty()).then_some(text)
        };
        let pairs: Vec<(String, String)> = opened
            .query
            .iter()
            .take(QUERY_PAIRS_MAX)
            .filter_map(|(key, value)| {
                Some((kept(key, VALUE_CHARS_MAX)?, kept(value, VALUE_CHARS_MAX).unwrap_or_default()))
            })
            .collect();
        let utm = self.link.utm.of_query(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let Opened { is_head, is_ahead, user_agent, .. } = opened;
        let visitor = Visitor::of(Asking { is_head: *is_head, is_ahead: *is_ahead, user_agent });
        let browser =
            if visitor.is_person() { Browser::read(&opened.user_agent) } else { Browser::default() };
        Visit {
            id: drawn_id(at),
            link: self.link.id,
            bot,
            at,
            visitor,
            address: opened.address.map(|address| address.to_canonical().to_string()),
            country_by_network: network.is_some(),
            country: network.or_else(|| browser::country(&opened.language)),
            browser: browser.name,
            os: browser.os,
            device: browser.device,
            language: kept(&opened.language, TEXT_CHARS_MAX),
            referrer: kept(&opened.referrer, TEXT_CHARS_MAX),
            user_agent: kept(&opened.user_agent, TEXT_CHARS_MAX),
            utm,
            // A list of pairs of texts always becomes JSON.
            query: serde_json::to_string(&pairs).unwrap_or_default(),
            contact: None,
            started_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::link::Utm;

    use super::*;

    #[test]
    fn bots_are_chosen_by_weight() {
        let link = Link {
            id: LinkId(1),
            code: "x".into(),
            name: "x".into(),
            channel: String::new(),
            utm: Utm::default(),
            tags: Vec::new(),
            bots: Vec::new(),
            archived_at: None,
            created_at: 0,
        };
        let bots = vec![(BotId(1), "one".into(), 1), (BotId(2), "two".into(), 3)];
        let target = Target { workspace: WorkspaceId(1), link, bots };
        let chosen: Vec<i64> = (0..8).map(|draw| target.choose(draw).unwrap().0.0).collect();
        assert_eq!(chosen, [1, 2, 2, 2, 1, 2, 2, 2]);
        assert!(Target { bots: Vec::new(), ..target }.choose(0).is_err());
    }
}
