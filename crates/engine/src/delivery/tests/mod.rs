//! An answer that came while the call was open, and every way in which that call's end can stay unknown.

mod waits;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::bot;
use domain::campaign::{Course, Status};
use domain::event::{EventBody, Outcome};
use domain::ids::{CampaignId, ContactId, NodeId};
use domain::message::{ButtonPlace, MessageAuthor, Outgoing};
use domain::time::{DAY_MS, Millis};
use parking_lot::Mutex;
use serde_json::json;
use store::campaigns::{self, Campaign};
use store::outbox::{self, Lane};
use store::{bots, contacts, recipients};
use telegram::{Clock, ClockSnapshot, Rate, SendError};

use super::recovery;
use super::settle::{Way, settle};
use super::{Answer, Courier, CourierOptions, Ended, Lease, Target, Transport};
use crate::campaigns::{Campaigns, Decision};
use crate::journal::Reach;
use crate::test_house::{House, NOW};
use crate::{journal, proof, restoration};

/// When the call began.
const CALLED: Millis = NOW - DAY_MS / 24;

/// A campaign to one person whose call is under way.
struct Call {
    house: House,
    ada: ContactId,
    campaign: CampaignId,
}

impl Call {
    async fn begin() -> Self {
        let house = House::new().await;
        let ada = house.person(1, "Ada", 3).await;
        let bot = house.bot;
        let campaign = house.write(move |tx| Ok(campaigns::insert(tx, bot, &sending(CampaignId(0)))?)).await;
        house
            .write(move |tx| {
                campaigns::update(tx, bot, &sending(campaign))?;
                Ok(recipients::insert(tx, bot, campaign, 0, &[(ada.number(), false)])?)
            })
            .await;
        let call = Self { house, ada, campaign };
        call.moves(Outcome::Pending, Outcome::Leased).await;
        call
    }

    async fn moves(&self, from: Outcome, to: Outcome) {
        let (bot, campaign) = (self.house.bot, self.campaign);
        let change =
            recipients::Change { position: 0, from, to, at: Some(CALLED), message_id: None, reason: None };
        let moved = self.house.write(move |tx| Ok(recipients::change(tx, bot, campaign, &change)?)).await;
        assert!(moved);
    }

    /// What proves it: a reply, a press or a click.
    async fn is_answered(&self, by: &str) {
        let (object, campaign, place) = (by.to_owned(), self.campaign, None);
        match by {
            "reply" => self.house.says(self.ada, NOW, "Yes please").await,
            "press" => {
                let campaign = Some(campaign);
                let body = EventBody::Button { object, message_id: Some(9), campaign, place };
                self.house.record(self.ada, NOW, body).await
            }
            _ => self.house.record(self.ada, NOW, EventBody::Click { object, campaign, place }).await,
        };
    }

    /// The call ends in one of the ways of which nobody knows what it did.
    async fn ends(&self, how: &str) {
        let bot = self.house.bot;
        match how {
            "lost" => self.ended(Err(SendError::Unknown { reason: "timed out".into() })).await,
            "refused for now" => self.ended(Err(SendError::RetryAfter { seconds: 3 })).await,
            "taken over" => {
                let take = move |journal: &mut journal::Journal<'_>| recovery::recover(journal, bot, NOW);
                self.house.write(move |tx| journal::append(tx, bot, take)).await;
            }
            _ => {
                restoration::settle(&self.house.store, NOW).await.unwrap();
            }
        }
    }

    /// The call ends with an answer.
    async fn ended(&self, answer: Answer) {
        let (bot, lease) = (self.house.bot, self.lease());
        self.house
            .write(move |tx| {
                let ended = [Arc::new(Ended { lease, answer })];
                let clock = &mut Clock::restore(Rate::Unlimited, ClockSnapshot::default(), NOW);
                let away = &mut None;
                journal::append(tx, bot, |journal| {
                    let way = Way { clock, away, token_sealed: b"sealed" };
                    settle(journal, bot, &ended, way, NOW).map(|_| ())
                })
            })
            .await;
    }

    fn lease(&self) -> Lease {
        let target = Target::Recipient { campaign: self.campaign, position: 0 };
        Lease { target, contact: self.ada.number(), chat: 1, at: CALLED, message: Outgoing::plain("Hi") }
    }

    async fn outcome(&self) -> Outcome {
        let (bot, campaign, ada) = (self.house.bot, self.campaign, self.ada.number());
        let read = self.house.store.reader().read(move |tx| recipients::get(tx, bot, campaign, ada));
        let line = read.await.unwrap().unwrap();
        assert_eq!(line.at, Some(CALLED), "the window of answers stays where it was");
        // The log, from which the index is built, says the same.
        let told = self.house.log().await.into_iter().rev().find_map(|event| match event.body {
            EventBody::Outcomes { changes, .. } => Some(changes[0].outcome),
            _ => None,
        });
        assert!(line.outcome == Outcome::Pending || told == Some(line.outcome), "{told:?}");
        line.outcome
    }

    async fn is_decided(&self, decision: Decision) {
        let house = &self.house;
        let (store, secrets) = (house.store.clone(), house.secrets.clone());
        let room = Campaigns::new(store, secrets, house.clock(), house.people.clone(), "http://localhost");
        room.resolve(house.workspace, self.campaign, decision, None).await.unwrap();
    }
}

fn sending(id: CampaignId) -> Campaign {
    let course = Course { status: Status::Sending, audience_count: 1, send_up_to: 1, ..Course::draft() };
    Campaign {
        id,
        name: "Weekly".into(),
        course: Course { started_at: Some(CALLED), ..course },
        audience: json!({"all": []}),
        message: json!({"text": "Hi"}),
        held_out_percent: 0.0,
        canary: None,
        frozen_at: Some(CALLED),
        frozen_number: Some(1),
        left_out: 0,
        version: 1,
        created_by: None,
        created_at: CALLED,
    }
}

#[tokio::test]
async fn an_answer_while_the_call_is_open_proves_that_the_message_arrived() {
    for how in ["lost", "taken over", "restored"] {
        for by in ["reply", "press", "click"] {
            let call = Call::begin().await;
            call.is_answered(by).await;
            call.ends(how).await;
            assert_eq!(call.outcome().await, Outcome::Sent, "{how}, {by}");
        }
        let call = Call::begin().await;
        call.ends(how).await;
        assert_eq!(call.outcome().await, Outcome::Unknown, "{how}: nobody answered");
    }
}

#[tokio::test]
async fn a_call_that_did_nothing_is_proved_by_a_token_of_an_earlier_one_and_by_no_reply() {
    for (by, outcome) in [("press", Outcome::Sent), ("click", Outcome::Sent), ("reply", Outcome::Pending)] {
        let call = Call::begin().await;
        call.is_answered(by).await;
        call.ends("refused for now").await;
        assert_eq!(call.outcome().await, outcome, "{by}");
    }
    // The reply to the call that did nothing is none to the next.
    let call = Call::begin().await;
    call.is_answered("reply").await;
    call.ends("refused for now").await;
    let (bot, campaign) = (call.house.bot, call.campaign);
    let mut line =
        call.house.write(move |tx| Ok(recipients::list(tx, bot, campaign, &[], -1, 1)?.remove(0))).await;
    line.at = Some(NOW + 1);
    let weighed = call.house.write(move |tx| proof::weigh(tx, bot, &line, (Outcome::Unknown, None))).await;
    assert_eq!(weighed.0, Outcome::Unknown);
}

#[tokio::test]
async fn nothing_is_sent_again_that_was_answered() {
    for decision in [Decision::Resend, Decision::Leave] {
        let call = Call::begin().await;
        call.is_answered("press").await;
        // As a version left it that weighed no answers.
        call.moves(Outcome::Leased, Outcome::Unknown).await;
        call.is_decided(decision).await;
        assert_eq!(call.outcome().await, Outcome::Sent, "{decision:?}");
    }
    // A press on the first message, after a member decided to send again and before that began.
    let call = Call::begin().await;
    call.ends("lost").await;
    call.is_decided(Decision::Resend).await;
    assert_eq!(call.outcome().await, Outcome::Pending);
    let (bot, campaign, ada) = (call.house.bot, call.campaign, call.ada.number());
    let press = move |journal: &mut journal::Journal<'_>| journal.prove_sent(ada, campaign, Some(9), NOW);
    call.house.write(move |tx| journal::append(tx, bot, press)).await;
    assert_eq!(call.outcome().await, Outcome::Sent);
}

/// What was answered to two campaigns, and the blocks of the log, where a block is told while the call of the second
/// is open, which then ends so.
async fn blocked_during_the_call(end: Answer) -> ([Vec<&'static str>; 2], Vec<(&'static str, Option<i64>)>) {
    let call = Call::begin().await;
    let (bot, ada, second) = (call.house.bot, call.ada, call.campaign);
    let first = call.house.write(move |tx| Ok(campaigns::insert(tx, bot, &sending(CampaignId(0)))?)).await;
    call.house
        .write(move |tx| {
            recipients::insert(tx, bot, first, 0, &[(ada.number(), false)])?;
            let (from, to, at) = (Outcome::Pending, Outcome::Sent, Some(CALLED - DAY_MS / 24));
            let change = recipients::Change { position: 0, from, to, at, message_id: None, reason: None };
            Ok(recipients::change(tx, bot, first, &change)?)
        })
        .await;
    let block = move |journal: &mut journal::Journal<'_>| {
        let mut contact = contacts::get(journal.tx(), bot, ada.number())?.unwrap();
        journal.set_reachability(&mut contact, CALLED + 1_000, Reach::Blocked)
    };
    call.house.write(move |tx| journal::append(tx, bot, block)).await;
    call.ended(end).await;
    let read = call.house.store.reader().read(move |tx| {
        let of = |id| recipients::get(tx, bot, id, ada.number());
        Ok::<_, store::StoreError>([of(first)?.unwrap().told(), of(second)?.unwrap().told()])
    });
    let log = call.house.log().await;
    let blocks = log.iter().filter(|event| event.body.kind().starts_with("block"));
    let blocks = blocks.map(|event| {
        let which = |id: CampaignId| if id == first { 1 } else { 2 };
        (event.body.kind(), event.body.campaign().map(which))
    });
    (read.await.unwrap(), blocks.collect())
}

#[tokio::test]
async fn a_block_that_is_told_during_a_call_is_charged_once_and_to_what_had_arrived() {
    let refused = || Err(SendError::told(403, "Forbidden: bot was blocked by the user", None));
    let (answers, blocks) = blocked_during_the_call(refused()).await;
    assert_eq!(
        answers,
        [vec!["blocked_after", "window_block"], vec!["window_block"]],
        "the second was refused"
    );
    assert_eq!(blocks.iter().filter(|(kind, _)| *kind == "blocked").count(), 1, "one block");
    assert_eq!(blocks.last(), Some(&("block_told", Some(1))), "charged to what had arrived");
    let arrived = Ok(telegram::Sent { message_id: 1, date: 0 });
    let (answers, blocks) = blocked_during_the_call(arrived).await;
    assert_eq!(answers, [vec!["window_block"], vec!["blocked_after", "window_block"]]);
    assert_eq!(blocks, [("blocked", Some(2))], "what arrived last");
}

/// Knows no topic, and remembers where it was asked to write.
#[derive(Default)]
struct NoTopics(Mutex<Vec<Option<i64>>>);

impl Transport for NoTopics {
    fn send(&self, _: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        Box::pin(async move {
            self.0.lock().push(message.topic);
            match message.topic {
                Some(_) => Err(SendError::told(400, "Bad Request: message thread not found", None)),
                None => Ok(telegram::Sent { message_id: 1, date: 0 }),
            }
        })
    }
}

#[tokio::test]
async fn a_message_whose_topic_is_gone_asks_the_clock_for_its_second_call() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let (bot, contact) = (house.bot, ada.number());
    let queue = async |words: &'static str| {
        let author = MessageAuthor::Agent(house.agent);
        let topic = move |tx: &store::WriteTx<'_>| Ok(contacts::topic(tx, bot, contact)?);
        let there = Outgoing { topic: house.write(topic).await, ..Outgoing::plain(words) };
        house.write(move |tx| Ok(outbox::insert(tx, bot, contact, Lane::Agents, &there, author, NOW)?)).await
    };
    house.write(move |tx| Ok(contacts::touch_in(tx, bot, contact, NOW, Some(12))?)).await;
    let row = queue("Hi").await;
    let calls = Arc::new(NoTopics::default());
    let options = CourierOptions {
        node: NodeId(1),
        rate: Rate::PerSecond(1),
        in_flight_max: 10,
        public_url: "http://localhost".into(),
        token_sealed: b"sealed".to_vec(),
    };
    let transport = Arc::clone(&calls) as Arc<dyn Transport>;
    let (store, secrets) = (house.store.clone(), house.secrets.clone());
    let courier = Courier::take_over(bot, store, secrets, house.clock(), transport, options);
    let mut courier = courier.await.unwrap().unwrap();
    house.clock.set(NOW + 1_000);
    courier.drain().await.unwrap();
    assert_eq!(*calls.0.lock(), [Some(12)], "one leave of the clock, one call");
    let state = async || house.write(move |tx| Ok(outbox::get(tx, bot, row)?.unwrap().state)).await;
    assert_eq!(state().await, Outcome::Pending);
    house.clock.set(NOW + 2_000);
    courier.drain().await.unwrap();
    assert_eq!(*calls.0.lock(), [Some(12), None], "to the general part, when its turn came again");
    assert_eq!(state().await, Outcome::Sent);
    queue("More").await;
    house.clock.set(NOW + 3_000);
    courier.drain().await.unwrap();
    assert_eq!(*calls.0.lock(), [Some(12), None, None], "the topic is looked for once");
}

#[tokio::test]
async fn after_a_restoration_only_a_token_proves_what_had_not_begun_when_the_backup_was_taken() {
    let waiting = async || {
        let call = Call::begin().await;
        let (bot, campaign) = (call.house.bot, call.campaign);
        // A second person, whose turn had not come.
        let bob = call.house.person(2, "Bob", 3).await;
        let line = [(bob.number(), false)];
        call.house.write(move |tx| Ok(recipients::insert(tx, bot, campaign, 1, &line)?)).await;
        call.ends("restored").await;
        (call, bob)
    };
    let line = async |call: &Call, bob: ContactId| {
        let (bot, campaign) = (call.house.bot, call.campaign);
        let read = call.house.store.reader().read(move |tx| recipients::get(tx, bot, campaign, bob.number()));
        read.await.unwrap().unwrap()
    };
    let (call, bob) = waiting().await;
    call.house.says(bob, NOW + 1_000, "hello").await;
    let left = line(&call, bob).await;
    assert_eq!((left.outcome, left.at, left.answers.0), (Outcome::Unknown, None, 0), "no window, no reply");
    let campaign = call.campaign;
    let body = EventBody::Button {
        object: "Yes".into(),
        message_id: Some(9),
        campaign: Some(campaign),
        place: Some(ButtonPlace::new(0, 0)),
    };
    let bot = call.house.bot;
    call.house
        .write(move |tx| {
            journal::append(tx, bot, |journal| {
                journal.prove_sent(bob.number(), campaign, Some(9), NOW + 2_000)?;
                journal.record(Some(bob.number()), NOW + 2_000, body).map(|_| ())
            })
        })
        .await;
    let proved = line(&call, bob).await;
    assert_eq!((proved.outcome, proved.at), (Outcome::Sent, Some(NOW + 2_000)));
}

#[tokio::test]
async fn a_late_refusal_of_an_old_token_says_nothing_of_the_new_one() {
    for (sealed, status) in [(&b"sealed"[..], bot::Status::TokenDead), (&b"older"[..], bot::Status::Running)]
    {
        let call = Call::begin().await;
        let (bot, lease) = (call.house.bot, call.lease());
        let learned = call
            .house
            .write(move |tx| {
                bots::set_status(tx, bot, bot::Status::Running)?;
                let error = SendError::Unauthorized { description: "Unauthorized".into() };
                let ended = [Arc::new(Ended { lease, answer: Err(error) })];
                let clock = &mut Clock::restore(Rate::Unlimited, ClockSnapshot::default(), NOW);
                let way = Way { clock, away: &mut None, token_sealed: sealed };
                journal::append(tx, bot, |journal| settle(journal, bot, &ended, way, NOW))
            })
            .await;
        assert!(learned.token_dead, "whoever called with it stops in either case");
        assert_eq!(learned.bot_stopped, status == bot::Status::TokenDead);
        let read = call.house.store.reader().read(move |tx| bots::of(tx, bot));
        assert_eq!(read.await.unwrap().unwrap().status, status);
        assert_eq!(call.outcome().await, Outcome::Pending, "nothing was sent");
    }
}
