//! Links over HTTP: made, opened by the world, and counted.

use std::net::SocketAddr;

use crate::house::{As, House};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use domain::event::Outcome;
use domain::ids::{BotId, CampaignId, ContactId, ContactNumber};
use domain::message::{ButtonWire, OutgoingButton, StoredMessage};
use domain::recipient::Answers;
use engine::imports::{ImportNote, ImportOptions};
use engine::tokens::Click;
use serde_json::{Value, json};
use store::recipients;
use tower::ServiceExt;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn open(
    house: &House,
    method: &str,
    path: &str,
    agent: &str,
    forwarded: &str,
) -> (u16, HeaderMap, String) {
    open_with(house, method, path, agent, ("x-forwarded-for", forwarded)).await
}

async fn open_with(
    house: &House,
    method: &str,
    path: &str,
    agent: &str,
    said: (&str, &str),
) -> (u16, HeaderMap, String) {
    let peer: SocketAddr = "10.0.0.1:4000".parse().unwrap();
    let request = Request::builder().method(method).uri(path).header(header::USER_AGENT, agent);
    let request = request.header(said.0, said.1).header(header::ACCEPT_LANGUAGE, "zh-CN,zh");
    let request = request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap();
    let (parts, body) = house.app.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    (parts.status.as_u16(), parts.headers, text)
}

async fn furnish(house: &House) -> (As, i64) {
    let owner = As::Cookie(house.owner().await.token);
    let bot = house.ask(&owner, "POST", "/bots", Some(json!({"token": "5:good"}))).await;
    (owner, bot.json["id"].as_i64().unwrap())
}

async fn make(house: &House, owner: &As, bot: i64) -> Value {
    let body = json!({"code": "fb-summer", "name": "Facebook", "channel": "Facebook ads",
        "utm": {"source": "facebook"}, "tags": ["Summer"], "bots": [{"bot_id": bot}]});
    let made = house.ask(owner, "POST", "/links", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.json);
    made.json
}

#[tokio::test]
async fn a_visit_is_recorded_and_led_on_and_others_are_apart() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    let link = make(&house, &owner, bot).await;
    assert_eq!(link["url"], "https://muster.example.org/l/fb-summer");
    let (status, headers, _) =
        open(&house, "GET", "/l/fb-summer?utm_campaign=june&x=%E4%B8%AD", BROWSER, "1.2.3.4, 203.0.113.77")
            .await;
    assert_eq!(status, 302);
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let to = headers[header::LOCATION].to_str().unwrap();
    let payload = to.strip_prefix("https://t.me/bot_5?start=").unwrap();
    assert!(payload.len() <= 64, "{payload}");
    for (method, agent) in
        [("HEAD", BROWSER), ("GET", "TelegramBot (like TwitterBot)"), ("GET", "bingbot/2.0")]
    {
        assert_eq!(open(&house, method, "/l/fb-summer", agent, "").await.0, 302, "{agent}");
    }
    let listed = house.ask(&owner, "GET", &format!("/links?bot_id={bot}"), None).await.json;
    let item = &listed["items"][0];
    assert_eq!(item["funnel"]["visits"], 1, "{item}");
    assert_eq!(item["apart"], json!({"previewers": 1, "crawlers": 1, "head": 1}));
    let addresses =
        house.store.reader().read(|tx| store::visits::whole_addresses(tx, i64::MAX, 9)).await.unwrap();
    assert!(addresses.iter().any(|(_, _, address)| address == "203.0.113.77"), "{addresses:?}");
    let page = format!("/links/{}/funnel?bot_id={bot}&days=7&by=utm_campaign", link["id"]);
    let page = house.ask(&owner, "GET", &page, None).await.json;
    assert_eq!((page["days"].as_array().unwrap().len(), &page["days"][0]["visits"]), (7, &json!(1)));
    assert_eq!(page["values"][0]["value"], "june");
}

/// What people type and paste: a domain of another script, an emoji in the path, Chinese in the query.
const WRITTEN: [(&str, &str); 4] = [
    ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
    ("https://example.org/🎁/gift", "https://example.org/%F0%9F%8E%81/gift"),
    (
        "https://example.org/s?q=科技&p=1#顶部",
        "https://example.org/s?q=%E7%A7%91%E6%8A%80&p=1#%E9%A1%B6%E9%83%A8",
    ),
    ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
];

/// Where each tracked button of a test send leads through, in the message's order.
async fn tracked(house: &House, owner: &As, bot: i64) -> Vec<String> {
    let number = ContactNumber(0);
    let contact = ContactId::new(BotId(bot), number);
    let buttons: Vec<Value> = WRITTEN.iter().map(|(url, _)| json!([{"text": "Read", "url": url}])).collect();
    let new = json!({"bot_id": bot, "name": "Links", "audience": {"all": []},
        "message": {"text": "Hi", "buttons": buttons}});
    let made = house.ask(owner, "POST", "/campaigns", Some(new)).await.json;
    let mut committed = house.store.committed();
    let lines = async || {
        let read = house
            .store
            .reader()
            .read(move |tx| store::outbox::of_contact(tx, BotId(bot), number, i64::MAX, 9));
        read.await.unwrap()
    };
    let sent = json!({"contacts": [contact.0]});
    let path = format!("/campaigns/{}/test", made["id"]);
    let queued = async {
        while lines().await.is_empty() {
            committed.changed().await.unwrap();
        }
    };
    // Nobody sends here: what is wanted is there once it is queued.
    tokio::select! {
        answer = house.ask(owner, "POST", &path, Some(sent)) => assert_eq!(answer.status, 200, "{}", answer.json),
        () = queued => {}
    }
    let StoredMessage::Current(message) = lines().await.remove(0).message else {
        panic!("it was just written")
    };
    let through = |row: &Vec<OutgoingButton>| match &row[0].wire {
        ButtonWire::Url(url) => url.strip_prefix("https://muster.example.org").unwrap().to_owned(),
        ButtonWire::Press(data) => panic!("a link is meant: {data}"),
    };
    message.buttons.iter().map(through).collect()
}

/// Somebody who can be sent a test.
async fn bring_ann(house: &House, bot: i64) {
    let table = std::io::Cursor::new("telegram_id,first_name\n7,Ann\n");
    let (options, watcher) = (ImportOptions::default(), Box::new(|_: ImportNote<'_>| {}));
    house.rooms.imports.import(house.workspace, BotId(bot), table, options, watcher).await.unwrap();
}

#[tokio::test]
async fn a_location_is_ascii_whatever_is_written() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    make(&house, &owner, bot).await;
    bring_ann(&house, bot).await;
    let paths = tracked(&house, &owner, bot).await;
    assert_eq!(paths.len(), WRITTEN.len());
    for (path, (written, expected)) in paths.iter().zip(WRITTEN) {
        let (status, headers, _) = open(&house, "GET", path, BROWSER, "").await;
        assert_eq!((status, headers[header::LOCATION].as_bytes()), (302, expected.as_bytes()), "{written}");
    }
    let query = "?utm_campaign=%E5%A4%8F&x=%F0%9F%8E%81";
    let (status, headers, _) = open(&house, "GET", &format!("/l/fb-summer{query}"), BROWSER, "").await;
    assert_eq!((status, headers[header::LOCATION].as_bytes().is_ascii()), (302, true));
}

#[tokio::test]
async fn what_leads_nowhere_gets_a_friendly_page() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    let link = make(&house, &owner, bot).await;
    let path = format!("/links/{}", link["id"]);
    let archived = house.ask(&owner, "PATCH", &path, Some(json!({"archived": true}))).await;
    assert_eq!(archived.json["archived_at"], crate::house::NOON);
    for code in ["fb-summer", "never-was", "%00"] {
        let (status, headers, text) = open(&house, "GET", &format!("/l/{code}"), BROWSER, "").await;
        assert_eq!(status, 404, "{code}");
        assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
        assert!(text.contains("此链接已失效"), "{text}");
    }
    house.ask(&owner, "PATCH", &path, Some(json!({"archived": false}))).await;
    assert_eq!(open(&house, "GET", "/l/fb-summer", BROWSER, "").await.0, 302);
}

#[tokio::test]
async fn faults_of_a_link_name_their_fields() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    make(&house, &owner, bot).await;
    let good = json!({"code": "x", "name": "x", "bots": [{"bot_id": bot}]});
    for (field, value, path, code) in [
        ("code", json!("no good"), "/code", "invalid"),
        ("code", json!("fb-summer"), "/code", "taken"),
        ("name", json!(" "), "/name", "required"),
        ("bots", json!([]), "/bots", "required"),
        ("bots", json!([{"bot_id": bot, "weight": 0}]), "/bots/0/weight", "out_of_range"),
        ("bots", json!([{"bot_id": 99}]), "/bots/0/bot_id", "unknown_bot"),
        ("utm", json!({"sauce": "x"}), "/utm/sauce", "unknown_field"),
        ("tags", json!(["ok", ""]), "/tags/1", "required"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = house.ask(&owner, "POST", "/links", Some(body)).await;
        assert_eq!(answer.fault(), (path, code), "{}", answer.json);
    }
}

/// What browsers say of a page that nobody has asked for yet.
const AHEAD: [(&str, &str); 4] = [
    ("sec-purpose", "prefetch;prerender"),
    ("purpose", "prefetch"),
    ("x-moz", "prefetch"),
    ("x-purpose", "preview"),
];

#[tokio::test]
async fn who_looks_ahead_is_led_on_and_counted_apart() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    make(&house, &owner, bot).await;
    for said in AHEAD {
        assert_eq!(open_with(&house, "GET", "/l/fb-summer", BROWSER, said).await.0, 302, "{said:?}");
    }
    let listed = house.ask(&owner, "GET", &format!("/links?bot_id={bot}"), None).await.json;
    let item = &listed["items"][0];
    assert_eq!((&item["funnel"]["visits"], &item["apart"]["previewers"]), (&json!(0), &json!(4)), "{item}");
}

#[tokio::test]
async fn a_tracked_link_leads_on_in_every_case_and_for_who_looks_ahead() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    make(&house, &owner, bot).await;
    bring_ann(&house, bot).await;
    let path = tracked(&house, &owner, bot).await.remove(0);
    for said in AHEAD {
        assert_eq!(open_with(&house, "GET", &path, BROWSER, said).await.0, 302, "{said:?}");
    }
    let upper = path.replacen("/c/", "/C/", 1);
    for path in [path, upper] {
        let (status, headers, _) = open(&house, "GET", &path, BROWSER, "").await;
        assert_eq!((status, headers[header::LOCATION].as_bytes()), (302, WRITTEN[0].1.as_bytes()), "{path}");
    }
}

#[tokio::test]
async fn what_chat_clients_and_people_make_of_a_code_leads_on() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    make(&house, &owner, bot).await;
    for path in [
        "/l/fb-summer/",
        "/l/fb-summer.",
        "/l/fb-summer).",
        "/l/FB-Summer",
        "/L/FB-SUMMER!",
        "/l/fb-summer%E3%80%82",
        "/l/fb-summer_",
    ] {
        assert_eq!(open(&house, "GET", path, BROWSER, "").await.0, 302, "{path}");
    }
    let body = json!({"code": "FB-summer", "name": "Other", "bots": [{"bot_id": bot}]});
    let other = house.ask(&owner, "POST", "/links", Some(body)).await;
    assert_eq!(other.status, 201, "{}", other.json);
    open(&house, "GET", "/l/FB-summer.", BROWSER, "").await;
    let listed = house.ask(&owner, "GET", &format!("/links?bot_id={bot}"), None).await.json;
    let visits: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().map(|item| &item["funnel"]["visits"]).collect();
    assert_eq!(visits, [1, 7], "a link of exactly this code comes first");
}

#[tokio::test]
async fn beside_a_public_address_lies_a_plain_page() {
    let house = House::build().await;
    for path in [
        "/l",
        "/l/",
        "/L",
        "/l/x/y",
        "/l/x/",
        "/c",
        "/c/",
        "/c/x",
        "/c/x/y",
        "/C",
        "/C/",
        "/C/x",
        "/C/x/y",
        "/telegram",
        "/telegram/",
        "/telegram/x/y",
        "/l/%FF",
    ] {
        let (status, _, text) = open(&house, "GET", path, BROWSER, "").await;
        assert_eq!(status, 404, "{path}");
        assert!(text.contains("此链接已失效"), "{path}: {text}");
    }
}

#[tokio::test]
async fn who_looks_ahead_at_a_recipients_link_follows_nothing_and_the_recipient_does() {
    let house = House::build().await;
    let (owner, bot) = furnish(&house).await;
    bring_ann(&house, bot).await;
    let new = json!({"bot_id": bot, "name": "Links", "audience": {"all": []},
        "message": {"text": "Hi", "buttons": [[{"text": "Read", "url": "https://example.org/a"}]]}});
    let made = house.ask(&owner, "POST", "/campaigns", Some(new)).await.json;
    let (bot, campaign) = (BotId(bot), CampaignId(made["id"].as_i64().unwrap()));
    let contact = ContactNumber(0);
    let sent = house.store.write(move |tx| {
        recipients::insert(tx, bot, campaign, 0, &[(contact, false)])?;
        let (from, to) = (Outcome::Pending, Outcome::Sent);
        let change =
            recipients::Change { position: 0, from, to, at: Some(1), message_id: Some(9), reason: None };
        recipients::change(tx, bot, campaign, &change)
    });
    assert!(sent.await.unwrap());
    let click = Click { bot, contact, campaign, row: 0, column: 0, test: false };
    let path = format!("/c/{}", click.token(&house.secrets));
    let clicks = async || {
        let read = house.store.reader().read(move |tx| store::events::after(tx, bot, 0, 1_000));
        let events = read.await.unwrap();
        events.into_iter().filter(|event| event.body.kind() == "click").count()
    };
    for said in AHEAD {
        let (status, headers, _) = open_with(&house, "GET", &path, BROWSER, said).await;
        assert_eq!(
            (status, headers[header::LOCATION].as_bytes()),
            (302, &b"https://example.org/a"[..]),
            "{said:?}"
        );
    }
    assert_eq!(open(&house, "HEAD", &path, BROWSER, "").await.0, 302);
    assert_eq!(clicks().await, 0, "nobody has followed it");
    assert_eq!(open(&house, "GET", &path, BROWSER, "").await.0, 302);
    assert_eq!(clicks().await, 1);
    let line = house.store.reader().read(move |tx| recipients::get(tx, bot, campaign, contact)).await;
    assert!(line.unwrap().unwrap().answers.intersects(Answers::FOLLOWED));
}
