use domain::event::EventBody;

use super::*;
use crate::test_house::{House, NOW};

async fn open(house: &House, live: &Live, last: Option<i64>) -> Feed {
    let reader = house.store.reader().clone();
    Feed::open(live.clone(), reader, house.workspace, house.bot, last).await.unwrap()
}

/// The numbers that a feed tells next.
async fn numbers(feed: &mut Feed, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        match feed.next().await {
            Some(Told::Change(change)) => numbers.push(change.number),
            other => panic!("{other:?} after {numbers:?}"),
        }
    }
    numbers
}

#[tokio::test]
async fn what_is_committed_before_anybody_follows_the_bot_is_told() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let live = Live::default();
    let mut feed = open(&house, &live, None).await;
    for at in 0..3 {
        house.says(ada, NOW + at, "Hello").await;
    }
    // Nobody follows the bot: only the log tells.
    assert_eq!(numbers(&mut feed, 3).await, [2, 3, 4]);
    // A follower that begins with the fifth event never tells of it, and tells of the sixth.
    house.says(ada, NOW + 3, "Hello").await;
    let number = house.says(ada, NOW + 4, "Hello").await;
    let event = house.log().await.pop().unwrap();
    assert_eq!(event.number, number);
    live.tell(Change::of(house.workspace, house.bot, &event));
    assert_eq!(numbers(&mut feed, 2).await, [5, 6]);
    // Told a second time, it is no news.
    live.tell(Change::of(house.workspace, house.bot, &event));
    house.record(ada, NOW + 5, EventBody::Unblocked { told: true }).await;
    assert_eq!(numbers(&mut feed, 1).await, [7]);
}

#[tokio::test]
async fn a_feed_goes_on_where_it_ended() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    for at in 0..5 {
        house.says(ada, NOW + at, "Hello").await;
    }
    let live = Live::default();
    assert_eq!(numbers(&mut open(&house, &live, Some(2)).await, 4).await, [3, 4, 5, 6]);
    // A number that this log never had is of another one.
    let mut strange = open(&house, &live, Some(600)).await;
    assert_eq!(strange.next().await, Some(Told::Reset));
    house.says(ada, NOW + 9, "Hello").await;
    assert_eq!(numbers(&mut strange, 1).await, [7]);
    live.close();
    assert_eq!(strange.next().await, None);
}

#[tokio::test]
async fn who_missed_too_much_starts_over_and_hears_what_follows() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let live = Live::default();
    let mut feed = open(&house, &live, None).await;
    let bot = house.bot;
    house
        .write(move |tx| {
            crate::journal::append(tx, bot, |journal| {
                for _ in 0..=READ_MAX {
                    journal.record(Some(ada.number()), NOW, EventBody::Unblocked { told: true })?;
                }
                Ok(())
            })
        })
        .await;
    assert_eq!(feed.next().await, Some(Told::Reset));
    let next = house.says(ada, NOW, "Hello").await;
    assert_eq!(numbers(&mut feed, 1).await, [next]);
}

#[tokio::test]
async fn another_workspaces_bot_is_not_there() {
    let house = House::new().await;
    let (other, _, _) = house.neighbour().await;
    let opened = Feed::open(Live::default(), house.store.reader().clone(), other, house.bot, None).await;
    assert!(matches!(opened, Err(EngineError::NotFound("bot"))));
}
