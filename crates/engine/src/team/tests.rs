//! The team over a real database.

use std::sync::Arc;

use domain::ids::{BotId, ContactNumber};
use store::{Store, StoreOptions, bots, stages};

use super::*;
use crate::{EngineError, ManualClock, telegram_binding};

struct House {
    team: Team,
    clock: Arc<ManualClock>,
    store: Store,
    _folder: tempfile::TempDir,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
    let clock = Arc::new(ManualClock::new(1_795_000_000_000));
    let team = Team::new(store.clone(), clock.clone());
    House { team, clock, store, _folder: folder }
}

async fn house_with_owner() -> (House, SignedIn) {
    let house = house();
    let workspace = house.team.ensure_workspace().await.unwrap();
    let token = house.team.owner_token(workspace).await.unwrap().unwrap();
    let owner =
        house.team.set_up(&token, "Ada", Some(" ADA@example.org"), "correct horse", "test").await.unwrap();
    (house, owner)
}

#[tokio::test]
async fn the_first_start_makes_one_workspace_with_stages() {
    let house = house();
    let first = house.team.ensure_workspace().await.unwrap();
    assert_eq!(house.team.ensure_workspace().await.unwrap(), first);
    let names = house.store.reader().read(move |tx| stages::list(tx, first)).await.unwrap();
    let names: Vec<&str> = names.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["churned", "customer", "new", "active", "cooling"]);
}

#[tokio::test]
async fn the_owners_link_makes_one_owner_only() {
    let house = house();
    let workspace = house.team.ensure_workspace().await.unwrap();
    let first = house.team.owner_token(workspace).await.unwrap().unwrap();
    let second = house.team.owner_token(workspace).await.unwrap().unwrap();
    let short = house.team.set_up(&first, "Ada", Some("ada@example.org"), "short", "").await;
    assert!(matches!(short, Err(EngineError::Invalid(errors)) if errors[0].path == "/password"));
    house.team.set_up(&first, "Ada", Some("ada@example.org"), "correct horse", "").await.unwrap();
    for dead in [first, second] {
        let again = house.team.set_up(&dead, "Eve", Some("eve@example.org"), "correct horse", "").await;
        assert!(matches!(again, Err(EngineError::NotFound(_))));
    }
    assert_eq!(house.team.owner_token(workspace).await.unwrap(), None);
}

#[tokio::test]
async fn an_owners_link_grows_old() {
    let house = house();
    let workspace = house.team.ensure_workspace().await.unwrap();
    let token = house.team.owner_token(workspace).await.unwrap().unwrap();
    house.clock.set(1_795_000_000_000 + 86_400_000);
    assert!(matches!(house.team.open_link(&token).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn signing_in_and_out() {
    let (house, owner) = house_with_owner().await;
    let team = &house.team;
    let session = team.sign_in("Ada@Example.org ", "correct horse", "::1", "Firefox").await.unwrap();
    assert_ne!(session.token, owner.token);
    let caller = team.caller_by_session(&session.token).await.unwrap();
    assert_eq!((caller.member, caller.rights), (Some(owner.member), Role::Owner.rights()));
    assert_eq!(team.sessions(owner.workspace, owner.member).await.unwrap().len(), 2);
    team.end_session(owner.workspace, owner.member, session.session).await.unwrap();
    let ended = team.caller_by_session(&session.token).await;
    assert!(matches!(ended, Err(EngineError::Unauthenticated(_))));
    assert!(team.caller_by_session(&owner.token).await.is_ok(), "the other browser stays signed in");
}

#[tokio::test]
async fn a_session_lives_while_it_is_seen() {
    let (house, owner) = house_with_owner().await;
    let begun = 1_795_000_000_000;
    house.clock.set(begun + SESSION_LIFETIME_MS - 1);
    assert!(house.team.caller_by_session(&owner.token).await.is_ok());
    house.clock.set(begun + 2 * SESSION_LIFETIME_MS - 1);
    assert!(house.team.caller_by_session(&owner.token).await.is_ok());
    house.clock.set(begun + 3 * SESSION_LIFETIME_MS);
    assert!(house.team.caller_by_session(&owner.token).await.is_err());
}

#[tokio::test]
async fn ten_failures_close_the_door_for_the_address_and_the_network() {
    let (house, _) = house_with_owner().await;
    for _ in 0..10 {
        let wrong = house.team.sign_in("ada@example.org", "wrong", "10.0.0.1", "").await;
        assert!(matches!(wrong, Err(EngineError::Unauthenticated(_))));
    }
    let right = house.team.sign_in("ada@example.org", "correct horse", "10.0.0.2", "").await;
    assert!(matches!(right, Err(EngineError::TooManyTries { retry_after_s: 900 })));
    let other = house.team.sign_in("bob@example.org", "x", "10.0.0.1", "").await;
    assert!(matches!(other, Err(EngineError::TooManyTries { .. })));
    house.clock.set(1_795_000_000_000 + 15 * 60_000);
    assert!(house.team.sign_in("ada@example.org", "correct horse", "10.0.0.2", "").await.is_ok());
}

#[tokio::test]
async fn an_invited_member_has_the_role_and_the_last_owner_stays() {
    let (house, owner) = house_with_owner().await;
    let team = &house.team;
    let invitation = team.invite(owner.workspace, "bob@example.org", "Bob", Role::Agent).await.unwrap();
    assert!(invitation.member.invited);
    let unborn = team.sign_in("bob@example.org", "correct horse", "", "").await;
    assert!(matches!(unborn, Err(EngineError::Unauthenticated(_))));
    let twice = team.invite(owner.workspace, "BOB@example.org", "Bob", Role::Agent).await;
    assert!(matches!(twice, Err(EngineError::Conflict { .. })));
    assert_eq!(team.open_link(&invitation.token).await.unwrap().email.as_deref(), Some("bob@example.org"));
    let bob = team.set_up(&invitation.token, "Bob", None, "battery staple", "").await.unwrap();
    assert_eq!(team.caller_by_session(&bob.token).await.unwrap().rights, Role::Agent.rights());
    let demoted = team.update_member(owner.workspace, owner.member, None, Some(Role::Agent)).await;
    assert!(matches!(demoted, Err(EngineError::WrongState(_))));
    let removed = team.remove_member(owner.workspace, owner.member).await;
    assert!(matches!(removed, Err(EngineError::WrongState(_))));
    team.update_member(owner.workspace, bob.member, None, Some(Role::Owner)).await.unwrap();
    team.remove_member(owner.workspace, owner.member).await.unwrap();
    assert!(team.caller_by_session(&owner.token).await.is_err(), "a removed member's sessions end");
}

#[tokio::test]
async fn tokens_are_shown_once_and_ended_at_once() {
    let (house, owner) = house_with_owner().await;
    let made = house.team.create_token(owner.workspace, "ci").await.unwrap();
    assert!(made.token.starts_with("mst_"));
    let caller = house.team.caller_by_token(&made.token).await.unwrap();
    assert_eq!(
        (caller.workspace, caller.rights, caller.member),
        (owner.workspace, Role::Owner.rights(), None)
    );
    assert!(house.team.tokens(owner.workspace).await.unwrap()[0].used_at.is_some());
    let elsewhere = house.team.create_workspace("Other", "UTC").await.unwrap();
    assert!(house.team.delete_token(elsewhere, made.id).await.is_err());
    house.team.delete_token(owner.workspace, made.id).await.unwrap();
    assert!(house.team.caller_by_token(&made.token).await.is_err());
}

#[tokio::test]
async fn a_code_binds_the_account_that_opens_it_with_the_right_bot() {
    let (house, owner) = house_with_owner().await;
    let bot = house
        .store
        .write(move |tx| {
            let new = bots::NewBot {
                telegram_id: 5,
                username: "shop_bot",
                name: "Shop",
                token_sealed: b"x",
                bulk_per_second: None,
                now: 1,
            };
            bots::insert(tx, owner.workspace, &new)
        })
        .await
        .unwrap();
    let link = house.team.telegram_link(owner.workspace, owner.member, bot).await.unwrap();
    assert!(link.link.starts_with("https://t.me/shop_bot?start=me_"));
    let payload = format!("me_{}", link.code);
    assert!(payload.len() <= 64, "Telegram takes payloads of 64 characters");
    let open = |bot: BotId| {
        let (store, payload) = (house.store.clone(), payload.clone());
        async move {
            let consume = move |tx: &store::WriteTx<'_>| {
                telegram_binding::consume(tx, bot, ContactNumber(3), &payload, 1_795_000_000_001)
            };
            store.write(consume).await.unwrap()
        }
    };
    assert_eq!(open(BotId(bot.0 + 1)).await, None);
    assert_eq!(open(bot).await, Some(owner.member));
    assert_eq!(open(bot).await, None, "it works once");
}

#[tokio::test]
async fn a_time_zone_must_exist() {
    let (house, owner) = house_with_owner().await;
    let bad = house.team.update_workspace(owner.workspace, None, Some("Mars/Olympus")).await;
    assert!(matches!(bad, Err(EngineError::Invalid(errors)) if errors[0].path == "/time_zone"));
    let good =
        house.team.update_workspace(owner.workspace, Some("Shop"), Some("Asia/Shanghai")).await.unwrap();
    assert_eq!((good.name.as_str(), good.time_zone.as_str()), ("Shop", "Asia/Shanghai"));
}

#[tokio::test]
async fn the_index_follows_a_changed_time_zone() {
    let house = crate::test_house::House::new().await;
    let team = Team::new(house.store.clone(), house.clock());
    assert_eq!(house.people.latest(house.bot).await.unwrap().zone(), chrono_tz::Tz::UTC);
    team.update_workspace(house.workspace, None, Some("Asia/Shanghai")).await.unwrap();
    assert_eq!(house.people.latest(house.bot).await.unwrap().zone(), chrono_tz::Tz::Asia__Shanghai);
}
