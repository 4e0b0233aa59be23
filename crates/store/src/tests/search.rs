//! Searches fold every script, on both databases alike, also in what was written before they did; and names have one
//! normal form.

use domain::conversation::{Conversation, LineOf, Speaker, Status};
use domain::ids::{BotId, ContactNumber};

use super::{House, bot, on_both, person};
use crate::conversations::{self, Filter, Order};
use crate::{Store, StoreError, contacts, search, tags};

on_both!(
    a_search_finds_every_case_and_accent_and_takes_a_username,
    what_was_written_before_is_found_too,
    a_tag_is_one_however_it_is_spelled,
    an_attribute_keeps_its_first_spelling,
    every_word_is_found_in_any_order,
);

const NAMES: [&str; 4] = ["Иван", "José Łódź", "王小明", "100% sure"];

/// A bot with people of these names, each with a conversation whose last line is of their number.
async fn furnished(store: &Store, names: &'static [&'static str], line: fn(u32) -> String) -> BotId {
    let furnish = store.write(move |tx| {
        let (_, bot) = bot(tx, 7)?;
        for (number, name) in (0..).zip(names) {
            let mut one = person(number, *name);
            one.profile.username = Some(format!("User_{number}"));
            contacts::insert(tx, bot, &one)?;
            let conversation = Conversation {
                contact: one.number,
                status: Status::Open,
                assignee: None,
                waiting_since: None,
                unread: 0,
                last_at: i64::from(number),
                last_text: line(number),
                last_from: Speaker::Person,
                line_of: LineOf::None,
            };
            conversations::put(tx, bot, None, &conversation)?;
        }
        Ok::<_, StoreError>(bot)
    });
    furnish.await.unwrap()
}

async fn people(store: &Store, bot: BotId, q: &'static str) -> Vec<u32> {
    let read = store.reader().read(move |tx| {
        let mut found = Vec::new();
        contacts::each_in_order(tx, bot, contacts::Order::Name, None, q, |number, _| {
            found.push(number.0);
            Ok(true)
        })?;
        found.sort_unstable();
        Ok::<_, StoreError>(found)
    });
    read.await.unwrap()
}

async fn talks(store: &Store, bot: BotId, q: &'static str) -> usize {
    let list =
        move |tx: &crate::ReadTx<'_>| conversations::list(tx, bot, Filter::All, q, Order::Latest, None, 50);
    store.reader().read(list).await.unwrap().len()
}

async fn check(store: &Store, bot: BotId) {
    for (q, found) in [
        ("иван", vec![0]),
        ("ИВАН", vec![0]),
        ("jose", vec![1]),
        ("LODZ", vec![1]),
        ("小明", vec![2]),
        ("@user_2", vec![2]),
        ("user_3", vec![3]),
        ("100%", vec![3]),
        ("1_0", vec![]),
        ("1003", vec![3]),
    ] {
        assert_eq!(people(store, bot, q).await, found, "{q}");
    }
    assert_eq!(talks(store, bot, "grosse").await, 4);
    assert_eq!(talks(store, bot, "@User_1").await, 1);
}

async fn a_search_finds_every_case_and_accent_and_takes_a_username(house: &House) {
    let store = house.open();
    let bot = furnished(&store, &NAMES, |number| format!("Große Frage {number}")).await;
    check(&store, bot).await;
    let renamed = store.write(move |tx| {
        let mut one = contacts::get(tx, bot, ContactNumber(0))?.unwrap();
        one.profile.first_name = Some("Ольга".into());
        contacts::set_profile(tx, bot, &one)
    });
    renamed.await.unwrap();
    assert_eq!(people(&store, bot, "ольга").await, [0]);
    assert!(people(&store, bot, "иван").await.is_empty());
}

async fn what_was_written_before_is_found_too(house: &House) {
    let store = house.open();
    let bot = furnished(&store, &NAMES, |number| format!("Große Frage {number}")).await;
    let undone = store.write(|tx| {
        tx.run("UPDATE contacts SET search = ''", &[])?;
        tx.run("UPDATE conversations SET search = ''", &[])
    });
    undone.await.unwrap();
    assert!(people(&store, bot, "иван").await.is_empty());
    store.write(search::fill).await.unwrap();
    check(&store, bot).await;
}

async fn a_tag_is_one_however_it_is_spelled(house: &House) {
    let store = house.open();
    let work = store.write(|tx| {
        let (workspace, _) = bot(tx, 7)?;
        let first = tags::ensure(tx, workspace, "Café", 1)?;
        for spelling in ["Cafe\u{301}", " café", "CAFÉ", "Ca\u{200b}fé"] {
            assert_eq!(tags::ensure(tx, workspace, spelling, 1)?, first, "{spelling:?}");
        }
        assert_ne!(tags::ensure(tx, workspace, "Cafe", 1)?, first);
        assert_eq!(tags::get(tx, workspace, first)?.unwrap().name, "Café", "the first spelling is shown");
        let taken = tags::insert(tx, workspace, "CAFÉ", None, "", 1);
        assert_eq!(taken, Err(StoreError::Duplicate("a tag of this name")));
        // Two from before names had a normal form: each is found by its own spelling, a new one by the first.
        tx.run("UPDATE tags SET name = 'café' WHERE name = 'Cafe'", &[])?;
        assert_ne!(tags::by_name(tx, workspace, "café")?, Some(first));
        assert_eq!(tags::by_name(tx, workspace, "cAFÉ")?, Some(first));
        Ok::<_, StoreError>(())
    });
    work.await.unwrap();
}

async fn an_attribute_keeps_its_first_spelling(house: &House) {
    let store = house.open();
    let work = store.write(|tx| {
        let (workspace, _) = bot(tx, 7)?;
        assert_eq!(tags::attribute_spelling(tx, workspace, "Plan\u{200b}")?, "Plan");
        tags::know_attribute(tx, workspace, "Plan", domain::cells::Kind::Text)?;
        assert_eq!(tags::attribute_spelling(tx, workspace, "plan")?, "Plan");
        assert_eq!(tags::attribute_spelling(tx, workspace, "plans")?, "plans");
        Ok::<_, StoreError>(())
    });
    work.await.unwrap();
}

const WORDED: [&str; 7] =
    ["Ivan Petrov", "伟 张", "小明 张", "カ\u{3099}フ\u{3099}リエル", "สมชาย ใจดี", "민수 김", "Ann, Lee"];

async fn every_word_is_found_in_any_order(house: &House) {
    let store = house.open();
    let bot = furnished(&store, &WORDED, |number| format!("我要退款 order {number}")).await;
    for (q, found) in [
        ("Petrov Ivan", vec![0]),
        ("petrov,  ivan", vec![0]),
        ("ＰＥＴＲＯＶ\u{3000}ivan", vec![0]),
        ("Petrov Anna", vec![]),
        ("张 伟", vec![1]),
        ("张伟", vec![1]),
        ("小明 张", vec![2]),
        ("张小明", vec![2]),
        ("张", vec![1, 2]),
        ("ｶﾞﾌﾞﾘｴﾙ", vec![3]),
        ("ガブ", vec![3]),
        ("ใจดี สมชาย", vec![4]),
        ("김민수", vec![5]),
        ("lee ann", vec![6]),
        (",", vec![6]),
        ("1001 ivan", vec![]),
        ("1001", vec![1]),
    ] {
        assert_eq!(people(&store, bot, q).await, found, "{q}");
    }
    for (q, count) in [
        ("退款", 7),
        ("order 退款", 7),
        ("退款 petrov ivan", 1),
        ("款退", 0),
        ("refund ivan", 0),
        ("张伟 退款", 1),
    ] {
        assert_eq!(talks(&store, bot, q).await, count, "{q}");
    }
}
