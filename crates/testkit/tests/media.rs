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
