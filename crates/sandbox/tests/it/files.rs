//! Files, albums, copies and payments, by the world's own calls.

use sandbox::{FileKind, Params, Upload, World, WorldConfig};
use serde_json::{Value, json};
use std::collections::HashMap;

const NOW: i64 = 1_000_000;

fn started() -> (World, i64) {
    let config = WorldConfig {
        people: 2,
        lively: false,
        everyone_started: true,
        flood_limits: false,
        start_ms: NOW,
        ..WorldConfig::default()
    };
    let world = World::new(config);
    let id = world.person_ids().next().unwrap();
    (world, id)
}

fn picture(width: u32, height: u32) -> Upload {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    upload("a.png", bytes)
}

fn upload(name: &str, bytes: Vec<u8>) -> Upload {
    Upload { name: Some(name.into()), content_type: None, bytes: bytes.into() }
}

fn reply(world: &mut World, method: &str, params: Value, files: Vec<(&str, Upload)>) -> Value {
    let files: HashMap<String, Upload> =
        files.into_iter().map(|(name, upload)| (name.to_string(), upload)).collect();
    world.call(method, &Params::from_json(params).with_files(files), NOW).body
}

fn result(world: &mut World, method: &str, params: Value, files: Vec<(&str, Upload)>) -> Value {
    let body = reply(world, method, params, files);
    assert_eq!(body["ok"], true, "{method}: {body}");
    body["result"].clone()
}

fn refusal(world: &mut World, method: &str, params: Value, files: Vec<(&str, Upload)>) -> String {
    let body = reply(world, method, params, files);
    assert_eq!(body["ok"], false, "{method} was taken: {body}");
    body["description"].as_str().unwrap().to_string()
}

#[test]
fn a_photo_is_sent_by_upload_and_by_id() {
    let (mut world, id) = started();
    let params = json!({"chat_id": id, "caption": "*New*", "parse_mode": "MarkdownV2"});
    let sent = result(&mut world, "sendPhoto", params, vec![("photo", picture(800, 600))]);
    assert_eq!(sent["caption"], "New");
    assert_eq!(sent["caption_entities"], json!([{"type": "bold", "offset": 0, "length": 3}]));
    assert_eq!((&sent["photo"][0]["width"], &sent["photo"][1]["width"]), (&json!(320), &json!(800)));
    assert!(sent.get("text").is_none());
    let file_id = sent["photo"][1]["file_id"].as_str().unwrap();
    let again = result(&mut world, "sendPhoto", json!({"chat_id": id, "photo": file_id}), vec![]);
    assert_eq!(again["photo"], sent["photo"]);
    let file = result(&mut world, "getFile", json!({"file_id": file_id}), vec![]);
    assert_eq!((&file["file_size"], &file["file_path"]), (&json!(29), &json!("photos/file_1.png")));
    let truth = world.truth_of(id).unwrap();
    assert_eq!(truth["received"][0]["media"], json!({"kind": "photo", "file_id": file_id, "album": null}));
    assert_eq!(truth["received"][0]["text"], "New");
}

#[test]
fn files_are_refused_word_for_word() {
    let (mut world, id) = started();
    let document = result(
        &mut world,
        "sendDocument",
        json!({"chat_id": id}),
        vec![("document", upload("a.txt", b"hello".to_vec()))],
    );
    assert_eq!(document["document"]["file_name"], "a.txt");
    let file_id = document["document"]["file_id"].as_str().unwrap().to_string();
    let photo = |photo: &str| json!({"chat_id": id, "photo": photo});
    for (params, files, want) in [
        (photo(""), vec![], "there is no photo in the request"),
        (photo("attach://x"), vec![], "there is no photo in the request"),
        (photo("AgAC"), vec![], "wrong file identifier/HTTP URL specified"),
        (photo("https://a.test/x.png"), vec![], "failed to get HTTP URL content"),
        (photo(&file_id), vec![], "can't use file of type Document as Photo"),
        (photo("attach://x"), vec![("x", upload("x.png", Vec::new()))], "file must be non-empty"),
        (photo("attach://x"), vec![("x", upload("x.png", b"text".to_vec()))], "IMAGE_PROCESS_FAILED"),
        (photo("attach://x"), vec![("x", picture(9000, 1001))], "PHOTO_INVALID_DIMENSIONS"),
        (photo("attach://x"), vec![("x", picture(2100, 100))], "PHOTO_INVALID_DIMENSIONS"),
        (
            photo("attach://x"),
            vec![("x", upload("x.png", vec![0; 10 * 1024 * 1024 + 1]))],
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ] {
        assert_eq!(refusal(&mut world, "sendPhoto", params, files), format!("Bad Request: {want}"));
    }
    let long = json!({"chat_id": id, "photo": "attach://x", "caption": "x".repeat(1025)});
    let refused = refusal(&mut world, "sendPhoto", long, vec![("x", picture(9, 9))]);
    assert_eq!(refused, "Bad Request: message caption is too long");
    let big = vec![("document", upload("big", vec![1; 20 * 1024 * 1024 + 1]))];
    let sent = result(&mut world, "sendDocument", json!({"chat_id": id}), big);
    let get = json!({"file_id": sent["document"]["file_id"]});
    assert_eq!(refusal(&mut world, "getFile", get, vec![]), "Bad Request: file is too big");
}

#[test]
fn an_album_is_sent_whole_or_not_at_all() {
    let (mut world, id) = started();
    let media = |list: Value| json!({"chat_id": id, "media": list});
    let photo = json!({"type": "photo", "media": "attach://x"});
    let files = || vec![("x", picture(9, 9)), ("d", upload("d", b"d".to_vec()))];
    let sent = result(&mut world, "sendMediaGroup", media(json!([photo, photo])), files());
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    assert!(sent[0]["media_group_id"].is_string());
    let single = result(&mut world, "sendMediaGroup", media(json!([photo])), files());
    assert!(single[0].get("media_group_id").is_none());
    let count = world.chat_messages(id).unwrap().len();
    let document = json!({"type": "document", "media": "attach://d"});
    for (list, want) in [
        (json!([]), "there are no messages to send"),
        (json!(vec![photo.clone(); 11]), "too many messages to send as an album"),
        (json!([photo, document]), "document can't be mixed with other media types"),
        (json!([photo, {"type": "photo", "media": "attach://y"}]), "can't parse InputMedia: media not found"),
        (
            json!([photo, {"type": "sticker", "media": "attach://x"}]),
            "can't parse InputMedia: type \"sticker\" is unsupported",
        ),
    ] {
        assert_eq!(
            refusal(&mut world, "sendMediaGroup", media(list), files()),
            format!("Bad Request: {want}")
        );
    }
    assert_eq!(world.chat_messages(id).unwrap().len(), count, "refused albums leave nothing");
}

#[test]
fn captions_and_buttons_are_edited_and_messages_copied() {
    let (mut world, id) = started();
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]});
    let params = json!({"chat_id": id, "caption": "old", "reply_markup": keyboard});
    let sent = result(&mut world, "sendPhoto", params, vec![("photo", picture(9, 9))]);
    let message_id = &sent["message_id"];
    let edit = json!({"chat_id": id, "message_id": message_id, "caption": "new", "reply_markup": keyboard});
    let edited = result(&mut world, "editMessageCaption", edit.clone(), vec![]);
    assert_eq!((&edited["caption"], &edited["reply_markup"]), (&json!("new"), &keyboard));
    assert!(refusal(&mut world, "editMessageCaption", edit, vec![]).contains("message is not modified"));
    let bare = json!({"chat_id": id, "message_id": message_id});
    let edited = result(&mut world, "editMessageReplyMarkup", bare, vec![]);
    assert_eq!((&edited["caption"], edited.get("reply_markup")), (&json!("new"), None));
    let text = json!({"chat_id": id, "message_id": message_id, "text": "x"});
    let refused = refusal(&mut world, "editMessageText", text, vec![]);
    assert_eq!(refused, "Bad Request: there is no text in the message to edit");
    let copy = json!({"chat_id": id, "from_chat_id": id, "message_id": message_id});
    result(&mut world, "copyMessage", copy, vec![]);
    let copied = world.chat_messages(id).unwrap().pop().unwrap();
    assert_eq!((&copied["photo"], &copied["caption"]), (&sent["photo"], &json!("new")));
    let nothing = json!({"chat_id": id, "from_chat_id": id, "message_id": 999});
    let refused = refusal(&mut world, "copyMessage", nothing, vec![]);
    assert_eq!(refused, "Bad Request: message to copy not found");
}

#[test]
fn an_invoice_is_paid_once_the_bot_agrees_in_time() {
    let (mut world, id) = started();
    let invoice = json!({
        "chat_id": id, "title": "Tea", "description": "A cup", "payload": "tea-1", "currency": "XTR",
        "prices": [{"label": "Tea", "amount": 5}],
    });
    let sent = result(&mut world, "sendInvoice", invoice.clone(), vec![]);
    assert_eq!(sent["invoice"]["total_amount"], 5);
    assert_eq!(sent["reply_markup"]["inline_keyboard"][0][0]["pay"], true);
    let message_id = sent["message_id"].as_i64().unwrap();
    let late = world.person_checkout(id, message_id, NOW).unwrap();
    let answer = |id: &str| Params::from_json(json!({"pre_checkout_query_id": id, "ok": true}));
    let too_late = world.call("answerPreCheckoutQuery", &answer(&late), NOW + 10_000);
    assert!(too_late.description().unwrap().contains("query is too old"), "{too_late:?}");
    let query = world.person_checkout(id, message_id, NOW + 20_000).unwrap();
    assert_eq!(world.call("answerPreCheckoutQuery", &answer(&query), NOW + 21_000).status, 200);
    assert_eq!(world.call("answerPreCheckoutQuery", &answer(&query), NOW + 21_000).status, 400, "once");
    let truth = world.truth_of(id).unwrap();
    assert_eq!(truth["paid"].as_array().unwrap().len(), 1);
    assert_eq!(truth["paid"][0]["payload"], "tea-1");
    let kinds: Vec<Value> = world.take_updates(0, 100);
    assert_eq!(kinds[0]["pre_checkout_query"]["invoice_payload"], "tea-1");
    assert_eq!(kinds[2]["message"]["successful_payment"]["total_amount"], 5);
    let mut two = invoice;
    two["prices"] = json!([{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]);
    let refused = refusal(&mut world, "sendInvoice", two, vec![]);
    assert_eq!(refused, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID");
}

#[test]
fn a_person_sends_a_picture() {
    let (mut world, id) = started();
    world.person_send(id, FileKind::Photo, &picture(50, 40), "look", NOW).unwrap();
    assert!(world.person_send(id, FileKind::Photo, &upload("x", b"no".to_vec()), "", NOW).is_err());
    let update = world.take_updates(0, 100).remove(0);
    assert_eq!(update["message"]["caption"], "look");
    assert_eq!(update["message"]["photo"][0]["width"], 50);
    assert_eq!(world.truth_of(id).unwrap()["wrote"][0]["media"]["kind"], "photo");
}
