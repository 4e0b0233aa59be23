//! The inbox against a real store.

use domain::event::Outcome;
use serde_json::json;
use store::outbox;

use super::*;
use crate::journal::Reach;
use crate::test_house::{House, NOW};

fn inbox(house: &House) -> Inbox {
    Inbox::new(house.store.clone(), house.clock())
}

fn everything(filter: Filter) -> ConversationQuery {
    ConversationQuery {
        member: None,
        filter,
        q: String::new(),
        order: ConversationOrder::Latest(None),
        limit: 50,
    }
}

async fn waits(house: &House, id: ContactId, at: Millis, text: &'static str) {
    house.says(id, at, text).await;
    house
        .write(move |tx| {
            journal::append(tx, id.bot(), |journal| {
                let contact = contacts::get(tx, id.bot(), id.number())?.unwrap();
                conversation::happen(journal, &contact, Happening::Written { message: 1, text }, at)
            })
        })
        .await;
}

/// All pages of a thread, with something new happening between them.
async fn all_pages(house: &House, id: ContactId, limit: usize) -> Vec<Entry> {
    let inbox = inbox(house);
    let (mut all, mut below) = (Vec::new(), None);
    loop {
        let page = inbox.thread(house.workspace, id, below, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items);
        below = page.next;
        if below.is_none() {
            return all;
        }
        house.says(id, NOW + all.len() as i64, "meanwhile").await;
    }
}

#[tokio::test]
async fn a_reply_is_queued_recorded_and_ends_the_waiting_in_one_go() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    waits(&house, ada, NOW - 1_000, "what does it cost?").await;
    let before = house.log().await.len();
    let message = json!({"text": "Hello {first_name|friend}, 5 €", "buttons": [[{"text": "Shop", "url": "https://example.org/"}]]});
    let entry = inbox(&house).reply(house.workspace, house.agent, ada, &message).await.unwrap();
    assert_eq!(entry.text.as_deref(), Some("Hello Ada, 5 €"));
    assert_eq!(entry.state, Some(Outcome::Pending));
    assert_eq!(entry.by.name.as_deref(), Some("Adam"));
    assert_eq!(entry.buttons[0][0].url.as_deref(), Some("https://example.org/"));

    let bot = house.bot;
    let waiting = house.store.reader().read(move |tx| outbox::waiting(tx, bot, Lane::Agents, None, 10)).await;
    let waiting = waiting.unwrap();
    assert_eq!(waiting.len(), 1);
    let queued = telegram::stored_message(&waiting[0].message).unwrap();
    assert_eq!(queued.text, "Hello Ada, 5 €");
    let kinds: Vec<&str> = house.log().await[before..].iter().map(|event| event.body.kind()).collect();
    assert_eq!(kinds, ["reply", "conversation_changed"]);
    let view = inbox(&house).get(house.workspace, ada).await.unwrap();
    assert_eq!((view.conversation.waiting_since, view.conversation.unread), (None, 0));
    assert_eq!(view.assignee, Some((house.agent, Some("Adam".into()))), "who answers has it");
    assert_eq!(view.conversation.last_text, "Hello Ada, 5 €");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_leaves_nothing_behind() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let inbox = inbox(&house);
    let press = json!({"text": "Hi", "buttons": [[{"text": "Yes", "press": {"add_tags": ["a"]}}]]});
    for (message, path) in [(json!({"text": ""}), "/message/text"), (press, "/message/buttons/0/0/press")] {
        match inbox.reply(house.workspace, house.agent, ada, &message).await {
            Err(EngineError::Invalid(faults)) => assert_eq!(faults[0].path, path),
            other => panic!("{message} must be refused, not {other:?}"),
        }
    }
    house
        .write(move |tx| {
            let mut contact = contacts::get(tx, ada.bot(), ada.number())?.unwrap();
            journal::append(tx, ada.bot(), |journal| {
                journal.set_reachability(&mut contact, NOW, Reach::Blocked)
            })
        })
        .await;
    let answer = inbox.reply(house.workspace, house.agent, ada, &json!({"text": "Hi"})).await;
    assert!(matches!(answer, Err(EngineError::WrongState(_))), "{answer:?}");
    let log = house.log().await;
    assert!(log.iter().all(|event| event.body.kind() != "reply"));
}

#[tokio::test]
async fn a_thread_is_newest_first_whatever_the_order_it_was_recorded_in() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    waits(&house, ada, NOW - 5_000, "first").await;
    house.clock.set(NOW - 4_000);
    inbox(&house).reply(house.workspace, house.agent, ada, &json!({"text": "second"})).await.unwrap();
    house.clock.set(NOW - 3_000);
    inbox(&house).add_note(house.workspace, house.owner, ada, " third ").await.unwrap();
    waits(&house, ada, NOW - 2_000, "fourth").await;
    // Told late: it happened between the first and the second.
    let late = EventBody::Conversion { object: "purchase".into(), value: None, currency: None };
    house.record(ada, NOW - 4_500, late).await;
    let thread = inbox(&house).thread(house.workspace, ada, None, 50).await.unwrap();
    let shown: Vec<(&str, Option<&str>)> =
        thread.items.iter().map(|entry| (entry.kind.into_str(), entry.text.as_deref())).collect();
    assert_eq!(
        shown,
        [
            ("message", Some("fourth")),
            ("note", Some("third")),
            ("message", Some("second")),
            ("event", Some("open: Adam")),
            ("event", Some("purchase")),
            ("event", Some("open")),
            ("message", Some("first")),
        ]
    );
}

#[tokio::test]
async fn pages_of_a_thread_neither_skip_nor_repeat_while_the_person_goes_on() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    // Many things share a millisecond, and the replies' events are not shown.
    for step in 0..40_i64 {
        house.clock.set(NOW - 1_000 + step / 8);
        house.says(ada, NOW - 1_000 + step / 8, "hello").await;
        inbox(&house).reply(house.workspace, house.agent, ada, &json!({"text": "yes?"})).await.unwrap();
        if step % 10 == 0 {
            // Told late.
            let body = EventBody::Conversion { object: "x".into(), value: None, currency: None };
            house.record(ada, NOW - 1_000 + (40 - step) / 8, body).await;
        }
    }
    house.clock.set(NOW);
    let whole = inbox(&house).thread(house.workspace, ada, None, 500).await.unwrap();
    let whole: Vec<String> = whole.items.into_iter().map(|entry| entry.id).collect();
    assert_eq!(whole.len(), 85, "40 messages, 40 replies, 4 told late, and that the conversation opened");
    for limit in [1, 3, 7] {
        let paged: Vec<String> =
            all_pages(&house, ada, limit).await.into_iter().map(|entry| entry.id).collect();
        let old: Vec<String> = paged.iter().filter(|id| whole.contains(id)).cloned().collect();
        assert_eq!(old, whole, "with {limit} a page");
        let mut once = paged.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), paged.len(), "with {limit} a page");
    }
}

#[tokio::test]
async fn only_what_ended_badly_is_sent_again_and_only_to_whom_it_was_written() {
    let house = House::new().await;
    let (ada, bob) = (house.person(1, "Ada", 3).await, house.person(2, "Bob", 3).await);
    let inbox = inbox(&house);
    let entry = inbox.reply(house.workspace, house.agent, ada, &json!({"text": "Hi"})).await.unwrap();
    let again = inbox.resend(house.workspace, ada, &entry.id).await;
    assert!(matches!(again, Err(EngineError::WrongState(_))), "it waits: {again:?}");
    let row = history::outbox_row(&entry.id).unwrap();
    house
        .write(move |tx| {
            outbox::lease(tx, ada.bot(), row, NOW)?;
            outbox::settle(tx, ada.bot(), row, Outcome::Unknown, None, Some("timed out"))?;
            Ok(())
        })
        .await;
    assert_eq!(
        inbox.resend(house.workspace, bob, &entry.id).await,
        Err(EngineError::NotFound("message")),
        "it is not Bob's"
    );
    assert_eq!(
        inbox.resend(house.workspace, ada, "message-0x1").await,
        Err(EngineError::NotFound("message"))
    );
    let again = inbox.resend(house.workspace, ada, &entry.id).await.unwrap();
    assert_eq!((again.state, again.reason), (Some(Outcome::Pending), None));
}

/// The Telegram ids of a whole list, read by two; `between` does something after each page but the last.
async fn listed(
    house: &House,
    query: ConversationQuery,
    between: impl AsyncFn(&[ConversationView]),
) -> Vec<i64> {
    let (inbox, mut all, mut order) = (inbox(house), Vec::new(), query.order);
    loop {
        let page = ConversationQuery { limit: 2, order, ..query.clone() };
        let page = inbox.list(house.workspace, house.bot, page).await.unwrap();
        all.extend(page.items.iter().map(|view| view.person.telegram_id));
        let Some(next) = page.next else { return all };
        order = next;
        between(&page.items).await;
    }
}

#[tokio::test]
async fn those_who_wait_are_listed_longest_first_while_they_write_and_are_answered() {
    let house = House::new().await;
    for number in 0..7_i64 {
        let id = house.person(100 + number, &format!("P{number}"), 3).await;
        waits(&house, id, NOW - 10_000 + number / 2, "hello").await;
        // Who goes on writing waits since the first words.
        waits(&house, id, NOW - 10 - number, "are you there?").await;
    }
    let late = house.person(200, "Late", 3).await;
    let query = ConversationQuery { order: ConversationOrder::Waiting(None), ..everything(Filter::Open) };
    let pages = listed(&house, query.clone(), async |page| {
        inbox(&house)
            .reply(house.workspace, house.agent, page[1].person.id, &json!({"text": "Hi"}))
            .await
            .unwrap();
        waits(&house, page[0].person.id, NOW, "still here").await;
        if page[0].person.telegram_id == 100 {
            waits(&house, late, NOW, "hello").await;
        }
    });
    assert_eq!(pages.await, [100, 101, 102, 103, 104, 105, 106, 200]);
    assert_eq!(listed(&house, query, async |_| ()).await, [100, 102, 104, 106, 200]);
}

#[tokio::test]
async fn filters_counts_and_pages_of_the_list_agree() {
    let house = House::new().await;
    let inbox = inbox(&house);
    let mut ids = Vec::new();
    for number in 0..7_i64 {
        let id = house.person(100 + number, &format!("P{number}"), 3).await;
        // Two at each moment.
        waits(&house, id, NOW - 10_000 + number / 2, "hello").await;
        ids.push(id);
    }
    inbox.assign(house.workspace, ids[0], Some(house.agent)).await.unwrap();
    inbox.close(house.workspace, ids[1]).await.unwrap();
    let query = ConversationQuery { member: Some(house.agent), ..everything(Filter::All) };
    let all = inbox.list(house.workspace, house.bot, query.clone()).await.unwrap();
    assert_eq!(all.counts, ConversationCounts { mine: 1, unassigned: 5, open: 6, closed: 1 });
    let order: Vec<i64> = all.items.iter().map(|view| view.person.telegram_id).collect();
    assert_eq!(order, [106, 105, 104, 103, 102, 101, 100]);

    assert_eq!(listed(&house, query.clone(), async |_| ()).await, order);
    let mine = inbox.list(house.workspace, house.bot, everything(Filter::Mine(house.agent))).await.unwrap();
    assert_eq!(mine.items.len(), 1);
    let found = ConversationQuery { q: "P3".into(), ..everything(Filter::All) };
    let found = inbox.list(house.workspace, house.bot, found).await.unwrap();
    assert_eq!(found.items[0].person.id, ids[3]);
}

#[tokio::test]
async fn the_index_follows_what_members_do_to_a_conversation() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let inbox = inbox(&house);
    let contacts = crate::contacts::Contacts::new(
        house.store.clone(),
        house.secrets.clone(),
        house.clock(),
        house.people.clone(),
    );
    let count = async |expression: Value| {
        let query = crate::contacts::ListQuery {
            expression: Some(expression),
            q: String::new(),
            order: crate::contacts::Order::Recent,
            after: None,
            limit: 1,
        };
        contacts.list(house.workspace, house.bot, query).await.unwrap().count
    };
    let open = json!({"conversation": {"status": "open"}});
    let adams = json!({"conversation": {"assignee": house.agent}});
    assert_eq!((count(open.clone()).await, count(adams.clone()).await), (0, 0));
    inbox.open(house.workspace, ada).await.unwrap();
    inbox.assign(house.workspace, ada, Some(house.agent)).await.unwrap();
    assert_eq!((count(open.clone()).await, count(adams.clone()).await), (1, 1));
    let before = house.log().await.len();
    inbox.read(house.workspace, ada).await.unwrap();
    inbox.open(house.workspace, ada).await.unwrap();
    assert_eq!(house.log().await.len(), before, "nothing changed, so nothing happened");
    inbox.close(house.workspace, ada).await.unwrap();
    assert_eq!((count(open).await, count(adams).await), (0, 1));
}

#[tokio::test]
async fn another_workspace_reaches_nothing() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 3).await;
    let (other, _, stranger) = house.neighbour().await;
    let inbox = inbox(&house);
    let before = house.log().await;
    let gone = Some(EngineError::NotFound("contact"));
    assert_eq!(inbox.get(other, ada).await.err(), gone);
    assert_eq!(inbox.thread(other, ada, None, 10).await.err(), gone);
    assert_eq!(inbox.reply(other, stranger, ada, &json!({"text": "Hi"})).await.err(), gone);
    assert_eq!(inbox.assign(other, ada, None).await.err(), gone);
    assert_eq!(inbox.close(other, ada).await.err(), gone);
    assert_eq!(inbox.add_note(other, stranger, ada, "note").await.err(), gone);
    let bot = inbox.list(other, house.bot, everything(Filter::All)).await;
    assert_eq!(bot.err(), Some(EngineError::NotFound("bot")));
    let foreign = inbox.assign(house.workspace, ada, Some(stranger)).await;
    assert_eq!(foreign.err(), Some(EngineError::NotFound("member")));
    assert_eq!(house.log().await, before);
}
