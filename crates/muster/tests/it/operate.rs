//! What a host does with a running server: a backup under load, a restore, a look whether all is well, an export.

use std::path::Path;
use std::process::Output;

use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::binary::{self, Serving, free_port};
use testkit::{Api, Rehearsal, until};

const ISSUE: &str = "The weekly issue";
const PEOPLE: u32 = 400;
/// So slow that the backup falls into the middle.
const BULK_PER_SECOND: i64 = 60;

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Rehearsal,
    port: u16,
    api: Api,
    bot: i64,
    campaign: i64,
}

impl Scene {
    async fn open(people: u32) -> (Self, Serving) {
        let config = WorldConfig { people, lively: false, flood_limits: false, ..WorldConfig::default() };
        let sandbox = Rehearsal::serve(config).await;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let api = Api::new(format!("http://127.0.0.1:{port}"), binary::token(folder.path()));
        let serving = Serving::start(folder.path(), port, &sandbox.api_url()).await;
        let new = json!({"token": sandbox.token, "bulk_per_second": BULK_PER_SECOND});
        let bot = api.post("/bots", new).await["id"].as_i64().unwrap();
        let ids: Vec<i64> = sandbox.world.lock().person_ids().collect();
        for id in &ids {
            sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let everyone = json!({"all": []});
        let known = async || (api.count(bot, &everyone).await == i64::from(people)).then_some(());
        until("everybody to be known", 60, known).await;
        let new = json!({"bot_id": bot, "name": ISSUE, "audience": everyone, "held_out_percent": 5,
            "message": {"text": ISSUE, "format": "plain"}});
        let campaign = api.post("/campaigns", new).await["id"].as_i64().unwrap();
        api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        (Self { folder, sandbox, port, api, bot, campaign }, serving)
    }

    async fn campaign(&self) -> Value {
        self.api.get(&format!("/campaigns/{}", self.campaign)).await
    }
}

fn run(folder: &Path, api_url: &str, arguments: &[&str]) -> Output {
    binary::run(folder, arguments, |command| {
        command.env("MUSTER_TELEGRAM__API_URL", api_url);
    })
}

fn result(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON line")
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_sending_is_restored_and_writes_to_nobody_twice() {
    let (scene, serving) = Scene::open(PEOPLE).await;
    let under_way = async || (scene.campaign().await["counts"]["sent"].as_i64()? >= 80).then_some(());
    until("a part to be sent", 60, under_way).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("muster.tar");
    let url = scene.sandbox.api_url();
    let file_name = file.to_str().unwrap();
    let told = result(&run(scene.folder.path(), &url, &["backup", file_name]));
    assert!(told["database_bytes"].as_u64().unwrap() > 100_000, "{told}");
    assert!(refusal(&run(scene.folder.path(), &url, &["backup", file_name])).contains("exists already"));

    // The server goes on: whom it writes to now, the backup does not know of.
    let done = async || (scene.campaign().await["status"] == "done").then_some(());
    until("the end of the campaign", 60, done).await;
    assert!(serving.stop().await);
    let received = |person: i64| scene.sandbox.received(person, ISSUE).len();
    let ids: Vec<i64> = scene.sandbox.world.lock().person_ids().collect();
    let written: usize = ids.iter().map(|id| received(*id)).sum();

    let restored = elsewhere.path().join("data");
    let told = result(&run(&restored, &url, &["restore", file_name]));
    let unknown = told["recipients_unknown"].as_i64().unwrap();
    assert_eq!(told["campaigns_paused"], 1);
    assert!(unknown > 100, "{told}");
    assert!(refusal(&run(&restored, &url, &["restore", file_name])).contains("already"));

    let api = Api::new(format!("http://127.0.0.1:{}", scene.port), binary::token(&restored));
    let serving = Serving::start(&restored, scene.port, &url).await;
    let campaign = api.get(&format!("/campaigns/{}", scene.campaign)).await;
    assert_eq!((&campaign["status"], &campaign["pause_reason"]), (&json!("paused"), &json!("restored")));
    let count = |name: &str| campaign["counts"][name].as_i64().unwrap();
    assert_eq!((count("unknown"), count("pending") + count("leased")), (unknown, 0));
    let sum: i64 =
        ["held_out", "sent", "failed", "blocked", "skipped", "unknown"].iter().map(|name| count(name)).sum();
    assert_eq!(sum, i64::from(PEOPLE));
    api.post(&format!("/campaigns/{}/resolve", scene.campaign), json!({"decision": "leave"})).await;
    api.post(&format!("/campaigns/{}/resume", scene.campaign), json!({})).await;
    let done = async || {
        let campaign = api.get(&format!("/campaigns/{}", scene.campaign)).await;
        (campaign["status"] == "done").then_some(())
    };
    until("the restored campaign to end", 60, done).await;
    assert_eq!(api.count(scene.bot, &json!({"all": []})).await, i64::from(PEOPLE));
    assert!(serving.stop().await);
    assert!(ids.iter().all(|id| received(*id) <= 1), "somebody got it twice");
    assert_eq!(ids.iter().map(|id| received(*id)).sum::<usize>(), written);

    let table = run(&restored, &url, &["export", "--bot", &scene.bot.to_string()]);
    assert!(table.status.success());
    assert_eq!(String::from_utf8_lossy(&table.stdout).lines().count(), PEOPLE as usize + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_and_what_is_broken_is_said() {
    let (scene, serving) = Scene::open(30).await;
    let url = scene.sandbox.api_url();
    let folder = scene.folder.path();
    let well = run(folder, &url, &["doctor", "--thorough"]);
    let told = String::from_utf8_lossy(&well.stdout).into_owned();
    assert!(well.status.success(), "{told}{}", String::from_utf8_lossy(&well.stderr));
    assert!(told.contains("events without a gap") && told.contains("Telegram answers"), "{told}");

    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("muster.tar");
    result(&run(folder, &url, &["backup", file.to_str().unwrap()]));
    drop(serving);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    let damaged = elsewhere.path().join("damaged.tar");
    std::fs::write(&damaged, &bytes).unwrap();
    let target = elsewhere.path().join("data");
    assert!(refusal(&run(&target, &url, &["restore", damaged.to_str().unwrap()])).contains("is damaged"));
    std::fs::write(&damaged, "not a backup at all").unwrap();
    assert!(
        refusal(&run(&target, &url, &["restore", damaged.to_str().unwrap()])).contains("no backup of Muster")
    );
    let left: Vec<_> = std::fs::read_dir(&target).unwrap().collect();
    assert!(left.is_empty(), "a refused restore leaves nothing behind: {left:?}");

    // Another installation's key: the database is whole, and its bots cannot be opened.
    result(&run(&target, &url, &["restore", file.to_str().unwrap()]));
    std::fs::remove_file(target.join("muster.key")).unwrap();
    let sick = run(&target, &url, &["doctor", "--json"]);
    assert!(refusal(&sick).contains("broken"));
    let told = String::from_utf8_lossy(&sick.stdout).into_owned();
    assert!(told.contains("does not open its token"), "{told}");
    let nobody = tempfile::tempdir().unwrap();
    assert!(refusal(&run(nobody.path(), &url, &["doctor"])).contains("broken"));
}
