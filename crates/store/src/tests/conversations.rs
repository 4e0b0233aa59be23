//! Lists of conversations, in both orders, while people write and are answered between two pages.

use domain::conversation::{Conversation, LineOf, Speaker, Status};
use domain::ids::{BotId, ContactNumber, MemberId};
use domain::time::Millis;

use super::{House, bot, on_both, person};
use crate::conversations::{self, Filter, Order, Place};
use crate::{Store, StoreError, WriteTx, contacts};

on_both!(
    who_waits_longest_comes_first_and_who_does_not_wait_is_not_there,
    pages_of_those_who_wait_stay_in_place_while_people_write_and_are_answered,
    what_was_written_is_there_whether_or_not_the_waiting_changed,
    pages_of_the_latest_go_on_below_the_last_one,
);

const MEMBER: MemberId = MemberId(7);

fn put(tx: &WriteTx<'_>, bot: BotId, number: u32, waiting_since: Option<Millis>) -> Result<(), StoreError> {
    let conversation = Conversation {
        contact: ContactNumber(number),
        status: Status::Open,
        assignee: number.is_multiple_of(2).then_some(MEMBER),
        waiting_since,
        unread: 0,
        last_at: 1_000 - Millis::from(number / 3),
        last_text: format!("words {number}"),
        last_from: Speaker::Person,
        line_of: LineOf::Message(1),
    };
    let before = conversations::get(tx, bot, conversation.contact)?;
    conversations::put(tx, bot, before.as_ref(), &conversation)
}

/// Twelve people; who can be divided by five waits for nobody, and threes have waited since the same moment.
async fn furnished(store: &Store) -> BotId {
    let furnish = store.write(|tx| {
        let (_, bot) = bot(tx, 7)?;
        for number in 1..=12_u32 {
            contacts::insert(tx, bot, &person(number, format!("P{number}")))?;
            let since = (number % 5 != 0).then(|| 500 - Millis::from(number / 3));
            put(tx, bot, number, since)?;
        }
        Ok::<_, StoreError>(bot)
    });
    furnish.await.unwrap()
}

async fn page(
    store: &Store,
    bot: BotId,
    filter: Filter,
    q: &'static str,
    order: Order,
    after: Option<Place>,
    limit: usize,
) -> Vec<(u32, Place)> {
    let read = store.reader().read(move |tx| conversations::list(tx, bot, filter, q, order, after, limit));
    let place = |row: Conversation| {
        let at = if order == Order::Latest { Some(row.last_at) } else { row.waiting_since };
        (row.contact.0, (at.unwrap(), row.contact))
    };
    read.await.unwrap().into_iter().map(place).collect()
}

async fn numbers(store: &Store, bot: BotId, filter: Filter, q: &'static str, order: Order) -> Vec<u32> {
    page(store, bot, filter, q, order, None, 100).await.into_iter().map(|(number, _)| number).collect()
}

async fn who_waits_longest_comes_first_and_who_does_not_wait_is_not_there(house: &House) {
    let store = house.open();
    let bot = furnished(&store).await;
    let of = async |filter, q| numbers(&store, bot, filter, q, Order::Waiting).await;
    assert_eq!(of(Filter::Open, "").await, [12, 9, 11, 6, 7, 8, 3, 4, 1, 2]);
    assert_eq!(of(Filter::Mine(MEMBER), "").await, [12, 6, 8, 4, 2]);
    assert_eq!(of(Filter::Unassigned, "").await, [9, 11, 7, 3, 1]);
    assert!(of(Filter::Closed, "").await.is_empty());
    assert_eq!(of(Filter::All, "words 1").await, [12, 11, 1], "the tenth does not wait");
    assert_eq!(of(Filter::All, "p9").await, [9]);
}

async fn pages_of_those_who_wait_stay_in_place_while_people_write_and_are_answered(house: &House) {
    let store = house.open();
    let bot = furnished(&store).await;
    let whole = numbers(&store, bot, Filter::Open, "", Order::Waiting).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let rows = page(&store, bot, Filter::Open, "", Order::Waiting, after, 3).await;
        let Some((last, place)) = rows.last().copied() else { break };
        seen.extend(rows.iter().map(|(number, _)| *number));
        after = Some(place);
        // The last one seen is answered, and one who waited for nobody writes.
        let step = u32::try_from(seen.len()).unwrap();
        let meanwhile = store.write(move |tx| {
            put(tx, bot, last, None)?;
            if step == 3 { put(tx, bot, 5, Some(600)) } else { Ok(()) }
        });
        meanwhile.await.unwrap();
    }
    let expected: Vec<u32> = whole.into_iter().chain([5]).collect();
    assert_eq!(seen, expected);
}

async fn what_was_written_is_there_whether_or_not_the_waiting_changed(house: &House) {
    let store = house.open();
    let write = store.write(|tx| {
        let (_, bot) = bot(tx, 7)?;
        let contact = ContactNumber(3);
        let first = Conversation {
            contact,
            status: Status::Open,
            assignee: None,
            waiting_since: Some(5),
            unread: 1,
            last_at: 5,
            last_text: "first".into(),
            last_from: Speaker::Person,
            line_of: LineOf::Message(1),
        };
        let again = Conversation {
            assignee: Some(MEMBER),
            unread: 2,
            last_at: 6,
            last_text: "again".into(),
            line_of: LineOf::Message(2),
            ..first.clone()
        };
        let answered = Conversation {
            waiting_since: None,
            unread: 0,
            last_at: 7,
            last_text: "answer".into(),
            last_from: Speaker::Agent,
            line_of: LineOf::None,
            ..again.clone()
        };
        let closed = Conversation { status: Status::Closed, ..answered.clone() };
        // Also where what is said to be there is not.
        let mut before = Some(&first);
        for after in [&first, &again, &answered, &closed] {
            conversations::put(tx, bot, before, after)?;
            assert_eq!(conversations::get(tx, bot, contact)?.as_ref(), Some(after));
            before = Some(after);
        }
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
}

async fn pages_of_the_latest_go_on_below_the_last_one(house: &House) {
    let store = house.open();
    let bot = furnished(&store).await;
    let whole = numbers(&store, bot, Filter::All, "", Order::Latest).await;
    assert_eq!(whole, [2, 1, 5, 4, 3, 8, 7, 6, 11, 10, 9, 12]);
    for limit in [1, 2, 5] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let rows = page(&store, bot, Filter::All, "", Order::Latest, after, limit).await;
            let Some((_, place)) = rows.last().copied() else { break };
            seen.extend(rows.iter().map(|(number, _)| *number));
            after = Some(place);
        }
        assert_eq!(seen, whole, "with {limit} a page");
    }
}
