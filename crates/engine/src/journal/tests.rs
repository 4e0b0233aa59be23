use domain::ids::ContactId;
use domain::time::DAY_MS;
use store::recipients::Recipient;

use super::*;
use crate::test_house::{House, NOW};

const CAMPAIGN: CampaignId = CampaignId(1);
const HOUR_MS: i64 = DAY_MS / 24;

/// A line of a campaign whose call began an hour before [`NOW`] and ended with this outcome.
async fn called(house: &House, id: ContactId, outcome: Outcome) {
    let bot = house.bot;
    house
        .write(move |tx| {
            recipients::insert(tx, bot, CAMPAIGN, 0, &[(id.number(), false)])?;
            let change = recipients::Change {
                position: 0,
                from: Outcome::Pending,
                to: outcome,
                at: Some(NOW - HOUR_MS),
                message_id: None,
                reason: None,
            };
            recipients::change(tx, bot, CAMPAIGN, &change)?;
            Ok(())
        })
        .await;
}

async fn line(house: &House, id: ContactId) -> Recipient {
    let bot = house.bot;
    let read = house.store.reader().read(move |tx| recipients::get(tx, bot, CAMPAIGN, id.number()));
    read.await.unwrap().unwrap()
}

#[tokio::test]
async fn a_reply_to_a_send_of_unknown_fate_counts_and_proves_that_it_arrived() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    called(&house, ada, Outcome::Unknown).await;
    let number = house.says(ada, NOW, "Yes please").await;
    let found = line(&house, ada).await;
    assert_eq!((found.outcome, found.at), (Outcome::Sent, Some(NOW - HOUR_MS)));
    assert!(found.answers.intersects(Answers::REPLIED));
    let log = house.log().await;
    let [.., proof, reply] = &log[..] else { panic!("{log:?}") };
    assert_eq!(reply.number, number);
    assert_eq!(reply.body.campaign(), Some(CAMPAIGN));
    let changes = vec![OutcomeChange { contact: ada.number(), outcome: Outcome::Sent, at: NOW - HOUR_MS }];
    assert_eq!(proof.body, EventBody::Outcomes { campaign: CAMPAIGN, changes }, "the index learns it first");
}

#[tokio::test]
async fn nothing_else_proves_that_a_send_of_unknown_fate_arrived() {
    for body in [
        EventBody::OptedOut { charged: None },
        EventBody::Blocked { charged: None, found: false },
        EventBody::Start { payload: None, message_id: 5 },
    ] {
        let house = House::new().await;
        let ada = house.person(1, "Ada", 3).await;
        called(&house, ada, Outcome::Unknown).await;
        house.record(ada, NOW, body).await;
        assert_eq!(line(&house, ada).await.outcome, Outcome::Unknown);
    }
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    called(&house, ada, Outcome::Unknown).await;
    house.says(ada, NOW + DAY_MS, "Too late to be an answer").await;
    assert_eq!(line(&house, ada).await.outcome, Outcome::Unknown);
}

#[tokio::test]
async fn a_failed_send_is_proved_by_no_reply() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    called(&house, ada, Outcome::Failed).await;
    house.says(ada, NOW, "Hello").await;
    let found = line(&house, ada).await;
    assert_eq!(found.outcome, Outcome::Failed);
    assert!(!found.answers.intersects(Answers::REPLIED));
}
