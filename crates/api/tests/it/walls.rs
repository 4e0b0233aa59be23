//! **No** row of one workspace is reachable from another: every route of the document is tried with another
//! workspace's ids, as its owner in a browser and as its program.

use std::collections::BTreeMap;

use crate::house::{As, House};
use serde_json::{Value, json};

/// In every name and text of the first workspace: where it shows in the other's answers, a wall has a hole.
const MARK: &str = "lanternfish";

/// Ids of the first workspace, by what stands for them in a path or a body.
type Ids = BTreeMap<&'static str, i64>;

async fn make(house: &House, who: &As, path: &str, body: Value) -> Value {
    let answer = house.ask(who, "POST", path, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.json);
    answer.json
}

async fn make_id(house: &House, who: &As, path: &str, body: Value) -> i64 {
    make(house, who, path, body).await["id"].as_i64().unwrap()
}

fn message() -> Value {
    json!({"text": MARK, "buttons": [[{"text": "Yes", "press": {"add_tags": [MARK]}}]]})
}

fn link(bot: i64) -> Value {
    json!({"name": MARK, "channel": MARK, "tags": [MARK], "bots": [{"bot_id": bot}]})
}

fn graph() -> Value {
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
        "m": {"type": "message", "message": {"text": MARK}, "next": null}}})
}

/// One of everything in the first workspace.
async fn furnish(house: &House, owner: &As) -> Ids {
    let bot = make_id(house, owner, "/bots", json!({"token": "5:good"})).await;
    import(house, owner, bot).await;
    let people = house.ask(owner, "GET", &format!("/contacts?bot_id={bot}"), None).await;
    let contact = people.json["items"][0]["id"].as_i64().unwrap();
    let everyone = json!({"all": []});
    let campaign = json!({"bot_id": bot, "name": MARK, "audience": everyone, "message": message()});
    let segment = json!({"bot_id": bot, "name": MARK, "expression": everyone});
    let flow = json!({"bot_id": bot, "name": MARK, "graph": graph()});
    let named = json!({"name": MARK, "message": message()});
    let invited = json!({"email": "bob@lanternfish.example", "name": MARK, "role": "agent"});
    let reply = format!("/conversations/{contact}/messages");
    let entry = make(house, owner, &reply, json!({"message": {"text": MARK}})).await["id"].clone();
    make(house, owner, &format!("/conversations/{contact}/notes"), json!({"text": MARK})).await;
    let tags = house.ask(owner, "GET", "/tags", None).await;
    let sessions = house.ask(owner, "GET", "/sessions", None).await;
    let media = house.rooms.media.upload(house.workspace, MARK, MARK.into()).await.unwrap();
    BTreeMap::from([
        ("bots", bot),
        ("contacts", contact),
        ("conversations", contact),
        ("entry", entry.as_str().unwrap().strip_prefix("message-").unwrap().parse().unwrap()),
        ("media", media.file.id.0),
        ("campaigns", make_id(house, owner, "/campaigns", campaign).await),
        ("segments", make_id(house, owner, "/segments", segment).await),
        ("flows", make_id(house, owner, "/flows", flow).await),
        ("templates", make_id(house, owner, "/templates", named.clone()).await),
        ("canned", make_id(house, owner, "/canned", named).await),
        ("links", make_id(house, owner, "/links", link(bot)).await),
        ("tokens", make_id(house, owner, "/tokens", json!({"name": MARK})).await),
        ("members", make(house, owner, "/members", invited).await["member"]["id"].as_i64().unwrap()),
        ("tags", tags.json["items"][0]["id"].as_i64().unwrap()),
        ("second tag", make_id(house, owner, "/tags", json!({"name": format!("{MARK} 2")})).await),
        ("sessions", sessions.json["items"][0]["id"].as_i64().unwrap()),
    ])
}

/// Brings somebody of the first workspace in.
async fn import(house: &House, who: &As, bot: i64) -> u16 {
    house.import(who, bot, &format!("telegram_id,first_name,tags\n77,{MARK},{MARK}\n")).await
}

/// A good body for a route, pointing at the first workspace wherever it points at anything. `None` for a route
/// without a body. A route that is not known here fails the test: give it a line.
fn body_of(route: &str, ids: &Ids) -> Option<Value> {
    let bot = ids["bots"];
    let everyone = json!({"all": []});
    let campaign = json!({"bot_id": bot, "name": "x", "audience": everyone, "message": {"text": "x"}});
    let stage = json!([{"name": "all", "color": "gray", "expression": everyone}]);
    Some(match route {
        "POST /attributes/unify" => json!({"key": MARK, "kind": "text"}),
        "PATCH /bots/{id}" => json!({"status": "stopped"}),
        "PUT /bots/{id}/testers" => json!({"contacts": [ids["contacts"]]}),
        "POST /campaigns" | "POST /campaigns/preview" => campaign,
        "PATCH /campaigns/{id}" => json!({"name": "x", "version": 1}),
        "POST /campaigns/{id}/start" => json!({}),
        "POST /campaigns/{id}/test" => json!({"contacts": [ids["contacts"]]}),
        "POST /campaigns/{id}/resolve" => json!({"decision": "leave"}),
        "POST /contacts/tags" => json!({"bot_id": bot, "expression": everyone, "add": ["x"], "remove": []}),
        "PATCH /contacts/{id}" => json!({"opted_out": true}),
        "POST /contacts/{id}/tags" => json!({"add": ["x"], "remove": [MARK]}),
        "POST /conversations/{id}/assign" => json!({"member_id": null}),
        "POST /conversations/{id}/messages" => json!({"message": {"text": "x"}}),
        "POST /conversations/{id}/notes" => json!({"text": "x"}),
        "POST /events" => json!({"contact_id": ids["contacts"], "name": "purchase"}),
        "POST /flows" => json!({"bot_id": bot, "name": "x", "graph": graph()}),
        "PATCH /flows/{id}" => json!({"name": "x", "edit_version": 1}),
        "POST /links" => link(bot),
        "PATCH /links/{id}" => json!({"name": "x", "archived": true}),
        "POST /members/me/telegram" => json!({"bot_id": bot}),
        "PATCH /members/{id}" => json!({"role": "owner"}),
        "POST /segments" => json!({"bot_id": bot, "name": "x", "expression": everyone}),
        "POST /segments/preview" => json!({"bot_id": bot, "expression": everyone}),
        "PATCH /segments/{id}" => json!({"name": "x", "version": 1}),
        "POST /stages/preview" => json!({"bot_id": bot, "stages": stage}),
        "PATCH /tags/{id}" => json!({"name": "x"}),
        "POST /tags/{id}/merge" => json!({"into": ids["second tag"]}),
        "PATCH /templates/{id}" => json!({"name": "x"}),
        "POST /templates" => json!({"name": "x", "from_campaign": ids["campaigns"]}),
        _ => return None,
    })
}

/// Routes that name nothing of anybody: they may do their work, in the asker's own workspace.
const OWN: [&str; 29] = [
    "GET /attributes",
    "GET /bots",
    "GET /canned",
    "GET /media",
    "GET /members",
    "GET /segments",
    "GET /session",
    "GET /sessions",
    "GET /stages",
    "GET /tags",
    "GET /templates",
    "GET /tokens",
    "GET /workspace/phrases",
    "GET /workspace/retention",
    "POST /bots",
    "POST /canned",
    "POST /media",
    "POST /members",
    "POST /messages/read",
    "POST /tags",
    "POST /tokens",
    "POST /workspace/retention/preview",
    "PUT /stages",
    "PUT /workspace/phrases",
    "PUT /workspace/retention",
    "PATCH /workspace",
    "DELETE /session",
    "POST /session",
    "POST /setup/{token}",
];

/// A good body of a route that creates something in the asker's own workspace.
fn own_body(route: &str) -> Option<Value> {
    Some(match route {
        // Another workspace's bot: it stays there.
        "POST /bots" => json!({"token": "5:good"}),
        "POST /canned" => json!({"name": "x", "message": {"text": "x"}}),
        // No form: refused before anything is read.
        "POST /media" => json!({}),
        "POST /members" => json!({"email": "bob@lanternfish.example", "name": "x", "role": "agent"}),
        "POST /messages/read" => json!({"texts": [{"text": "x"}]}),
        "POST /tags" => json!({"name": "x"}),
        "POST /tokens" => json!({"name": "x"}),
        "PUT /stages" => {
            json!({"stages": [{"name": "all", "color": "gray", "expression": {"all": []}}], "version": 1})
        }
        "PATCH /workspace" => json!({"name": "x"}),
        "POST /workspace/retention/preview" => {
            json!({"texts_days": 3, "raw_days": 3, "visits_days": 3, "notes_days": 3})
        }
        "PUT /workspace/phrases" => {
            let english = json!({"language": "en", "stop_words": ["stop"], "stopped": "Stopped.", "back": "Go on",
                "bound": "Connected."});
            json!({"languages": [english], "version": 0})
        }
        "PUT /workspace/retention" => {
            json!({"texts_days": 3, "raw_days": 3, "visits_days": 3, "notes_days": 3, "version": 0})
        }
        _ => return None,
    })
}

/// The path of a route with the first workspace's ids in it.
fn address(path: &str, operation: &Value, ids: &Ids) -> String {
    let resource = path.split('/').nth(1).unwrap();
    let mut address = path.to_owned();
    if address.contains("{id}") {
        address = address.replace("{id}", &ids[resource].to_string());
    }
    address = address
        .replace("{entry}", &format!("message-{}", ids["entry"]))
        .replace("{token}", "none")
        .replace("{event}", "1");
    let mut separator = '?';
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let value = match parameter["name"].as_str().unwrap() {
            "bot_id" => ids["bots"].to_string(),
            "expression" => "%7B%22all%22%3A%5B%5D%7D".to_owned(),
            "from_stage" => "1".to_owned(),
            "to_stage" => "2".to_owned(),
            _ => continue,
        };
        address.push_str(&format!("{separator}{}={value}", parameter["name"].as_str().unwrap()));
        separator = '&';
    }
    address
}

/// Method, path and operation of every route of the document, below the base.
pub fn routes() -> Vec<(String, String, Value)> {
    let document: Value = serde_json::from_str(&api::openapi().to_json().unwrap()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(api::BASE).unwrap();
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.to_owned(), operation.clone()));
        }
    }
    all
}

/// Everything that the first workspace can read of itself.
async fn whole(house: &House, owner: &As, ids: &Ids) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for (method, path, operation) in routes() {
        if method == "GET" && path != "/live" {
            let address = address(&path, &operation, ids);
            all.insert(address.clone(), house.ask(owner, "GET", &address, None).await.json);
        }
    }
    assert!(all.len() > 25 && json!(all).to_string().contains(MARK));
    all
}

async fn other_workspace(house: &House) -> [As; 2] {
    let team = &house.rooms.team;
    let workspace = team.create_workspace("Other", "UTC").await.unwrap();
    let link = team.owner_token(workspace).await.unwrap().unwrap();
    let eve = team.set_up(&link, "Eve", Some("eve@example.org"), "correct horse", "").await.unwrap();
    [As::Cookie(eve.token), house.token(workspace).await]
}

#[tokio::test]
async fn no_route_reaches_another_workspace() {
    let house = House::build().await;
    let owner = As::Cookie(house.owner().await.token);
    let ids = furnish(&house, &owner).await;
    let before = whole(&house, &owner, &ids).await;
    for intruder in other_workspace(&house).await {
        for (method, path, operation) in routes() {
            let route = format!("{method} {path}");
            if ["DELETE /session", "POST /session"].contains(&route.as_str()) {
                continue; // one's own cookie alone
            }
            if route == "POST /contacts/import" {
                assert_eq!(import(&house, &intruder, ids["bots"]).await, 404, "{route}");
                continue;
            }
            let takes_body = operation.get("requestBody").is_some();
            let body = body_of(&route, &ids).or_else(|| own_body(&route));
            assert!(
                body.is_some() || !takes_body || route == "POST /setup/{token}",
                "{route} is new: give it a body"
            );
            let address = address(&path, &operation, &ids);
            let answer = house.ask(&intruder, &method, &address, body).await;
            let status = answer.status.as_u16();
            let names_theirs = !OWN.contains(&route.as_str()) || address.contains("bot_id=");
            if names_theirs {
                let (_, code) = answer.fault();
                let refused = [403, 404].contains(&status) || (status == 422 && code.starts_with("unknown_"));
                assert!(refused, "{route} answered {status} {}", answer.json);
            }
            assert!(status < 500, "{route} answered {status} {}", answer.json);
            assert!(!answer.json.to_string().contains(MARK), "{route} shows {}", answer.json);
        }
    }
    let after = whole(&house, &owner, &ids).await;
    for (address, was) in &before {
        assert_eq!(was, &after[address], "{address} was changed from outside");
    }
}

#[tokio::test]
async fn an_expression_cannot_ask_for_another_workspaces_things() {
    let house = House::build().await;
    let owner = As::Cookie(house.owner().await.token);
    let ids = furnish(&house, &owner).await;
    let [eve, _] = other_workspace(&house).await;
    let bot = make_id(&house, &eve, "/bots", json!({"token": "6:good"})).await;
    for (expression, path, code) in [
        (json!({"segment": {"id": ids["segments"]}}), "/expression/segment/id", "unknown_segment"),
        (
            json!({"campaign": {"id": ids["campaigns"], "outcome": "sent"}}),
            "/expression/campaign/id",
            "unknown_campaign",
        ),
        (json!({"tag": {"has": MARK}}), "/expression/tag/has", "unknown_tag"),
    ] {
        let order = json!({"bot_id": bot, "expression": expression});
        let answer = house.ask(&eve, "POST", "/segments/preview", Some(order)).await;
        assert_eq!(answer.fault(), (path, code), "{}", answer.json);
    }
    let contact = ids["contacts"];
    let answer = house.ask(&eve, "GET", &format!("/contacts?bot_id={bot}"), None).await;
    assert_eq!((answer.json["count"].as_i64(), contact > 0), (Some(0), true));
}
