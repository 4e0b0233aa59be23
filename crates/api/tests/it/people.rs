//! Contacts, conversations, imports and conversions over HTTP.

use std::net::SocketAddr;

use crate::house::{As, House, NOON};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use domain::conversation::{Conversation, LineOf, Speaker, Status};
use domain::ids::{BotId, CampaignId, ContactId, ContactNumber};
use engine::team::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The house with a connected bot; its id, and a program's token.
async fn with_bot() -> (House, As, i64) {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let bot = house.ask(&token, "POST", "/bots", Some(json!({"token": "5:good"}))).await;
    let id = bot.json["id"].as_i64().unwrap();
    (house, token, id)
}

fn secret(who: &As) -> &str {
    let As::Token(secret) = who else { panic!("a program is meant") };
    secret
}

async fn upload(house: &House, who: &As, bot: i64, table: &str, dry_run: bool) -> crate::house::Answer {
    upload_to(
        house,
        who,
        "/api/v1/contacts/import",
        bot,
        table.as_bytes(),
        &[("dry_run", &dry_run.to_string())],
    )
    .await
}

async fn upload_to(
    house: &House,
    who: &As,
    path: &str,
    bot: i64,
    table: &[u8],
    fields: &[(&str, &str)],
) -> crate::house::Answer {
    let mut body = Vec::new();
    let bot = bot.to_string();
    let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
    for (name, value) in
        [("file\"; filename=\"people.csv", table), ("bot_id", bot.as_bytes())].into_iter().chain(fields)
    {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", secret(who)))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    house.send(request.body(Body::from(body)).unwrap()).await
}

/// Three people: Ada spoke lately, Bob long ago, Eve never.
async fn with_people() -> (House, As, i64) {
    let (house, token, bot) = with_bot().await;
    let table = "telegram_id,first_name,tags,last_interaction,attr.plan\n\
        11,Ada,vip,2026-11-23T12:00:00Z,pro\n12,Bob,,2026-05-01T12:00:00Z,\n13,Eve,vip;兴趣-科技,,free\n";
    assert_eq!(upload(&house, &token, bot, table, false).await.json["created"], 3);
    (house, token, bot)
}

async fn list(house: &House, who: &As, bot: i64, rest: &str) -> Value {
    let answer = house.ask(who, "GET", &format!("/contacts?bot_id={bot}{rest}"), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    answer.json
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn an_upload_is_tried_and_then_taken_in() {
    let (house, token, bot) = with_bot().await;
    let table = "telegram_id,tags\n1,a\nx,a\n2,b\n";
    let dry = upload(&house, &token, bot, table, true).await;
    assert_eq!(
        (dry.status, list(&house, &token, bot, "").await["count"].as_i64()),
        (StatusCode::OK, Some(0))
    );
    let real = upload(&house, &token, bot, table, false).await;
    assert_eq!(dry.json, real.json);
    let counts = ["rows", "created", "updated", "unchanged", "rejected_count", "rejected"];
    let counts: serde_json::Map<String, Value> =
        counts.iter().map(|name| ((*name).to_owned(), real.json[*name].clone())).collect();
    assert_eq!(
        Value::Object(counts),
        json!({"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected_count": 1, "rejected":
            [{"line": 3, "column": "telegram_id", "reason": "must be a person's Telegram id: a whole number above 0"}]})
    );
    let wrong = upload(&house, &token, bot, "nobody\n1\n", false).await;
    assert_eq!((wrong.refusal(), wrong.fault()), ((422, "invalid"), ("/file", "unknown_column")));
    assert_eq!(upload(&house, &token, bot + 1, table, false).await.refusal(), (404, "not_found"));
}

#[tokio::test]
async fn lists_page_search_and_match() {
    let (house, token, bot) = with_people().await;
    let all = list(&house, &token, bot, "&order=name&limit=2").await;
    assert_eq!((all["count"].as_i64(), all["items"].as_array().unwrap().len()), (Some(3), 2));
    let next = all["next"].as_str().unwrap();
    let rest = list(&house, &token, bot, &format!("&order=name&limit=2&cursor={next}")).await;
    assert_eq!((rest["items"][0]["name"].as_str(), &rest["next"]), (Some("Eve"), &Value::Null));
    let vip = percent(r#"{"tag":{"has":"vip"}}"#);
    let vips = list(&house, &token, bot, &format!("&expression={vip}&order=first_seen")).await;
    assert_eq!(vips["count"], 2);
    let eve = &vips["items"][0];
    assert_eq!(eve["stage"]["name"], "new");
    assert_eq!(eve["tags"].as_array().unwrap().len(), 2);
    assert_eq!(
        (eve["reachable"].as_bool(), &eve["unreachable_reason"]),
        (Some(false), &json!("not_started"))
    );
    let ask =
        async |rest: &str| house.ask(&token, "GET", &format!("/contacts?bot_id={bot}{rest}"), None).await;
    assert_eq!(ask("&expression=%7B").await.fault(), ("/expression", "malformed"));
    let unknown = percent(r#"{"tag":{"has":"nope"}}"#);
    assert_eq!(ask(&format!("&expression={unknown}")).await.fault(), ("/expression/tag/has", "unknown_tag"));
    assert_eq!(ask("&cursor=x").await.fault(), ("/cursor", "bad_cursor"));
    assert_eq!(ask("&limit=501").await.fault(), ("/limit", "out_of_range"));
}

#[tokio::test]
async fn a_person_is_handed_out_and_erased() {
    let (house, token, bot) = with_people().await;
    let ada = list(&house, &token, bot, "&q=Ada").await["items"][0].clone();
    let address = format!("/contacts/{}", ada["id"]);
    let dossier = house.ask(&token, "GET", &format!("{address}/export"), None).await;
    assert_eq!(
        (&dossier.json["telegram_id"], &dossier.json["profile"]["first_name"]),
        (&ada["telegram_id"], &json!("Ada"))
    );
    assert!(dossier.json["history"].as_array().is_some_and(|lines| !lines.is_empty()));
    assert_eq!(house.ask(&token, "DELETE", &address, None).await.status, 204);
    assert_eq!(house.ask(&token, "DELETE", &address, None).await.refusal(), (404, "not_found"));
    assert_eq!(house.ask(&token, "GET", &address, None).await.refusal(), (404, "not_found"));
    assert_eq!(list(&house, &token, bot, "").await["count"], 2);
}

#[tokio::test]
async fn a_person_is_tagged_changed_explained_and_remembered() {
    let (house, token, bot) = with_people().await;
    let id = list(&house, &token, bot, "&q=Ada").await["items"][0]["id"].as_i64().unwrap();
    let tags = json!({"add": ["new one"], "remove": ["vip"]});
    let person = house.ask(&token, "POST", &format!("/contacts/{id}/tags"), Some(tags)).await;
    assert_eq!(person.json["tags"][0]["name"], "new one");
    assert_eq!(person.json["tags"][0]["origin"]["by"], "api");
    let patch = json!({"attributes": {"plan": null, "age": 36.5}, "opted_out": true});
    let person = house.ask(&token, "PATCH", &format!("/contacts/{id}"), Some(patch)).await;
    assert_eq!(person.json["attributes"], json!({"age": 36.5}));
    let keys = house.ask(&token, "GET", "/attributes", None).await.json;
    let named = |key: &str| keys["items"].as_array().unwrap().iter().any(|item| item["key"] == key);
    assert!(named("age") && named("plan"), "{keys}");
    assert_eq!(person.json["unreachable_reason"], "opted_out");
    assert_eq!(person.json["stage_explained"]["tree"]["fact"]["stage"], "active");
    let timeline = house.ask(&token, "GET", &format!("/contacts/{id}/timeline?limit=4"), None).await;
    let kinds: Vec<&str> = timeline.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["opted_out", "attributes_set", "tag_removed", "tag_added"]);
    assert!(timeline.json["next"].is_string());
    let expression = percent(r#"{"last_interaction":{"within":"7d"}}"#);
    let why =
        house.ask(&token, "GET", &format!("/contacts/{id}/explain?expression={expression}"), None).await;
    assert_eq!((why.json["matched"].as_bool(), why.json["now"].as_i64()), (Some(true), Some(NOON)));
    let missing = house.ask(&token, "GET", &format!("/contacts/{}", id + 100), None).await;
    assert_eq!(missing.refusal(), (404, "not_found"));
}

/// Ada follows a link from an address, and starts the bot through it.
async fn follow_a_link(house: &House, token: &As, bot: i64) -> Value {
    let link = json!({"code": "fb-summer", "name": "Facebook", "bots": [{"bot_id": bot}]});
    let link = house.ask(token, "POST", "/links", Some(link)).await.json;
    let request = Request::get("/l/fb-summer")
        .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
        .header(header::ACCEPT_LANGUAGE, "zh-CN,zh")
        .header("x-forwarded-for", "203.0.113.77")
        .extension(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4_000))));
    assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::FOUND);
    let workspace = house.workspace;
    let bound = house.store.write(move |tx| {
        let visits = store::visits::whole_addresses(tx, i64::MAX, 9)?;
        store::visits::bind(tx, workspace, visits[0].1, ContactNumber(0), NOON + 1)
    });
    assert!(bound.await.unwrap());
    link["id"].clone()
}

#[tokio::test]
async fn a_persons_visits_are_told_with_the_address_by_right_and_as_long_as_it_is_kept() {
    let (house, token, bot) = with_people().await;
    let link = follow_a_link(&house, &token, bot).await;
    let ada = list(&house, &token, bot, "&q=Ada").await["items"][0]["id"].clone();
    let path = format!("/contacts/{ada}/visits");
    let expected = json!({"at": NOON, "started_at": NOON + 1,
        "link": {"id": link, "code": "fb-summer", "name": "Facebook"}, "address": "203.0.113.77",
        "country": "CN", "country_by": "language", "browser": "Firefox", "os": "Linux", "device": "pc",
        "language": "zh-CN,zh", "referrer": null});
    assert_eq!(house.ask(&token, "GET", &path, None).await.json, json!({"items": [expected]}));
    let bob = list(&house, &token, bot, "&q=Bob").await["items"][0]["id"].clone();
    assert_eq!(
        house.ask(&token, "GET", &format!("/contacts/{bob}/visits"), None).await.json,
        json!({"items": []})
    );
    let team = &house.rooms.team;
    let invited = team.invite(house.workspace, "eve@example.org", "Eve", Role::Agent).await.unwrap();
    let agent = team.set_up(&invited.token, "Eve", None, "correct horse", "test").await.unwrap();
    let seen = house.ask(&As::Cookie(agent.token), "GET", &path, None).await.json["items"][0].clone();
    assert_eq!((&seen["address"], &seen["browser"]), (&Value::Null, &json!("Firefox")));
    house.clock.set(NOON + 31 * domain::time::DAY_MS);
    house.rooms.links.shorten_addresses(30).await.unwrap();
    let kept = house.ask(&token, "GET", &path, None).await.json["items"][0]["address"].clone();
    assert_eq!(kept, "203.0.113.0/24");
}

#[tokio::test]
async fn a_person_tells_their_campaigns_and_the_stages_of_their_life() {
    let (house, token, bot) = with_people().await;
    let id = list(&house, &token, bot, "&q=Ada").await["items"][0]["id"].as_i64().unwrap();
    let draft = json!({"bot_id": bot, "name": "Autumn", "audience": {"all": []}, "message": {"text": "x"}});
    let campaign = house.ask(&token, "POST", "/campaigns", Some(draft)).await.json["id"].as_i64().unwrap();
    let line = [(ContactId(id).number(), true)];
    let held = house
        .store
        .write(move |tx| store::recipients::insert(tx, BotId(bot), CampaignId(campaign), 0, &line))
        .await;
    held.unwrap();
    let told = async |what: &str| house.ask(&token, "GET", &format!("/contacts/{id}{what}"), None).await.json;
    let expected = json!({"campaign": {"id": campaign, "name": "Autumn"}, "outcome": "held_out",
        "reason": null, "at": null, "answers": []});
    assert_eq!(told("/campaigns").await, json!({"items": [expected]}));
    let (life, person) = (told("/stages").await, told("").await);
    let stages = life["items"].as_array().unwrap();
    let present = stages.iter().rfind(|stage| stage["from"].as_i64() <= life["now"].as_i64()).unwrap();
    assert_eq!((&present["id"], &present["name"]), (&person["stage"]["id"], &person["stage"]["name"]));
    assert_eq!(stages.last().unwrap()["name"], "churned", "{life}");
}

#[tokio::test]
async fn all_who_match_are_tagged_and_exported() {
    let (house, token, bot) = with_people().await;
    let body = json!({"bot_id": bot, "expression": {"tag": {"has": "vip"}}, "add": ["picked"]});
    let tagged = house.ask(&token, "POST", "/contacts/tags", Some(body)).await;
    assert_eq!(tagged.json, json!({"changed": 2}));
    let picked = percent(r#"{"tag":{"has":"picked"}}"#);
    let request = Request::get(format!("/api/v1/contacts/export?bot_id={bot}&expression={picked}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", secret(&token)));
    let response = house.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let table = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let table = String::from_utf8(table.to_vec()).unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.lines().next().unwrap().starts_with("telegram_id,"));
}

#[tokio::test]
async fn a_member_answers_in_the_inbox_and_a_token_is_nobody() {
    let (house, token, bot) = with_people().await;
    let owner = house.owner().await;
    let owner = As::Cookie(owner.token);
    let id = list(&house, &token, bot, "&q=Ada").await["items"][0]["id"].as_i64().unwrap();
    let path = |rest: &str| format!("/conversations/{id}{rest}");
    let body = Some(json!({"message": {"text": "Hi {first_name|you}"}}));
    assert_eq!(
        house.ask(&token, "POST", &path("/messages"), body.clone()).await.refusal(),
        (403, "forbidden")
    );
    let sent = house.ask(&owner, "POST", &path("/messages"), body).await;
    assert_eq!((sent.status, sent.json["text"].as_str()), (StatusCode::ACCEPTED, Some("Hi Ada")));
    assert_eq!((sent.json["state"].as_str(), sent.json["from"].as_str()), (Some("pending"), Some("agent")));
    let note = house.ask(&owner, "POST", &path("/notes"), Some(json!({"text": "likes tea"}))).await;
    assert_eq!(note.status, StatusCode::CREATED);
    let thread = house.ask(&owner, "GET", &path("/messages"), None).await;
    let texts: Vec<&str> =
        thread.json["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"Hi Ada") && texts.contains(&"likes tea"), "{texts:?}");
    let entry = sent.json["id"].as_str().unwrap();
    let again = house.ask(&owner, "POST", &path(&format!("/messages/{entry}/resend")), None).await;
    assert_eq!(again.refusal(), (409, "wrong_state"));
    let mine = house.ask(&owner, "GET", &format!("/conversations?bot_id={bot}&filter=mine"), None).await;
    assert_eq!(mine.json["counts"], json!({"mine": 1, "unassigned": 0, "open": 1, "closed": 0}));
    assert_eq!(mine.json["items"][0]["last"]["text"], "Hi Ada");
    let freed = house.ask(&owner, "POST", &path("/assign"), Some(json!({"member_id": null}))).await;
    assert_eq!((freed.status, &freed.json["assignee"]), (StatusCode::OK, &Value::Null));
    let unnamed = house.ask(&owner, "POST", &path("/assign"), Some(json!({}))).await;
    assert_eq!(unnamed.refusal(), (422, "invalid"));
    for (rest, status) in [("/close", "closed"), ("/open", "open"), ("/read", "open")] {
        assert_eq!(house.ask(&owner, "POST", &path(rest), None).await.json["status"], status);
    }
}

/// Seven of eight people wait, two since each moment.
#[tokio::test]
async fn who_waits_longest_is_first_and_each_order_has_its_own_cursors() {
    let (house, token, bot) = with_bot().await;
    let rows: String = (1..=8).map(|number| format!("{number},P{number}\n")).collect();
    let table = format!("telegram_id,first_name\n{rows}");
    assert_eq!(upload(&house, &token, bot, &table, false).await.json["created"], 8);
    let write = house.store.write(move |tx| {
        for number in 1..=8_u32 {
            let conversation = Conversation {
                contact: ContactNumber(number - 1),
                status: Status::Open,
                assignee: None,
                waiting_since: (number != 4).then(|| NOON - i64::from(number / 2)),
                unread: 1,
                last_at: NOON + i64::from(number),
                last_text: "hello".into(),
                last_from: Speaker::Person,
                line_of: LineOf::None,
            };
            store::conversations::put(tx, BotId(bot), None, &conversation)?;
        }
        Ok::<_, store::StoreError>(())
    });
    write.await.unwrap();
    let base = format!("/conversations?bot_id={bot}");
    for (order, expected) in [
        ("latest", ["P8", "P7", "P6", "P5", "P4", "P3", "P2", "P1"].as_slice()),
        ("waiting", ["P8", "P6", "P7", "P5", "P2", "P3", "P1"].as_slice()),
    ] {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{base}&order={order}&limit=3{cursor}");
            let page = house.ask(&token, "GET", &path, None).await.json;
            let items = page["items"].as_array().unwrap();
            names.extend(items.iter().map(|item| item["contact"]["name"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
            let other = if order == "latest" { "waiting" } else { "latest" };
            let foreign = house.ask(&token, "GET", &format!("{base}&order={other}{cursor}"), None).await;
            assert_eq!(foreign.fault(), ("/cursor", "bad_cursor"));
        }
        assert_eq!(names, expected, "{order}");
    }
    let plain = house.ask(&token, "GET", &base, None).await.json;
    assert_eq!(plain["items"][0]["contact"]["name"], "P8", "latest unless told");
    let unknown = house.ask(&token, "GET", &format!("{base}&order=oldest"), None).await;
    assert_eq!(unknown.fault().0, "/order");
}

#[tokio::test]
async fn conversions_come_in_by_either_id() {
    let (house, token, bot) = with_people().await;
    let by_telegram =
        json!({"bot_id": bot, "telegram_id": 13, "name": "purchase", "value": 9.5, "currency": "EUR"});
    let first = house.ask(&token, "POST", "/events", Some(by_telegram)).await;
    assert_eq!(first.status, StatusCode::ACCEPTED);
    let id = list(&house, &token, bot, "&q=Eve").await["items"][0].clone();
    assert_eq!(id["stage"]["name"], "customer");
    let again =
        house.ask(&token, "POST", "/events", Some(json!({"contact_id": id["id"], "name": "purchase"}))).await;
    assert_eq!(again.json["number"].as_i64(), first.json["number"].as_i64().map(|number| number + 1));
    for (body, path) in [
        (json!({"name": "purchase"}), "/contact_id"),
        (json!({"name": "purchase", "bot_id": bot}), "/telegram_id"),
        (json!({"name": "purchase", "contact_id": id["id"], "at": NOON + 60_001}), "/at"),
    ] {
        assert_eq!(house.ask(&token, "POST", "/events", Some(body)).await.fault().0, path);
    }
}

#[tokio::test]
async fn another_workspaces_token_reaches_none_of_it() {
    let (house, token, bot) = with_people().await;
    let id = list(&house, &token, bot, "&q=Ada").await["items"][0]["id"].as_i64().unwrap();
    let foreign =
        house.store.write(|tx| store::team::insert_workspace(tx, "Others", "UTC", 1)).await.unwrap();
    let foreign = house.token(foreign).await;
    let all = json!({"all": []});
    let asks = [
        ("GET", format!("/contacts?bot_id={bot}"), None),
        ("GET", format!("/contacts/export?bot_id={bot}"), None),
        ("GET", format!("/contacts/{id}"), None),
        ("PATCH", format!("/contacts/{id}"), Some(json!({"opted_out": true}))),
        ("POST", format!("/contacts/{id}/tags"), Some(json!({"add": ["x"]}))),
        ("POST", "/contacts/tags".into(), Some(json!({"bot_id": bot, "expression": all, "add": ["x"]}))),
        ("GET", format!("/contacts/{id}/timeline"), None),
        ("GET", format!("/conversations?bot_id={bot}"), None),
        ("GET", format!("/conversations/{id}/messages"), None),
        ("POST", format!("/conversations/{id}/assign"), Some(json!({"member_id": null}))),
        ("POST", format!("/conversations/{id}/close"), None),
        ("POST", "/events".into(), Some(json!({"contact_id": id, "name": "purchase"}))),
    ];
    let before = house.ask(&token, "GET", &format!("/contacts/{id}/timeline"), None).await.json;
    for (method, path, body) in asks {
        let answer = house.ask(&foreign, method, &path, body).await;
        assert_eq!(answer.refusal(), (404, "not_found"), "{method} {path}");
    }
    assert_eq!(house.ask(&token, "GET", &format!("/contacts/{id}/timeline"), None).await.json, before);
}

#[tokio::test]
async fn the_first_page_counts_the_people_that_the_lists_show() {
    let (house, token, bot) = with_people().await;
    let home = house.ask(&token, "GET", &format!("/home?bot_id={bot}&days=30"), None).await;
    assert_eq!(home.status, StatusCode::OK, "{}", home.json);
    assert_eq!((home.json["people"].as_u64(), home.json["reachable"].as_u64()), (Some(3), Some(2)));
    for stage in home.json["stages"].as_array().unwrap() {
        let expression = json!({"stage": {"in": [stage["name"]]}}).to_string();
        let found = list(&house, &token, bot, &format!("&expression={}", percent(&expression))).await;
        assert_eq!(found["count"], stage["count"], "{}", stage["name"]);
    }
    assert_eq!(home.json["joined"].as_array().unwrap().len(), 30);
    assert_eq!((&home.json["running"], &home.json["checklist"]), (&json!([]), &Value::Null));
    let far = house.ask(&token, "GET", &format!("/home?bot_id={bot}&days=91"), None).await;
    assert_eq!(far.fault(), ("/days", "out_of_range"));
}

#[tokio::test]
async fn a_dry_run_tells_each_columns_kind_and_the_cells_that_do_not_fit() {
    let (house, token, bot) = with_bot().await;
    let table = "telegram_id;attr.vip;attr.spent\n1;TRUE;19,90\n2;false;20,00\n3;True;n/a\n4;FALSE;7\n";
    let told = upload(&house, &token, bot, table, true).await.json;
    assert_eq!((&told["separator"], &told["encoding"]), (&json!(";"), &json!("UTF-8")));
    let misfit = json!([{"line": 4, "value": "n/a", "reason": "\"n/a\" is not a number"}]);
    assert_eq!(
        told["columns"],
        json!([
            {"name": "telegram_id", "kind": "id", "manner": null, "cells": 4, "misfit_count": 0, "misfits": []},
            {"name": "attr.vip", "kind": "bool", "manner": null, "cells": 4, "misfit_count": 0, "misfits": []},
            {"name": "attr.spent", "kind": "number", "manner": "decimal_comma", "cells": 4, "misfit_count": 1,
             "misfits": misfit},
        ])
    );
    assert_eq!(told["rejected_count"], 1);
    let as_text = [("kinds", r#"{"spent":"text"}"#)];
    let path = "/api/v1/contacts/import";
    let told = upload_to(&house, &token, path, bot, table.as_bytes(), &as_text).await.json;
    assert_eq!((&told["created"], &told["columns"][2]["kind"]), (&json!(4), &json!("text")));
    let id = list(&house, &token, bot, "").await["items"][0]["id"].as_i64().unwrap();
    let body = Some(json!({"attributes": {"vip": "perhaps"}}));
    let refused = house.ask(&token, "PATCH", &format!("/contacts/{id}"), body).await;
    assert_eq!(refused.fault(), ("/attributes/vip", "wrong_kind"), "{}", refused.json);
    let body = Some(json!({"attributes": {"vip": "FALSE", "spent": 5}}));
    let changed = house.ask(&token, "PATCH", &format!("/contacts/{id}"), body).await;
    assert_eq!(changed.json["attributes"], json!({"vip": false, "spent": "5"}));
}

#[tokio::test]
async fn a_table_of_another_encoding_is_offered_to_be_read_as_such() {
    let (house, token, bot) = with_bot().await;
    // "telegram_id,first_name\n1,Иван\n2,Ольга" in Windows-1251.
    let table = b"telegram_id,first_name\n1,\xc8\xe2\xe0\xed\n2,\xce\xeb\xfc\xe3\xe0\n";
    let path = "/api/v1/contacts/import";
    let refused = upload_to(&house, &token, path, bot, table, &[]).await;
    assert_eq!(refused.fault(), ("/file", "not_utf8"), "{}", refused.json);
    assert_eq!(refused.json["errors"][1]["path"], "/encoding");
    let label = refused.json["errors"][1]["message"].as_str().unwrap().to_owned();
    for (path, fields) in [
        (format!("{path}?encoding={label}"), vec![("dry_run", "true")]),
        (path.to_owned(), vec![("encoding", label.as_str())]),
    ] {
        let told = upload_to(&house, &token, &path, bot, table, &fields).await;
        assert_eq!((&told.json["created"], &told.json["encoding"]), (&json!(2), &json!("windows-1251")));
    }
    assert_eq!(
        list(&house, &token, bot, "&q=%D0%9E%D0%BB%D1%8C%D0%B3%D0%B0").await["items"][0]["name"],
        "Ольга"
    );
}

#[tokio::test]
async fn a_cursor_of_one_order_or_filter_is_refused_in_another() {
    let (house, token, bot) = with_people().await;
    let first = list(&house, &token, bot, "&order=name&limit=1").await;
    let cursor = first["next"].as_str().unwrap();
    let ask = async |rest: &str| {
        house.ask(&token, "GET", &format!("/contacts?bot_id={bot}&limit=1&cursor={cursor}{rest}"), None).await
    };
    assert_eq!(ask("&order=name").await.json["items"][0]["name"], "Bob");
    for other in ["", "&order=first_seen", "&order=name&q=a"] {
        let refused = ask(other).await;
        assert_eq!(refused.fault(), ("/cursor", "bad_cursor"), "{other}");
        assert!(refused.json["detail"].as_str().unwrap().contains("another order"), "{}", refused.json);
    }
}

#[tokio::test]
async fn a_draft_can_be_previewed_as_it_would_be_made() {
    let (house, token, bot) = with_people().await;
    let draft = json!({"bot_id": bot, "name": "Sale", "audience": {"all": []}, "message": {"text": "Hi"},
        "held_out_percent": 0});
    let seen = house.ask(&token, "POST", "/campaigns/preview", Some(draft)).await;
    assert_eq!((seen.status.as_u16(), &seen.json["match"]), (200, &json!(3)), "{}", seen.json);
}
