//! Files both ways: uploaded once, sent by id from then on, refused by their bytes; and pictures that people send.

use engine::clock::{Clock, SystemClock};
use sandbox::{FileKind, Upload, WorldConfig};
use serde_json::{Value, json};
use testkit::{TestApp, until};

const PEOPLE: usize = 12;

fn still_world() -> WorldConfig {
    WorldConfig { people: PEOPLE as u32, lively: false, flood_limits: false, ..WorldConfig::default() }
}

/// The head of a PNG, followed by something that makes it another file.
fn png(width: u32, height: u32, more: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    bytes.extend(more);
    bytes
}

async fn upload(app: &TestApp, name: &str, bytes: &[u8]) -> (u16, Value) {
    app.api.upload("/media", name, bytes).await
}

async fn everyone_started(app: &TestApp) -> Vec<i64> {
    let people: Vec<i64> = app.sandbox.world.lock().person_ids().collect();
    for id in &people {
        app.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
    }
    let known = async || {
        let found = app.api.get(&format!("/contacts?bot_id={}&limit=500", app.bot)).await;
        (found["items"].as_array()?.len() == PEOPLE).then_some(())
    };
    until("everybody to be known", 30, known).await;
    people
}

fn received(app: &TestApp, person: i64) -> Vec<Value> {
    app.sandbox.truth_of(person)["received"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_campaign_uploads_its_photo_once_and_everyone_gets_it() {
    let app = TestApp::start(still_world()).await;
    let people = everyone_started(&app).await;
    let picture = png(640, 480, &[7; 200_000]);
    let (status, file) = upload(&app, "autumn.png", &picture).await;
    assert_eq!(
        (status, &file["content_type"], &file["width"]),
        (201, &json!("image/png"), &json!(640)),
        "{file}"
    );
    assert_eq!(file["kinds"], json!(["photo", "document"]));
    let (_, again) = upload(&app, "the same.png", &picture).await;
    assert_eq!(again["id"], file["id"], "the same bytes are stored once");
    let message = json!({"text": "<b>New</b> for {first_name|you}", "format": "html",
        "media": {"kind": "photo", "media_id": file["id"]},
        "buttons": [[{"text": "More", "press": {"add_tags": ["Wants more"], "reply": "Soon."}}]]});
    let new = json!({"bot_id": app.bot, "name": "Photo", "audience": {"all": []}, "message": message});
    let campaign = app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    app.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
    let done = app.campaign_at(campaign, "done", None).await;
    assert_eq!(done["counts"]["sent"], PEOPLE as i64, "{done}");
    let mut files = Vec::new();
    for person in &people {
        let got = received(&app, *person);
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(got[0]["text"].as_str().unwrap().starts_with("New for "), "{got:?}");
        assert_eq!(
            (&got[0]["media"]["kind"], &got[0]["buttons"][0]["text"]),
            (&json!("photo"), &json!("More"))
        );
        files.push(got[0]["media"]["file_id"].as_str().unwrap().to_owned());
    }
    files.dedup();
    assert_eq!(files.len(), 1, "one upload, then its id");
    app.sandbox.press(people[0], "New for", "More");
    let answered = async || (!app.sandbox.received(people[0], "Soon.").is_empty()).then_some(());
    until("the press on a photo's button to be answered", 20, answered).await;
    app.finish().await;
}

#[tokio::test]
async fn an_agent_replies_with_a_document_and_sees_what_people_send() {
    let app = TestApp::start(still_world()).await;
    let person = everyone_started(&app).await[0];
    let photo = png(320, 200, b"from a person");
    let sent = Upload { name: Some("p.png".into()), content_type: None, bytes: photo.clone().into() };
    let now = SystemClock.now();
    app.sandbox.world.lock().person_send(person, FileKind::Photo, &sent, "look at this", now).unwrap();
    let contact = app.contact(person).await["id"].as_i64().unwrap();
    let path = format!("/conversations/{contact}/messages");
    let shown = async || {
        let thread = app.api.get(&path).await;
        let items = thread["items"].as_array()?.clone();
        items.into_iter().find(|entry| entry["media"]["kind"] == "photo")
    };
    let (entry, _) = until("the photo in the thread", 20, shown).await;
    assert_eq!((&entry["text"], &entry["content"]), (&json!("look at this"), &json!("photo")));
    let url = entry["media"]["url"].as_str().unwrap().trim_start_matches("/api/v1").to_owned();
    let (kind, bytes) = app.api.fetch(&url).await;
    assert_eq!((kind.as_str(), bytes), ("image/png", photo));
    let strange =
        app.api.try_ask("GET", &format!("/conversations/{contact}/files/999999"), None).await.unwrap();
    assert_eq!(strange.0, 404);
    app.finish().await;
}

#[tokio::test]
async fn files_that_telegram_would_refuse_are_refused_here_by_their_field() {
    let app = TestApp::start(still_world()).await;
    assert_eq!(upload(&app, "empty", b"").await.0, 422);
    let (_, text) = upload(&app, "../../etc/a.svg", b"<svg onload=alert(1)></svg>").await;
    assert_eq!((&text["name"], &text["content_type"]), (&json!("a.svg"), &json!("text/plain")));
    let (_, thin) = upload(&app, "thin.png", &png(2_100, 100, b"")).await;
    assert_eq!(thin["kinds"], json!(["document"]));
    let refusal = async |message: Value| {
        let body = json!({"name": "t", "message": message});
        let (status, answer) = app.api.try_ask("POST", "/templates", Some(&body)).await.unwrap();
        assert_eq!(status, 422, "{answer}");
        (answer["errors"][0]["path"].as_str().unwrap().to_owned(), answer["errors"][0]["code"].clone())
    };
    let with = |kind: &str, id: &Value| json!({"text": "x", "media": {"kind": kind, "media_id": id}});
    assert_eq!(
        refusal(with("photo", &thin["id"])).await,
        ("/message/media/kind".into(), json!("wrong_kind"))
    );
    assert_eq!(
        refusal(with("video", &text["id"])).await,
        ("/message/media/kind".into(), json!("wrong_kind"))
    );
    assert_eq!(
        refusal(with("photo", &json!(999))).await,
        ("/message/media/media_id".into(), json!("unknown_media"))
    );
    assert_eq!(refusal(with("sticker", &text["id"])).await.0, "/message/media/kind");
    let mut long = with("document", &text["id"]);
    long["text"] = json!("x".repeat(1_025));
    assert_eq!(refusal(long).await, ("/message/text".into(), json!("too_long")));
    let bare = json!({"name": "bare", "message": {"media": {"kind": "document", "media_id": text["id"]}}});
    let saved = app.api.post("/templates", bare).await;
    assert_eq!(saved["message"]["media"]["kind"], "document", "a file needs no caption");
    let (kind, bytes) = app.api.fetch(&format!("/media/{}/content", text["id"])).await;
    assert_eq!((kind.as_str(), bytes.len()), ("text/plain", 27));
    app.finish().await;
}

async fn range(app: &TestApp, path: &str, range: &str, if_range: Option<&str>) -> (u16, String, Vec<u8>) {
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let mut request = http.get(format!("{}/api/v1{path}", app.api.base)).bearer_auth(&app.api.token);
    request = request.header("range", range);
    if let Some(tag) = if_range {
        request = request.header("if-range", tag);
    }
    let answer = request.send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (status, told) = (answer.status().as_u16(), header("content-range"));
    assert_eq!(header("accept-ranges"), "bytes");
    (status, told, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn parts_of_a_file_are_its_bytes() {
    let app = TestApp::start(still_world()).await;
    // Over more than one row of the database.
    let mut film = b"\0\0\0\x18ftypisom".to_vec();
    film.extend((0..2_500_000_u32).map(|at| (at % 251) as u8));
    let (_, file) = upload(&app, "film.mp4", &film).await;
    let path = format!("/media/{}/content", file["id"]);
    let size = film.len();
    for (asked, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=1048570-1048590", 1_048_570, 1_048_590),
        ("bytes=5-2400000", 5, 2_400_000),
        ("bytes=-10", size - 10, size - 1),
        ("bytes=2500000-", 2_500_000, size - 1),
    ] {
        let (status, told, bytes) = range(&app, &path, asked, None).await;
        assert_eq!((status, told), (206, format!("bytes {first}-{last}/{size}")), "{asked}");
        assert!(bytes == film[first..=last], "{asked}: other bytes");
    }
    let (status, told, _) = range(&app, &path, &format!("bytes={size}-"), None).await;
    assert_eq!((status, told), (416, format!("bytes */{size}")));
    let (status, _, bytes) = range(&app, &path, "bytes=0-9", Some("\"another\"")).await;
    assert_eq!((status, bytes.len()), (200, size));
    app.finish().await;
}

#[tokio::test]
async fn a_file_is_deleted_when_nothing_uses_it_and_history_says_so() {
    let app = TestApp::start(still_world()).await;
    let person = everyone_started(&app).await[0];
    let contact = app.contact(person).await["id"].as_i64().unwrap();
    let (_, file) = upload(&app, "autumn.png", &png(64, 64, b"autumn")).await;
    let (_, spare) = upload(&app, "spare.png", &png(64, 64, b"spare")).await;
    let message = json!({"text": "Autumn", "media": {"kind": "photo", "media_id": file["id"]}});
    let member = app.api.of_member("mina@example.org").await;
    let thread = format!("/conversations/{contact}/messages");
    let reply = json!({"message": message});
    let reply = member.post(&thread, reply).await;
    let got = async || (!app.sandbox.received(person, "Autumn").is_empty()).then_some(());
    until("the photo", 20, got).await;

    let template = app.api.post("/templates", json!({"name": "Autumn", "message": message})).await;
    let campaign = json!({"bot_id": app.bot, "name": "Sale", "audience": {"all": []}, "message": message});
    let campaign = app.api.post("/campaigns", campaign).await;
    let graph = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "autumn"}], "next": "m"},
        "m": {"type": "message", "message": message, "next": null}}});
    let flow = json!({"bot_id": app.bot, "name": "Leaves", "graph": graph});
    app.api.post("/flows", flow).await;
    let shelf = app.api.get("/media").await;
    let on_it =
        |id: &Value| shelf["items"].as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap().clone();
    let mut kinds: Vec<Value> =
        on_it(&file["id"])["used_by"].as_array().unwrap().iter().map(|user| user["kind"].clone()).collect();
    kinds.sort_by_key(Value::to_string);
    assert_eq!(kinds, ["campaign", "flow", "template"]);
    assert_eq!(on_it(&spare["id"])["used_by"], json!([]));
    assert_eq!(
        shelf["byte_count"],
        file["byte_count"].as_i64().unwrap() + spare["byte_count"].as_i64().unwrap()
    );

    let path = format!("/media/{}", file["id"]);
    let (status, refused) = app.api.try_ask("DELETE", &path, None).await.unwrap();
    assert_eq!((status, &refused["code"]), (409, &json!("conflict")));
    assert_eq!(refused["current"]["used_by"].as_array().unwrap().len(), 3, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("autumn.png"), "{refused}");
    app.api.ask("DELETE", &format!("/templates/{}", template["id"]), None).await;
    app.api.ask("DELETE", &format!("/campaigns/{}", campaign["id"]), None).await;
    let flows = app.api.get(&format!("/flows?bot_id={}", app.bot)).await;
    let flow =
        flows["items"].as_array().unwrap().iter().find(|flow| flow["name"] == "Leaves").unwrap().clone();
    assert_eq!(app.api.try_ask("DELETE", &path, None).await.unwrap().0, 409, "a draft uses it");
    let plain = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "autumn"}], "next": "e"}, "e": {"type": "end"}}});
    let change = json!({"graph": plain, "edit_version": flow["edit_version"]});
    app.api.ask("PATCH", &format!("/flows/{}", flow["id"]), Some(&change)).await;
    app.api.ask("DELETE", &path, None).await;

    assert_eq!(app.api.try_ask("GET", &path, None).await.unwrap().0, 404);
    let entries = member.get(&thread).await;
    let told =
        entries["items"].as_array().unwrap().iter().find(|one| one["id"] == reply["id"]).unwrap().clone();
    assert_eq!(told["media"], json!({"kind": "photo", "url": null}), "{told}");
    let again = json!({"name": "Again", "message": message});
    let (status, refused) = app.api.try_ask("POST", "/templates", Some(&again)).await.unwrap();
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("unknown_media")));
    let (_, anew) = upload(&app, "autumn.png", &png(64, 64, b"autumn")).await;
    assert_ne!(anew["id"], file["id"], "the same bytes come as a new file");
    app.finish().await;
}
