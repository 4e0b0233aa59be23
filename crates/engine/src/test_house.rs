//! A house to test rooms in: a real store in a temporary folder, a workspace with a bot, two members and the
//! usual stages, and a clock that is moved by hand.

use std::sync::Arc;

use domain::contact::{Attributes, Profile, Reachability, Source};
use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactId, ContactNumber, MemberId, StageId, WorkspaceId};
use domain::team::Role;
use domain::time::{DAY_MS, Millis};
use serde_json::json;
use store::contacts::Contact;
use store::stages::Stage;
use store::team::Member;
use store::{Store, StoreError, StoreOptions, WriteTx, bots, contacts, events, stages, team};

use crate::live::Live;
use crate::people::People;
use crate::{Clock, ManualClock, Result, Secrets, journal};

/// 24 November 2026, 12:00 UTC.
pub(crate) const NOW: Millis = 1_795_521_600_000;

pub(crate) struct House {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub secrets: Secrets,
    pub people: People,
    pub workspace: WorkspaceId,
    pub bot: BotId,
    pub owner: MemberId,
    pub agent: MemberId,
}

impl House {
    pub async fn new() -> Self {
        Self::on(None).await
    }

    /// The same on a PostgreSQL database where one is given.
    pub async fn on(postgres_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions { postgres_url, ..StoreOptions::new(folder.path()) };
        let store = Store::open(&options).unwrap();
        let (workspace, bot, owner, agent) = store.write(|tx| furnish(tx, 42, "")).await.unwrap();
        let people = People::new(store.reader().clone(), Live::default());
        let clock = Arc::new(ManualClock::new(NOW));
        let secrets = Secrets::from_bytes([7; 64]);
        Self { folder, store, clock, secrets, people, workspace, bot, owner, agent }
    }

    /// A second workspace in the same store, with a bot of its own.
    pub async fn neighbour(&self) -> (WorkspaceId, BotId, MemberId) {
        let (workspace, bot, owner, _) = self.store.write(|tx| furnish(tx, 43, "other-")).await.unwrap();
        (workspace, bot, owner)
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// Someone who came `days` ago.
    pub async fn person(&self, telegram_id: i64, name: &str, days: i64) -> ContactId {
        self.person_of(self.bot, telegram_id, name, days).await
    }

    pub async fn person_of(&self, bot: BotId, telegram_id: i64, name: &str, days: i64) -> ContactId {
        let at = NOW - days * DAY_MS;
        let first_name = Some(name.to_owned());
        let mut contact = Contact {
            number: ContactNumber(0),
            telegram_id,
            profile: Profile { first_name, ..Profile::default() },
            source: Source::new(),
            attributes: Attributes::new(),
            reachability: Reachability::default(),
            first_seen: at,
            last_interaction: None,
            imported_interaction: None,
            erased: false,
        };
        let write = self.store.write(move |tx| {
            journal::append(tx, bot, |journal| {
                journal.meet(&mut contact, at)?;
                Ok(contact.number)
            })
        });
        ContactId::new(bot, write.await.unwrap())
    }

    /// Records an event of a person.
    pub async fn record(&self, id: ContactId, at: Millis, body: EventBody) -> i64 {
        self.write(move |tx| {
            journal::append(tx, id.bot(), |journal| journal.record(Some(id.number()), at, body))
        })
        .await
    }

    /// A message that the person wrote.
    pub async fn says(&self, id: ContactId, at: Millis, text: &str) -> i64 {
        let body = EventBody::Message {
            text: Some(text.to_owned()),
            content: "text".into(),
            message_id: at,
            file: None,
            details: None,
            charged: None,
        };
        self.record(id, at, body).await
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.store.write(work).await.unwrap()
    }

    pub async fn log(&self) -> Vec<Event> {
        let bot = self.bot;
        self.store.reader().read(move |tx| events::after(tx, bot, 0, 100_000)).await.unwrap()
    }

    pub async fn row(&self, id: ContactId) -> Contact {
        let read = self.store.reader().read(move |tx| contacts::get(tx, id.bot(), id.number()));
        read.await.unwrap().unwrap()
    }
}

fn furnish(
    tx: &WriteTx<'_>,
    telegram_id: i64,
    prefix: &str,
) -> std::result::Result<(WorkspaceId, BotId, MemberId, MemberId), StoreError> {
    let workspace = team::insert_workspace(tx, "Lantern", "UTC", 1)?;
    let stage = |name: &str, expression| Stage {
        id: StageId(0),
        name: name.into(),
        color: "gray".into(),
        expression,
    };
    let rules = [
        stage("churned", json!({"last_interaction": {"older_than": "30d"}})),
        stage("customer", json!({"event": {"kind": "conversion"}})),
        stage("new", json!({"not": {"event": {"kind": "interaction"}}})),
        stage("active", json!({"last_interaction": {"within": "7d"}})),
        stage("cooling", json!({"all": []})),
    ];
    stages::replace(tx, workspace, &rules)?;
    let member = |name: &str, role| Member {
        id: MemberId(0),
        email: format!("{prefix}{name}@example.org"),
        name: name.into(),
        role,
        password_hash: Some("hash".into()),
        created_at: 1,
    };
    let owner = team::insert_member(tx, workspace, &member("Olga", Role::Owner))?;
    let agent = team::insert_member(tx, workspace, &member("Adam", Role::Agent))?;
    let new = bots::NewBot {
        telegram_id,
        username: "lantern_bot",
        name: "Lantern",
        token_sealed: b"sealed",
        bulk_per_second: None,
        now: 1,
    };
    Ok((workspace, bots::insert(tx, workspace, &new)?, owner, agent))
}
