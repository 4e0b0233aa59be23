//! What both databases promise.

use domain::campaign::Status;
use domain::contact::{NoChat, Reachability};
use domain::event::{Event, EventBody, Outcome};
use domain::ids::{CampaignId, ContactNumber, WorkspaceId};
use domain::message::{MessageAuthor, Outgoing};

use super::{House, bot, on_both, person};
use crate::contacts::Contact;
use crate::outbox::Lane;
use crate::{
    Attempt, Store, StoreError, WriteTx, bots, campaigns, chat_waits, contacts, events, outbox, recipients,
    segments, settings, tags,
};

on_both!(
    a_failed_piece_of_work_leaves_its_neighbours_in_the_same_commit,
    repeated_work_leaves_nothing_of_its_first_attempt_and_its_neighbours_alone,
    a_panic_in_work_that_may_repeat_is_told_to_its_caller_alone,
    a_swallowed_failure_in_work_that_may_repeat_takes_no_other_along,
    what_was_acknowledged_is_there_after_opening_again,
    a_database_serves_one_server_and_any_number_of_commands,
    a_bot_belongs_to_one_workspace_and_is_not_seen_from_another,
    readers_cannot_write,
    events_come_back_as_they_went_in,
    the_ledgers_counts_move_with_its_lines,
    lines_are_leased_together_or_not_at_all,
    people_whose_chats_wait_are_passed_over,
    a_ledger_can_be_narrowed_to_those_who_pressed_one_button,
    a_swallowed_failure_takes_its_own_work_along_and_no_other,
    text_is_ordered_by_its_bytes_and_searched_without_case_and_accents,
    two_processes_give_each_number_once_and_none_is_missing,
    two_processes_that_want_the_same_rows_in_other_orders_both_get_them,
    a_long_answer_is_walked_in_order_and_left_early,
    a_reader_sees_one_moment,
    absent_values_and_bytes_survive,
);

async fn a_failed_piece_of_work_leaves_its_neighbours_in_the_same_commit(house: &House) {
    let store = house.open();
    let good = store.write(|tx| settings::set(tx, "good", "1"));
    let bad = store.write(|tx| {
        settings::set(tx, "bad", "1")?;
        Err::<(), _>(StoreError::Duplicate("a test"))
    });
    let panics = store.write(|tx| {
        settings::set(tx, "panics", "1")?;
        assert!(settings::get(tx, "panics")?.is_none(), "on purpose");
        Ok::<_, StoreError>(())
    });
    let (good, bad, panics) = tokio::join!(good, bad, panics);
    assert_eq!(good, Ok(()));
    assert_eq!(bad, Err(StoreError::Duplicate("a test")));
    assert!(panics.unwrap_err().to_string().contains("on purpose"));
    let read = store
        .reader()
        .read(|tx| {
            Ok::<_, StoreError>((
                settings::get(tx, "good")?,
                settings::get(tx, "bad")?,
                settings::get(tx, "panics")?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(read, (Some("1".into()), None, None));
}

/// Holds the writer until `hold` is let go, so that what is handed in meanwhile makes one group.
async fn held(store: &Store) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let store = store.clone();
    let holding = tokio::spawn(async move {
        let work = move |_: &WriteTx<'_>| {
            begun.send(()).unwrap();
            held.recv().unwrap();
            Ok::<_, StoreError>(())
        };
        store.write(work).await.unwrap();
    });
    has_begun.await.unwrap();
    (let_go, holding)
}

/// Adds one to a number that is kept as a setting.
fn count_up(tx: &WriteTx<'_>, name: &str) -> Result<(), StoreError> {
    let before = settings::get(tx, name)?.map_or(0, |text| text.parse().unwrap());
    settings::set(tx, name, &(before + 1).to_string())
}

async fn read_settings<const N: usize>(store: &Store, names: [&'static str; N]) -> [Option<String>; N] {
    let read = store.reader().read(move |tx| {
        names.iter().map(|name| settings::get(tx, name)).collect::<Result<Vec<_>, StoreError>>()
    });
    read.await.unwrap().try_into().unwrap()
}

fn told(text: &str) -> Option<String> {
    Some(text.into())
}

async fn repeated_work_leaves_nothing_of_its_first_attempt_and_its_neighbours_alone(house: &House) {
    let store = house.open();
    let (let_go, holding) = held(&store).await;
    let before = store.write_repeatably(|tx, attempt| {
        count_up(tx, "before")?;
        Ok::<_, StoreError>(attempt)
    });
    let once = store.write(|tx| count_up(tx, "once"));
    let near = store.write_repeatably(|tx, attempt| {
        count_up(tx, "near")?;
        Ok::<_, StoreError>(attempt)
    });
    let bad = store.write_repeatably(|tx, _| {
        count_up(tx, "bad")?;
        Err::<(), _>(StoreError::Duplicate("a test"))
    });
    let after = store.write_repeatably(|tx, attempt| {
        count_up(tx, "after")?;
        Ok::<_, StoreError>(attempt)
    });
    let last = store.write(|tx| count_up(tx, "last"));
    let all = async {
        tokio::join!(biased; before, once, near, bad, after, last, async { let_go.send(()).unwrap() })
    };
    let (before, once, near, bad, after, last, ()) = all.await;
    holding.await.unwrap();
    assert_eq!(before, Ok(Attempt::Hopeful), "what ran once between the two lets it stand");
    assert_eq!((near, after), (Ok(Attempt::Careful), Ok(Attempt::Careful)));
    assert_eq!((once, last), (Ok(()), Ok(())));
    assert_eq!(bad, Err(StoreError::Duplicate("a test")));
    let read = read_settings(&store, ["before", "once", "near", "bad", "after", "last"]).await;
    assert_eq!(read, [told("1"), told("1"), told("1"), None, told("1"), told("1")], "each once");
}

async fn a_panic_in_work_that_may_repeat_is_told_to_its_caller_alone(house: &House) {
    let store = house.open();
    let (let_go, holding) = held(&store).await;
    let near = store.write_repeatably(|tx, _| count_up(tx, "near"));
    let panics = store.write_repeatably(|tx, _| {
        count_up(tx, "panics")?;
        assert!(settings::get(tx, "panics")?.is_none(), "on purpose");
        Ok::<_, StoreError>(())
    });
    let (near, panics, ()) = tokio::join!(biased; near, panics, async { let_go.send(()).unwrap() });
    holding.await.unwrap();
    assert_eq!(near, Ok(()));
    assert!(panics.unwrap_err().to_string().contains("on purpose"));
    assert_eq!(read_settings(&store, ["near", "panics"]).await, [told("1"), None]);
}

async fn a_swallowed_failure_in_work_that_may_repeat_takes_no_other_along(house: &House) {
    let store = house.open();
    store.write(|tx| count_up(tx, "first")).await.unwrap();
    let (let_go, holding) = held(&store).await;
    let near = store.write_repeatably(|tx, _| count_up(tx, "near"));
    let swallows = store.write_repeatably(|tx, _| {
        let refused = tx.run("INSERT INTO settings (name, value) VALUES ('first', '2')", &[]);
        assert!(refused.is_err());
        Ok::<_, StoreError>(())
    });
    let (near, _, ()) = tokio::join!(biased; near, swallows, async { let_go.send(()).unwrap() });
    holding.await.unwrap();
    assert_eq!(near, Ok(()));
    assert_eq!(read_settings(&store, ["first", "near"]).await, [told("1"), told("1")]);
}

async fn what_was_acknowledged_is_there_after_opening_again(house: &House) {
    let store = house.open();
    let workspace = store.write(|tx| bot(tx, 7)).await.unwrap().0;
    store.close().await;
    let store = house.open();
    let found = store.reader().read(move |tx| bots::list(tx, workspace)).await.unwrap();
    assert_eq!(found.iter().map(|bot| bot.telegram_id).collect::<Vec<_>>(), [7]);
}

async fn a_database_serves_one_server_and_any_number_of_commands(house: &House) {
    let store = house.open();
    let second = Store::open(&house.options).err();
    assert!(matches!(second, Some(StoreError::InUse(_) | StoreError::DatabaseInUse(_))), "{second:?}");
    let beside = house.open_beside();
    beside.write(|tx| settings::set(tx, "from", "beside")).await.unwrap();
    let seen = store.reader().read(|tx| settings::get(tx, "from")).await.unwrap();
    assert_eq!(seen.as_deref(), Some("beside"));
}

async fn a_bot_belongs_to_one_workspace_and_is_not_seen_from_another(house: &House) {
    let store = house.open();
    let (workspace, id) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let again = store.write(|tx| bot(tx, 7)).await;
    assert_eq!(again, Err(StoreError::Duplicate("this bot")));
    let other = WorkspaceId(workspace.0 + 1);
    let found = store.reader().read(move |tx| bots::get(tx, other, id)).await.unwrap();
    assert_eq!(found, None);
}

async fn readers_cannot_write(house: &House) {
    let store = house.open();
    let error = store
        .reader()
        .read(|tx| {
            let sql = "INSERT INTO settings (name, value) VALUES ('x', 'y') RETURNING 1";
            tx.row(sql, &[], |row| row.get::<i64>(0))
        })
        .await;
    let said = error.unwrap_err().to_string();
    assert!(said.contains("readonly") || said.contains("read-only"), "{said}");
}

async fn events_come_back_as_they_went_in(house: &House) {
    let store = house.open();
    let (_, bot) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let event = Event {
        number: 1,
        contact: Some(ContactNumber(4)),
        at: 99,
        body: EventBody::Button {
            object: "价格".into(),
            message_id: None,
            campaign: Some(CampaignId(3)),
            place: None,
        },
        windows: vec![CampaignId(3), CampaignId(2)],
    };
    let stored = event.clone();
    store.write(move |tx| events::append(tx, bot, &stored)).await.unwrap();
    let found = store.reader().read(move |tx| events::after(tx, bot, 0, 10)).await.unwrap();
    assert_eq!(found, [event]);
}

async fn the_ledgers_counts_move_with_its_lines(house: &House) {
    let store = house.open();
    let campaign = CampaignId(1);
    let counts = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..10).map(|n| (ContactNumber(n), n % 5 == 0)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let lease = |position| recipients::Change {
                position,
                from: Outcome::Pending,
                to: Outcome::Leased,
                at: Some(5),
                message_id: None,
                reason: None,
            };
            assert!(recipients::change(tx, bot, campaign, &lease(1))?);
            assert!(!recipients::change(tx, bot, campaign, &lease(1))?, "leased once");
            assert!(!recipients::change(tx, bot, campaign, &lease(0))?, "held out is never leased");
            let mut tally = recipients::Tally::default();
            for position in [2, 3, 3, 5] {
                tally.change(tx, bot, campaign, &lease(position))?;
            }
            let sent = recipients::Change { from: Outcome::Leased, to: Outcome::Sent, ..lease(2) };
            assert!(tally.change(tx, bot, campaign, &sent)?);
            tally.keep(tx, bot)?;
            let counted = recipients::counts(tx, bot, campaign)?;
            let mut stood = std::collections::BTreeMap::new();
            recipients::each(tx, bot, campaign, |line| *stood.entry(line.outcome).or_insert(0) += 1)?;
            assert_eq!(counted.iter().copied().collect::<std::collections::BTreeMap<_, _>>(), stood);
            assert_eq!(recipients::position_after(tx, bot, campaign, 2)?, Some(7));
            let waiting = |positions, limit| {
                let lines = recipients::waiting(tx, bot, campaign, positions, None, limit)?;
                Ok::<_, StoreError>(lines.iter().map(|line| line.position).collect::<Vec<_>>())
            };
            assert_eq!(waiting(0..10, 3)?, [0, 4, 5], "whose turn has come, held out too");
            assert_eq!(waiting(5..8, 10)?, [5, 6, 7], "in a range");
            Ok::<_, StoreError>(counted)
        })
        .await
        .unwrap();
    let stands = [(Outcome::Pending, 5), (Outcome::Leased, 2), (Outcome::Sent, 1), (Outcome::HeldOut, 2)];
    assert_eq!(counts, stands);
}

async fn lines_are_leased_together_or_not_at_all(house: &House) {
    let store = house.open();
    let campaign = CampaignId(1);
    let (leased, counts) = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..10).map(|n| (ContactNumber(n), n % 5 == 0)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let lease = |tx: &WriteTx<'_>, positions: &[i64]| {
                let mut tally = recipients::Tally::default();
                tally.lease(tx, bot, campaign, positions, 5)?;
                tally.keep(tx, bot)
            };
            lease(tx, &[1, 2, 4, 6, 7])?;
            for moved in [&[2, 3][..], &[3, 4], &[9, 10], &[5]] {
                let refused = tx.savepoint(|tx| lease(tx, moved));
                assert!(refused.is_err(), "{moved:?}: one of them does not wait");
            }
            lease(tx, &[])?;
            let leased = recipients::leased(tx, bot, campaign)?;
            Ok::<_, StoreError>((leased, recipients::counts(tx, bot, campaign)?))
        })
        .await
        .unwrap();
    let stands: Vec<_> = leased.iter().map(|line| (line.position, line.at)).collect();
    assert_eq!(stands, [1, 2, 4, 6, 7].map(|position| (position, Some(5))));
    assert_eq!(counts, [(Outcome::Pending, 3), (Outcome::Leased, 5), (Outcome::HeldOut, 2)]);
}

async fn people_whose_chats_wait_are_passed_over(house: &House) {
    let store = house.open();
    let campaign = CampaignId(1);
    let work = store.write(move |tx| {
        let (_, bot) = bot(tx, 7)?;
        for number in 0..4 {
            let reachability = Reachability { no_chat: Some(NoChat::NotStarted), ..Reachability::default() };
            contacts::insert(tx, bot, &Contact { reachability, ..person(number, "Ann") })?;
            let stored = contacts::get(tx, bot, ContactNumber(number))?;
            assert_eq!(stored.map(|row| row.reachability), Some(reachability));
            contacts::set_reachability(tx, bot, ContactNumber(number), Reachability::default())?;
            outbox::insert(
                tx,
                bot,
                ContactNumber(number),
                Lane::Flows,
                &Outgoing::plain("Hi"),
                MessageAuthor::System,
                1,
            )?;
        }
        let people: Vec<_> = (0..4).map(|number| (ContactNumber(number), false)).collect();
        recipients::insert(tx, bot, campaign, 0, &people)?;
        chat_waits::put(tx, bot, ContactNumber(0), 40, 10)?;
        chat_waits::put(tx, bot, ContactNumber(2), 30, 10)?;
        chat_waits::put(tx, bot, ContactNumber(2), 50, 10)?;
        let waiting = |at: Option<i64>| {
            let lines = recipients::waiting(tx, bot, campaign, 0..4, at, 9)?;
            let queued = outbox::waiting(tx, bot, Lane::Flows, at, 9)?;
            let lines: Vec<u32> = lines.iter().map(|line| line.contact.0).collect();
            assert_eq!(queued.iter().map(|row| row.contact.0).collect::<Vec<_>>(), lines);
            Ok::<_, StoreError>(lines)
        };
        assert_eq!(waiting(None)?, [0, 1, 2, 3]);
        assert_eq!(waiting(Some(39))?, [1, 3]);
        assert_eq!(waiting(Some(40))?, [0, 1, 3], "its time is over");
        let mut waits = chat_waits::all(tx, bot, 39)?;
        waits.sort_unstable();
        let ids =
            |number| contacts::get(tx, bot, ContactNumber(number)).map(|row| row.map(|row| row.telegram_id));
        assert_eq!(
            waits.iter().map(|(id, until)| (Some(*id), *until)).collect::<Vec<_>>(),
            [(ids(0)?, 40), (ids(2)?, 50)]
        );
        assert_eq!(chat_waits::put(tx, bot, ContactNumber(2), 9_000, 60)?, 10, "since the first refusal");
        let hour = 3_600_000;
        assert_eq!(chat_waits::put(tx, bot, ContactNumber(1), hour + 80, hour + 50)?, hour + 50);
        assert_eq!(chat_waits::all(tx, bot, 0)?.len(), 1, "those that are long over are forgotten");
        assert_eq!(
            chat_waits::put(tx, bot, ContactNumber(2), hour + 9_900, hour + 9_800)?,
            hour + 9_800,
            "after a long rest it is another's beginning"
        );
        Ok::<_, StoreError>(())
    });
    work.await.unwrap();
}

async fn a_ledger_can_be_narrowed_to_those_who_pressed_one_button(house: &House) {
    let store = house.open();
    let campaign = CampaignId(1);
    let pressed = |number, contact, button: &str, campaign| Event {
        number,
        contact: Some(ContactNumber(contact)),
        at: 5,
        body: EventBody::Button { object: button.into(), message_id: None, campaign, place: None },
        windows: vec![],
    };
    let found = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..6).map(|n| (ContactNumber(n), false)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let presses = [
                pressed(1, 4, "Yes", Some(campaign)),
                pressed(2, 4, "Yes", Some(campaign)),
                pressed(3, 1, "Yes", Some(campaign)),
                pressed(4, 2, "No", Some(campaign)),
                pressed(5, 3, "Yes", Some(CampaignId(2))),
                pressed(6, 5, "Yes", None),
            ];
            for event in &presses {
                events::append(tx, bot, event)?;
            }
            let who = |outcomes: &[Outcome], after| {
                let lines = recipients::list(tx, bot, campaign, outcomes, after, 10)?;
                Ok::<_, StoreError>(lines.iter().map(|line| line.contact.0).collect::<Vec<_>>())
            };
            let said = |contact, campaign| {
                let is = |body: &EventBody| body.object() == Some("Yes");
                events::any_charged(tx, bot, ContactNumber(contact), CampaignId(campaign), is)
            };
            assert_eq!([said(1, 1)?, said(2, 1)?, said(3, 1)?, said(3, 2)?], [true, false, false, true]);
            assert_eq!(who(&[], -1)?.len(), 6);
            assert_eq!(who(&[Outcome::Sent], -1)?, [] as [u32; 0]);
            assert_eq!(who(&[], 3)?, [4, 5], "after a position");
            who(&[Outcome::Pending], -1)
        })
        .await
        .unwrap();
    assert_eq!(found, [0, 1, 2, 3, 4, 5], "in the campaign's order, each once");
}

async fn a_swallowed_failure_takes_its_own_work_along_and_no_other(house: &House) {
    let store = house.open();
    let first = store.write(|tx| settings::set(tx, "first", "1"));
    let swallows = store.write(|tx| {
        let refused = tx.run("INSERT INTO settings (name, value) VALUES ('first', '2')", &[]);
        assert!(refused.is_err());
        Ok::<_, StoreError>(())
    });
    let last = store.write(|tx| settings::set(tx, "last", "1"));
    let (first, _, last) = tokio::join!(first, swallows, last);
    assert_eq!((first, last), (Ok(()), Ok(())));
    let read = store
        .reader()
        .read(|tx| Ok::<_, StoreError>((settings::get(tx, "first")?, settings::get(tx, "last")?)))
        .await;
    assert_eq!(read, Ok((Some("1".into()), Some("1".into()))), "what was acknowledged is there");
}

async fn text_is_ordered_by_its_bytes_and_searched_without_case_and_accents(house: &House) {
    let store = house.open();
    let (workspace, bot) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let names = ["zebra", "Äpfel", "apple", "Zoo", "_low", "éclair", "科技", "ECHO"];
    let (sorted, found) = store
        .write(move |tx| {
            for (number, name) in names.iter().enumerate() {
                tags::ensure(tx, workspace, name, 1)?;
                contacts::insert(tx, bot, &person(number as u32, *name))?;
            }
            let sorted: Vec<String> = tags::list(tx, workspace)?.into_iter().map(|tag| tag.name).collect();
            let mut found = Vec::new();
            for q in ["ZO", "É", "e", "_", "100%", "科"] {
                let mut numbers = Vec::new();
                contacts::each_in_order(tx, bot, contacts::Order::Name, None, q, |number, _| {
                    numbers.push(names[number.0 as usize]);
                    Ok(true)
                })?;
                found.push((q, numbers));
            }
            Ok::<_, StoreError>((sorted, found))
        })
        .await
        .unwrap();
    let mut by_bytes = names.map(str::to_owned);
    by_bytes.sort();
    assert_eq!(sorted, by_bytes);
    // Every script is folded: "É" finds "é", and "e" as well.
    let expected: [(&str, Vec<&str>); 6] = [
        ("ZO", vec!["Zoo"]),
        ("É", vec!["ECHO", "apple", "zebra", "Äpfel", "éclair"]),
        ("e", vec!["ECHO", "apple", "zebra", "Äpfel", "éclair"]),
        ("_", vec!["_low"]),
        ("100%", vec![]),
        ("科", vec!["科技"]),
    ];
    assert_eq!(found, expected);
}

async fn two_processes_give_each_number_once_and_none_is_missing(house: &House) {
    const ROUNDS: i64 = 60;
    let (one, other) = (house.open(), house.open_beside());
    let (_, bot) = one.write(|tx| bot(tx, 7)).await.unwrap();
    let append = async |store: &Store| {
        let mut ids = Vec::new();
        for _ in 0..ROUNDS {
            let work = move |tx: &WriteTx<'_>| {
                let number = bots::lock(tx, bot)?.ok_or(StoreError::Closed)?.next_event;
                let body =
                    EventBody::Button { object: "x".into(), message_id: None, campaign: None, place: None };
                events::append(tx, bot, &Event { number, contact: None, at: 1, body, windows: vec![] })?;
                bots::advance(tx, bot, number + 1, 0)?;
                tx.next_id("outbox")
            };
            ids.push(store.write(work).await.unwrap());
        }
        ids
    };
    let (mut ids, others) = tokio::join!(append(&one), append(&other));
    ids.extend(others);
    ids.sort_unstable();
    assert_eq!(ids, (1..=2 * ROUNDS).collect::<Vec<_>>(), "ids");
    let log = one.reader().read(move |tx| events::after(tx, bot, 0, 1_000)).await.unwrap();
    let numbers: Vec<_> = log.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=2 * ROUNDS).collect::<Vec<_>>(), "numbers of events");
}

async fn two_processes_that_want_the_same_rows_in_other_orders_both_get_them(house: &House) {
    const ROUNDS: usize = 60;
    let (one, other) = (house.open(), house.open_beside());
    let take = async |store: &Store, kinds: [&'static str; 2]| {
        for _ in 0..ROUNDS {
            let work = move |tx: &WriteTx<'_>| {
                tx.next_id(kinds[0])?;
                tx.next_id(kinds[1])
            };
            store.write(work).await.unwrap();
        }
    };
    tokio::join!(take(&one, ["tag", "flow"]), take(&other, ["flow", "tag"]));
}

async fn a_long_answer_is_walked_in_order_and_left_early(house: &House) {
    const LINES: u32 = 2_500;
    let store = house.open();
    let campaign = CampaignId(1);
    let (all, some) = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..LINES).map(|n| (ContactNumber(LINES - n), false)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let mut all = Vec::new();
            recipients::each(tx, bot, campaign, |line| all.push((line.position, line.contact.0)))?;
            let mut some = Vec::new();
            let sql = "SELECT contact FROM recipients WHERE bot_id = $1 ORDER BY position";
            tx.each(sql, &[bot.into()], |row| {
                // Another question while the answer is being read.
                let contact: ContactNumber = row.get(0)?;
                some.push(recipients::get(tx, bot, campaign, contact)?.map(|line| line.position));
                Ok(some.len() < 1_200)
            })?;
            Ok::<_, StoreError>((all, some))
        })
        .await
        .unwrap();
    let expected: Vec<_> = (0..LINES).map(|n| (i64::from(n), LINES - n)).collect();
    assert_eq!(all, expected);
    assert_eq!(some, (0..1_200).map(Some).collect::<Vec<_>>());
}

async fn a_reader_sees_one_moment(house: &House) {
    let store = house.open();
    let beside = house.open_beside();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (written, is_written) = std::sync::mpsc::channel::<()>();
    let reading = store.reader().read(move |tx| {
        let before = settings::get(tx, "x")?;
        begun.send(()).unwrap();
        is_written.recv().unwrap();
        Ok::<_, StoreError>((before, settings::get(tx, "x")?))
    });
    let writing = async {
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        beside.write(|tx| settings::set(tx, "x", "1")).await.unwrap();
        written.send(()).unwrap();
    };
    let (seen, ()) = tokio::join!(reading, writing);
    assert_eq!(seen.unwrap(), (None, None));
    let now = store.reader().read(|tx| settings::get(tx, "x")).await.unwrap();
    assert_eq!(now.as_deref(), Some("1"));
}

async fn absent_values_and_bytes_survive(house: &House) {
    let store = house.open();
    let (workspace, bot) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(4_000).collect();
    let stored = bytes.clone();
    let (part, drafts, segments, error) = store
        .write(move |tx| {
            campaigns::put_order(tx, bot, CampaignId(1), &stored)?;
            let part = campaigns::order_part(tx, bot, CampaignId(1), 250, 10)?;
            bots::set_error(tx, bot, None, 5)?;
            bots::set_error(tx, bot, Some("no answer"), 6)?;
            let error = bots::of(tx, bot)?.map(|bot| (bot.last_error, bot.last_error_at, bot.poll_offset));
            // A filter that is not given, and one that is, of one statement.
            let drafts = [None, Some(Status::Draft)].map(|status| campaigns::list(tx, bot, status, 9, 9));
            let segments = [None, Some(bot)].map(|bot| segments::list(tx, workspace, bot));
            Ok::<_, StoreError>((part, drafts, segments, error))
        })
        .await
        .unwrap();
    assert_eq!(part, bytes[250..260]);
    assert!(drafts.into_iter().all(|list| list == Ok(vec![])));
    assert!(segments.into_iter().all(|list| list == Ok(vec![])));
    assert_eq!(error, Some((Some("no answer".into()), Some(6), None)));
}
