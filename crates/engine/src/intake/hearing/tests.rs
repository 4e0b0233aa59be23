//! Who can be written to, after what a send found out, what Telegram tells and what a person does, in every order.

use std::sync::Arc;

use domain::contact::{NoChat, Reachability};
use domain::event::{EventBody, Outcome};
use domain::ids::{CampaignId, ContactId};
use domain::recipient::Answers;
use serde_json::{Value, json};
use store::{StoreError, recipients};
use telegram::Received;

use crate::flows::FlowRunner;
use crate::intake::{Answer, Arrived, Intake};
use crate::journal::{self, Reach};
use crate::test_house::{House, NOW};

const ANN: i64 = 7_700_000_001;
/// A second of Telegram's.
const NOON_S: i64 = NOW / 1_000 - 3_600;

struct Desk {
    house: House,
    intake: Intake,
    ann: ContactId,
    next: i64,
}

impl Desk {
    async fn new() -> Self {
        let house = House::new().await;
        let flows = Arc::new(FlowRunner::new(house.secrets.clone()));
        let intake = Intake::new(house.store.clone(), house.secrets.clone(), flows);
        let ann = house.person(ANN, "Ann", 3).await;
        Self { house, intake, ann, next: 1 }
    }

    async fn take(&mut self, update: Value) -> Vec<Answer> {
        let mut update = update;
        update["update_id"] = json!(self.next);
        self.next += 1;
        let received = Received::parse(&update.to_string()).unwrap();
        let taken =
            self.intake.take(self.house.bot, vec![Arrived { received, at: NOW }], None).await.unwrap();
        assert_eq!((taken.new, taken.failed), (1, 0));
        taken.answers
    }

    async fn writes(&mut self, text: &str, date_s: i64) {
        let id = self.next;
        self.take(json!({"message": {"message_id": id, "date": date_s, "text": text, "from": user(),
            "chat": {"id": ANN, "type": "private"}}}))
            .await;
    }

    async fn presses(&mut self) {
        self.take(json!({"callback_query": {"id": "5", "from": user(), "data": "x", "chat_instance": "1",
            "message": {"message_id": 3, "date": 5, "chat": {"id": ANN, "type": "private"}}}}))
            .await;
    }

    async fn member(&mut self, status: &str, date_s: i64) {
        let member =
            |status: &str| json!({"status": status, "user": {"id": 1, "is_bot": true, "first_name": "B"}});
        self.take(
            json!({"my_chat_member": {"chat": {"id": ANN, "type": "private"}, "from": user(), "date": date_s,
            "old_chat_member": member("member"), "new_chat_member": member(status)}}),
        )
        .await;
    }

    /// A send found something out, now.
    async fn found(&self, reach: Reach) {
        let ann = self.ann;
        self.house
            .write(move |tx| {
                journal::append(tx, ann.bot(), |journal| {
                    let mut row = store::contacts::get(tx, ann.bot(), ann.number())?.unwrap();
                    journal.set_reachability(&mut row, NOW, reach)
                })
            })
            .await;
    }

    async fn reachability(&self) -> Reachability {
        let row = self.house.row(self.ann).await.reachability;
        // The index folds the same events to the same answer.
        let index = self.house.people.latest(self.house.bot).await.unwrap().index;
        assert_eq!(index.reachable().contains(self.ann.number().0), row.reachable());
        row
    }
}

fn user() -> Value {
    json!({"id": ANN, "is_bot": false, "first_name": "Ann", "language_code": "en"})
}

#[tokio::test]
async fn whoever_acts_can_be_written_to_whatever_a_send_found_out() {
    let all = [
        Reach::BlockFound,
        Reach::Deactivated,
        Reach::NoChat(NoChat::NotStarted),
        Reach::NoChat(NoChat::ChatNotFound),
    ];
    for found in all {
        for act in ["/start", "Hello", "/menu", "press"] {
            let mut desk = Desk::new().await;
            desk.found(found).await;
            assert!(!desk.reachability().await.answerable(), "{found:?}");
            match act {
                "press" => desk.presses().await,
                // Their clock or ours may be wrong: what comes after the refusal is after it.
                text => desk.writes(text, NOON_S).await,
            }
            assert_eq!(desk.reachability().await, Reachability::default(), "{found:?} {act}");
        }
    }
}

#[tokio::test]
async fn an_opt_out_is_what_the_person_wants_and_stays() {
    let mut desk = Desk::new().await;
    desk.found(Reach::OptedOut).await;
    desk.found(Reach::BlockFound).await;
    desk.writes("Hello", NOON_S).await;
    assert_eq!(desk.reachability().await, Reachability { opted_out: true, ..Reachability::default() });
}

/// Blocked at one second, wrote at another; the updates come in either order.
async fn blocked_and_wrote(blocked_s: i64, wrote_s: i64, block_first: bool) -> (bool, usize) {
    let mut desk = Desk::new().await;
    if block_first {
        desk.member("kicked", blocked_s).await;
    }
    desk.writes("Hello", wrote_s).await;
    if !block_first {
        desk.member("kicked", blocked_s).await;
    }
    let log = desk.house.log().await;
    let blocks = log.iter().filter(|event| matches!(event.body, EventBody::Blocked { .. })).count();
    (desk.reachability().await.blocked, blocks)
}

#[tokio::test]
async fn the_later_of_block_and_message_counts_in_whatever_order_they_come() {
    for block_first in [true, false] {
        let older = blocked_and_wrote(NOON_S, NOON_S + 1, block_first).await;
        assert_eq!(older, (false, 1), "the block is a fact of its time, and over");
        let younger = blocked_and_wrote(NOON_S + 1, NOON_S, block_first).await;
        assert_eq!(younger, (true, 1));
    }
    assert!(!blocked_and_wrote(NOON_S, NOON_S, true).await.0, "in the same second the later to come");
    assert!(blocked_and_wrote(NOON_S, NOON_S, false).await.0);
}

/// Told in that order: `kicked` or `member`, so many seconds after noon.
async fn blocked_after(told: &[(&str, i64)]) -> bool {
    let mut desk = Desk::new().await;
    for (status, after_s) in told {
        desk.member(status, NOON_S + after_s).await;
    }
    desk.reachability().await.blocked
}

/// Every order of some things.
fn orders<T: Copy>(all: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = all.split_first() else { return vec![Vec::new()] };
    let with_first = |order: Vec<T>| {
        (0..=order.len()).map(move |place| [&order[..place], &[*first], &order[place..]].concat())
    };
    orders(rest).into_iter().flat_map(with_first).collect()
}

#[tokio::test]
async fn the_later_of_a_block_and_its_end_counts_in_whatever_order_they_are_told() {
    let all = [("kicked", 0), ("member", 10), ("kicked", 20), ("member", 30)];
    for (count, is_blocked) in [(2, false), (3, true), (4, false)] {
        for told in orders(&all[..count]) {
            assert_eq!(blocked_after(&told).await, is_blocked, "{told:?}");
        }
    }
    assert!(
        !blocked_after(&[("kicked", 0), ("member", 0)]).await,
        "in the same second the one that comes later"
    );
    assert!(blocked_after(&[("member", 0), ("kicked", 0)]).await);
    assert!(blocked_after(&[("kicked", 0), ("member", 0), ("kicked", 0)]).await);
}

#[tokio::test]
async fn a_block_that_a_send_had_found_is_charged_once_when_it_is_told() {
    let mut desk = Desk::new().await;
    let (bot, ann) = (desk.house.bot, desk.ann.number());
    let lines = [(1, 120, Outcome::Sent), (2, 30, Outcome::Blocked)];
    desk.house
        .write(move |tx| {
            for (campaign, minutes_ago, to) in lines {
                let campaign = CampaignId(campaign);
                recipients::insert(tx, bot, campaign, 0, &[(ann, false)])?;
                let at = Some(NOW - minutes_ago * 60_000);
                let from = Outcome::Pending;
                let change = recipients::Change { position: 0, from, to, at, message_id: None, reason: None };
                recipients::change(tx, bot, campaign, &change)?;
            }
            Ok(())
        })
        .await;
    desk.found(Reach::BlockFound).await;
    for _ in 0..2 {
        // An hour ago: after the first campaign came, and before the second did not.
        desk.member("kicked", NOON_S).await;
        assert!(desk.reachability().await.blocked);
    }
    let log = desk.house.log().await;
    let kinds = log.iter().map(|event| event.body.kind()).filter(|kind| kind.starts_with("block"));
    assert_eq!(kinds.collect::<Vec<_>>(), ["blocked", "block_told"], "one block, and once when it was");
    let read = desk.house.store.reader().read(move |tx| {
        let answers = |id| {
            let line = recipients::get(tx, bot, CampaignId(id), ann)?;
            Ok::<_, StoreError>(line.unwrap().answers)
        };
        Ok::<_, StoreError>((answers(1)?, answers(2)?))
    });
    let charged = Answers::BLOCKED_AFTER.union(Answers::WINDOW_BLOCK);
    assert_eq!(read.await.unwrap(), (charged, Answers::default()), "the refused send is counted as refused");
    desk.member("member", NOON_S + 600).await;
    assert!(!desk.reachability().await.blocked, "what the send found is over with what comes after it");
}

#[tokio::test]
async fn a_press_has_no_date_and_counts_when_it_comes() {
    let mut desk = Desk::new().await;
    desk.member("kicked", NOON_S).await;
    desk.presses().await;
    assert!(!desk.reachability().await.blocked);
    desk.member("kicked", NOON_S + 5).await;
    assert!(desk.reachability().await.blocked, "told after it");
    desk.member("member", NOON_S + 9).await;
    assert!(!desk.reachability().await.blocked);
}

#[tokio::test]
async fn a_payment_is_let_go_on_unless_the_operator_declines() {
    let mut desk = Desk::new().await;
    let query = json!({"pre_checkout_query": {"id": "55501", "from": user(), "currency": "USD",
        "total_amount": 1990, "invoice_payload": "plan-pro"}});
    let answer = |declined: Option<&str>| Answer::Payment {
        query_id: "55501".into(),
        declined: declined.map(str::to_owned),
    };
    assert_eq!(desk.take(query.clone()).await, [answer(None)]);
    let bot = desk.house.bot;
    desk.house.write(move |tx| Ok(store::bots::set_decline_payments(tx, bot, Some("Sold out"))?)).await;
    assert_eq!(desk.take(query).await, [answer(Some("Sold out"))]);
    let log = desk.house.log().await;
    let kept = log.iter().filter(|event| event.body.object() == Some("pre_checkout_query")).count();
    assert_eq!(kept, 2, "both are kept raw");
}
