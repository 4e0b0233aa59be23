//! A living SQLite folder goes to PostgreSQL: over HTTP it is the same afterwards, and a campaign that was in the middle
//! goes on from there. A move that is killed leaves nothing that could be served.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use domain::ids::BotId;
use engine::clock::{Clock, SystemClock};
use postgres::NoTls;
use sandbox::WorldConfig;
use serde_json::{Value, json};
use store::{Store, StoreOptions};
use testkit::binary::{self, Serving, free_port};
use testkit::{Api, Rehearsal, leases, stored, until};

const PEOPLE: usize = 120;
const CANARY: usize = 40;
const ISSUE: &str = "The weekly issue";
const MENU: &str = "What would you like to read about?";

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Rehearsal,
    port: u16,
    api: Api,
    bot: i64,
    campaign: i64,
    people: Vec<i64>,
}

fn menu() -> Value {
    let option = |key: &str, tag: &str| json!({"key": key, "text": key, "add_tags": [tag], "remove_tags": [], "next": null});
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": MENU}, "columns": 2,
            "options": [option("Tech", "兴趣-科技"), option("Finance", "兴趣-金融")]}}})
}

impl Scene {
    /// A server on SQLite whose people pressed, got a campaign's canary, answered and wrote; then it is stopped.
    async fn lived() -> (Self, BTreeMap<String, Value>) {
        let config = WorldConfig {
            people: PEOPLE as u32,
            lively: false,
            flood_limits: false,
            ..WorldConfig::default()
        };
        let sandbox = Rehearsal::serve(config).await;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let api = Api::new(format!("http://127.0.0.1:{port}"), binary::token(folder.path()));
        let serving = Serving::start(folder.path(), port, &sandbox.api_url()).await;
        let new = json!({"token": sandbox.token, "bulk_per_second": 1_000});
        let bot = api.post("/bots", new).await["id"].as_i64().unwrap();
        let people: Vec<i64> = sandbox.world.lock().person_ids().collect();
        let mut scene = Self { folder, sandbox, port, api, bot, campaign: 0, people };
        scene.live().await;
        let before = scene.pages().await;
        assert!(serving.stop().await);
        (scene, before)
    }

    async fn live(&mut self) {
        let flow =
            self.api.post("/flows", json!({"bot_id": self.bot, "name": "Welcome", "graph": menu()})).await;
        self.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
        for id in &self.people {
            self.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let has_menu = |id: &i64| !self.sandbox.received(*id, MENU).is_empty();
        until("everybody's menu", 60, async || self.people.iter().all(has_menu).then_some(())).await;
        for (place, id) in self.people.iter().enumerate() {
            self.sandbox.press(*id, MENU, if place % 3 == 0 { "Finance" } else { "Tech" });
        }
        let tech = json!({"tag": {"has": "兴趣-科技"}});
        let tagged = async || (self.api.count(self.bot, &tech).await == 80).then_some(());
        until("the tags", 30, tagged).await;
        let (status, file) = self.api.upload("/media", "one.png", &png()).await;
        assert_eq!(status, 201, "{file}");
        let segment = json!({"bot_id": self.bot, "name": "Tech", "expression": tech});
        self.api.post("/segments", segment).await;
        let message = json!({"text": ISSUE, "format": "plain", "media": {"kind": "photo", "media_id": file["id"]},
            "buttons": [[{"text": "More", "press": {"add_tags": ["Wants more"], "reply": "More"}}]]});
        let new = json!({"bot_id": self.bot, "name": ISSUE, "audience": tech, "message": message, "held_out_percent": 10});
        self.campaign = self.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        self.api.post(&format!("/campaigns/{}/start", self.campaign), json!({"canary": CANARY})).await;
        self.status("paused").await;
        let got: Vec<i64> =
            self.people.iter().copied().filter(|id| !self.sandbox.received(*id, ISSUE).is_empty()).collect();
        assert_eq!(got.len(), CANARY);
        for id in &got[..15] {
            self.sandbox.press(*id, ISSUE, "More");
        }
        for id in &got[10..20] {
            self.sandbox.write(*id, "谢谢, very interesting");
        }
        let answered = async || {
            let report = self.api.get(&format!("/campaigns/{}/report", self.campaign)).await;
            let more = |id: &i64| !self.sandbox.received(*id, "More").is_empty();
            let there = report["pressed"]["count"] == 15 && report["replied"]["count"] == 10;
            (there && got[..15].iter().all(more)).then_some(())
        };
        until("the answers", 30, answered).await;
    }

    async fn status(&self, status: &str) -> Value {
        let look = async || {
            let campaign = self.api.get(&format!("/campaigns/{}", self.campaign)).await;
            (campaign["status"] == status).then_some(campaign)
        };
        until(&format!("the campaign to be {status}"), 60, look).await.0
    }

    /// Everything that the team sees, by path.
    async fn pages(&self) -> BTreeMap<String, Value> {
        let (bot, campaign) = (self.bot, self.campaign);
        let mut pages = BTreeMap::new();
        for path in [
            format!("/contacts?bot_id={bot}"),
            format!("/conversations?bot_id={bot}"),
            format!("/campaigns/{campaign}/ledger"),
        ] {
            let items = self.api.all(&path).await;
            assert!(!items.is_empty(), "{path} shows nothing that could be compared");
            pages.insert(path, Value::Array(items));
        }
        for path in [
            format!("/campaigns/{campaign}"),
            format!("/campaigns/{campaign}/report"),
            format!("/campaigns?bot_id={bot}"),
            format!("/flows?bot_id={bot}"),
            format!("/segments?bot_id={bot}"),
            "/tags".to_owned(),
            "/media".to_owned(),
            "/stages".to_owned(),
            "/bots".to_owned(),
        ] {
            let mut page = self.api.get(&path).await;
            assert!(page["items"] != json!([]), "{path} shows nothing that could be compared");
            without_health(&mut page);
            pages.insert(path, page);
        }
        let person = pages[&format!("/contacts?bot_id={bot}")][0]["id"].as_i64().unwrap();
        let path = format!("/contacts/{person}/timeline");
        pages.insert(path.clone(), self.api.get(&path).await);
        pages
    }

    fn options(&self, url: &str) -> StoreOptions {
        StoreOptions { postgres_url: Some(url.to_owned()), ..StoreOptions::new(self.folder.path()) }
    }
}

/// How a bot fares is of the running server, and changes with each poll.
fn without_health(page: &mut Value) {
    for item in page["items"].as_array_mut().into_iter().flatten() {
        item.as_object_mut().map(|bot| bot.remove("health"));
    }
}

/// The head of a PNG.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0".to_vec();
    bytes.extend((0..300_000_u32).map(|byte| byte as u8));
    bytes
}

fn run(folder: &Path, arguments: &[&str], url: Option<&str>) -> Output {
    binary::run(folder, arguments, |command| {
        command.envs(url.map(|url| ("MUSTER_DATABASE_URL", url)));
    })
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The lines of a move that succeeded: every table equal.
fn moved(output: &Output) -> BTreeMap<String, Value> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("muster.key"), "{said}");
    let lines: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    for line in &lines {
        assert_eq!(line["equal"], true, "{line}");
        assert_eq!((&line["rows"], &line["sha256"]), (&line["rows_moved"], &line["sha256_moved"]), "{line}");
    }
    lines.into_iter().map(|line| (line["table"].as_str().unwrap().to_owned(), line)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_living_folder_is_the_same_on_postgresql_and_goes_on_there() {
    let Some(url) = cluster::database_or_skip() else { return };
    let (scene, before) = Scene::lived().await;
    let folder = scene.folder.path();
    let there = stored::in_folder(folder, BotId(scene.bot)).await;
    let tables = moved(&run(folder, &["move", "--to", &url], None));
    assert!(tables.len() > 30, "{tables:?}");
    let rows = |table: &str| tables[table]["rows"].as_u64().unwrap() as usize;
    assert_eq!((rows("events"), rows("contacts")), (there.events.len(), PEOPLE));
    assert!(refusal(&run(folder, &["serve"], None)).contains("was moved into PostgreSQL"));
    assert!(refusal(&run(folder, &["move", "--to", &url], None)).contains("is not empty"));

    let environment = [("MUSTER_DATABASE_URL", url.clone())];
    let serving = Serving::start_with(folder, scene.port, &scene.sandbox.api_url(), &environment).await;
    let after = scene.pages().await;
    for (path, page) in &before {
        assert_eq!(after.get(path), Some(page), "{path}: SQLite, then PostgreSQL");
    }

    scene.api.post(&format!("/campaigns/{}/resume", scene.campaign), json!({})).await;
    let done = scene.status("done").await;
    let count = |name: &str| done["counts"][name].as_u64().unwrap() as usize;
    assert_eq!((count("audience"), count("sent") + count("held_out")), (80, 80), "{done}");
    let times = |id: &i64| scene.sandbox.received(*id, ISSUE).len();
    assert!(scene.people.iter().all(|id| times(id) <= 1), "nobody gets it twice");
    assert_eq!(scene.people.iter().map(times).sum::<usize>(), count("sent"));
    assert!(serving.stop().await);
    assert_eq!(leases::left(&scene.options(&url)).await, (0, 0));
}

/// A client of PostgreSQL's own. It brings a runtime, so that it works, and ends, on threads without one.
struct Client(Option<postgres::Client>);

impl Client {
    async fn connect(url: &str) -> Self {
        let url = url.to_owned();
        let connect = move || postgres::Client::connect(&url, NoTls).unwrap();
        Self(Some(tokio::task::spawn_blocking(connect).await.unwrap()))
    }

    async fn ask<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut postgres::Client) -> T + Send + 'static,
    ) -> T {
        let mut client = self.0.take().unwrap();
        let task = tokio::task::spawn_blocking(move || {
            let answer = work(&mut client);
            (client, answer)
        });
        let (client, answer) = task.await.unwrap();
        self.0 = Some(client);
        answer
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let client = self.0.take();
        let _ = std::thread::spawn(move || drop(client)).join();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_was_killed_is_not_served_and_can_be_begun_again() {
    let Some(url) = cluster::database_or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    let token = binary::token(folder.path());
    // The tables are there, so that one of them can be held: the move stops before it.
    let options = StoreOptions { postgres_url: Some(url.clone()), ..StoreOptions::new(folder.path()) };
    Store::open(&options).unwrap().close().await;
    let mut client = Client::connect(&url).await;
    let hold = "BEGIN; LOCK TABLE workspaces IN EXCLUSIVE MODE";
    client.ask(move |client| client.batch_execute(hold).unwrap()).await;

    let mut moving = binary::command(folder.path(), &["move", "--to", &url]).spawn().unwrap();
    let waits = async || {
        let sql = "SELECT 1 FROM pg_locks WHERE relation = 'workspaces'::regclass AND NOT granted";
        let found = client.ask(move |client| client.query(sql, &[]).unwrap().len()).await;
        assert_eq!(moving.try_wait().unwrap(), None, "the move ended by itself");
        (found > 0).then_some(())
    };
    until("the move to come to the table", 30, waits).await;
    moving.kill().unwrap();
    moving.wait().unwrap();
    client.ask(|client| client.batch_execute("ROLLBACK").unwrap()).await;
    drop(client);

    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let said = refusal(&run(folder.path(), &["serve", "--listen", &listen], Some(&url)));
    assert!(said.contains("did not end") && said.contains("muster move"), "{said}");
    moved(&run(folder.path(), &["move"], Some(&url)));
    let environment = [("MUSTER_DATABASE_URL", url)];
    let serving = Serving::start_with(folder.path(), port, "http://127.0.0.1:9", &environment).await;
    let members = Api::new(format!("http://{listen}"), token).get("/members").await;
    assert!(members["items"].is_array(), "{members}");
    assert!(serving.stop().await);
}
