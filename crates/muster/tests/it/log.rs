//! The log says what happened and not to whom: a server at debug level goes through the loop and through trouble, and
//! nothing of the people, the team or the secrets stands in what it wrote.

use std::collections::BTreeSet;
use std::path::Path;

use engine::clock::{Clock, SystemClock};
use sandbox::{Fault, FaultKind, WorldConfig};
use serde_json::{Value, json};
use testkit::binary::{self, Serving, free_port};
use testkit::{Api, Delays, Network, Rehearsal, until};

const PEOPLE: u32 = 8;
/// In everything that somebody writes or brings along.
const MARK: &str = "zqxmark";
const PHONE: &str = "+49 170 5550123";
const ADDRESS: &str = "203.0.113.77";
const EMAIL: &str = "zqxmark.owner@example.org";
const PASSWORD: &str = "zqxmark-password";

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Rehearsal,
    network: Network,
    base: String,
    api: Api,
    token: String,
    bot: i64,
    serving: Serving,
}

impl Scene {
    async fn open(database_url: Option<String>) -> Self {
        let config =
            WorldConfig { people: PEOPLE, lively: false, flood_limits: false, ..WorldConfig::default() };
        let sandbox = Rehearsal::serve(config).await;
        let network = Network::to(sandbox.address, Delays::none()).await;
        let folder = tempfile::tempdir().unwrap();
        let mut environment = vec![
            ("MUSTER_LOG__LEVEL", "debug".to_owned()),
            ("MUSTER_LOG__FORMAT", "json".to_owned()),
            ("MUSTER_TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        ];
        environment.extend(database_url.map(|url| ("MUSTER_DATABASE_URL", url)));
        let made = binary::run(folder.path(), &["token", "create", "tests"], |command| {
            command.envs(environment.iter().map(|(name, value)| (*name, value)));
        });
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        let port = free_port();
        let serving = Serving::start_with(folder.path(), port, &network.api_url(), &environment).await;
        let base = format!("http://127.0.0.1:{port}");
        let api = Api::new(base.clone(), token.clone());
        let bot = api.post("/bots", json!({"token": sandbox.token})).await["id"].as_i64().unwrap();
        Self { folder, sandbox, network, base, api, token, bot, serving }
    }

    fn fault(&self, fault: Fault) {
        self.sandbox.world.lock().faults_mut().add(fault, SystemClock.now());
    }

    async fn contact(&self, person: i64) -> Value {
        let look = async || {
            let path = format!("/contacts?bot_id={}&q={person}", self.bot);
            self.api.get(&path).await["items"].as_array()?.first().cloned()
        };
        until("a known person", 30, look).await.0
    }

    /// Everybody comes; they write, use commands and are answered, tagged and noted.
    async fn talk(&self) -> Vec<i64> {
        let member = self.api.of_member(EMAIL).await;
        let ids: Vec<i64> = self.sandbox.world.lock().person_ids().collect();
        for id in &ids {
            self.sandbox.world.lock().person_start(*id, Some(MARK), SystemClock.now()).unwrap();
            self.sandbox.write(*id, &format!("{MARK} call me {PHONE}"));
            self.sandbox.write(*id, &format!("/price {MARK}"));
        }
        for id in &ids {
            let contact = self.contact(*id).await["id"].as_i64().unwrap();
            let path = format!("/conversations/{contact}");
            let reply = json!({"message": {"text": format!("answer {MARK}")}});
            member.post(&format!("{path}/messages"), reply).await;
            member.post(&format!("{path}/notes"), json!({"text": format!("note {MARK}")})).await;
            let attributes = json!({"attributes": {"phone": PHONE}});
            self.api.ask("PATCH", &format!("/contacts/{contact}"), Some(&attributes)).await;
            let answered = async || (!self.sandbox.received(*id, "answer").is_empty()).then_some(());
            until("the answer", 30, answered).await;
        }
        ids
    }

    /// A campaign whose calls break in every way, and whose buttons are pressed.
    async fn send(&self, ids: &[i64]) {
        self.sandbox.world.lock().person_block(ids[0], SystemClock.now()).unwrap();
        for (kind, skip) in [
            (FaultKind::ServerError, 0),
            (FaultKind::ResetBefore, 1),
            (FaultKind::ResetAfter, 1),
            (FaultKind::TooMany, 1),
        ] {
            let retry_after_s = Some(1);
            let methods = vec!["sendMessage".to_owned()];
            self.fault(Fault { count: Some(1), skip, retry_after_s, methods, ..Fault::new(kind) });
        }
        let message = json!({"text": format!("Hi {{first_name}} {MARK}"), "buttons": [[
            {"text": "More", "press": {"add_tags": ["More"], "reply": MARK}},
            {"text": "Read", "url": format!("https://example.org/{MARK}")}]]});
        let new = json!({"bot_id": self.bot, "name": MARK, "audience": {"all": []}, "message": message});
        let id = self.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        self.api.post(&format!("/campaigns/{id}/start"), json!({})).await;
        let over = async || {
            let campaign = self.api.get(&format!("/campaigns/{id}")).await;
            if campaign["status"] == "paused" {
                self.api.post(&format!("/campaigns/{id}/resume"), json!({})).await;
            }
            (campaign["status"] == "done").then_some(())
        };
        until("the end of the campaign", 60, over).await;
        let got = ids.iter().find(|id| !self.sandbox.received(**id, "Hi ").is_empty()).unwrap();
        self.sandbox.press(*got, "Hi ", "More");
        self.sandbox.follow(*got, "Hi ", "Read");
        self.api.get(&format!("/campaigns/{id}/report?by=tag")).await;
    }

    /// Visitors, strangers and mistakes at the door.
    async fn knock(&self) {
        let link = json!({"code": "fair", "name": "Fair", "bots": [{"bot_id": self.bot}]});
        self.api.post("/links", link).await;
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let visit = http
            .get(format!("{}/l/fair?utm_source={MARK}&x={MARK}", self.base))
            .header("x-forwarded-for", ADDRESS)
            .header("user-agent", format!("Mozilla/5.0 {MARK}"))
            .header("referer", format!("https://example.org/{MARK}"))
            .header("accept-language", "de");
        assert!(visit.send().await.unwrap().status().is_redirection());
        for path in
            [format!("/l/{MARK}"), format!("/c/{MARK}"), format!("/telegram/{MARK}"), format!("/x/{MARK}")]
        {
            let update = json!({"update_id": 1, "message": {"text": MARK}});
            http.get(format!("{}{path}", self.base)).send().await.unwrap();
            http.post(format!("{}{path}", self.base)).json(&update).send().await.unwrap();
        }
        let sign_in = json!({"email": EMAIL, "password": PASSWORD});
        assert_eq!(self.api.try_ask("POST", "/session", Some(&sign_in)).await.unwrap().0, 401);
        for (path, body) in [
            ("/segments", json!({"bot_id": self.bot, "name": MARK, "expression": {"tag": {"has": MARK}}})),
            ("/events", json!({"bot_id": self.bot, "telegram_id": MARK})),
            ("/bots", json!({"token": format!("12345:{MARK}")})),
        ] {
            let (status, answer) = self.api.try_ask("POST", path, Some(&body)).await.unwrap();
            assert!((400..500).contains(&status), "{path}: {status} {answer}");
        }
        let table = format!("telegram_id,first_name\nno-number,{MARK}\n77,{MARK}\n");
        let path = format!("/contacts/import?bot_id={}", self.bot);
        self.api.upload(&path, "people.csv", table.as_bytes()).await;
    }

    /// Telegram goes away while people wait for answers, and comes back.
    async fn lose_telegram(&mut self) {
        self.network.cut().await;
        let failing = async || {
            let bot = self.api.get(&format!("/bots/{}", self.bot)).await;
            (!bot["health"]["last_error"].is_null()).then_some(())
        };
        until("Telegram to be missed", 30, failing).await;
        self.network.mend().await;
        let well = async || {
            let bot = self.api.get(&format!("/bots/{}", self.bot)).await;
            bot["health"]["last_error"].is_null().then_some(())
        };
        until("Telegram to be back", 60, well).await;
    }

    /// Everything that must not be in the log.
    fn secrets(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> =
            [MARK, PHONE, ADDRESS, EMAIL, PASSWORD, "203.0.113", "5550123"].map(str::to_owned).into();
        all.insert(self.sandbox.token.clone());
        all.extend(self.sandbox.token.split(':').next_back().map(str::to_owned));
        all.insert(self.token.clone());
        for person in self.sandbox.world.lock().people() {
            all.insert(person["id"].to_string());
            all.extend(["first_name", "last_name", "username"].iter().filter_map(|field| {
                let name = person[*field].as_str()?;
                // A name of two letters stands in many words.
                (name.chars().count() > 3 || !name.is_ascii()).then(|| name.to_owned())
            }));
        }
        all
    }
}

fn read(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("serve.log")).unwrap()
}

async fn the_log_says_what_happened_and_not_to_whom(database_url: Option<String>) {
    let mut scene = Scene::open(database_url).await;
    let ids = scene.talk().await;
    scene.send(&ids).await;
    scene.knock().await;
    scene.lose_telegram().await;
    let secrets = scene.secrets();
    assert!(secrets.len() > 20, "{secrets:?}");
    let Scene { folder, serving, .. } = scene;
    assert!(serving.stop().await);
    let log = read(folder.path());
    let mut messages = BTreeSet::new();
    // The greeting is for whoever starts it by hand.
    let greeting = log.lines().take_while(|line| !line.starts_with('{')).count();
    assert!(greeting < 8, "{greeting} lines before the log");
    for line in log.lines().skip(greeting) {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(["timestamp", "level", "target", "fields"].iter().all(|key| !line[*key].is_null()), "{line}");
        messages.extend(line["fields"]["message"].as_str().map(str::to_owned));
    }
    for wanted in ["Bot API call failed", "updates cannot be fetched"] {
        assert!(messages.contains(wanted), "the log tells too little: {messages:?}");
    }
    let found: Vec<&str> = log.lines().filter(|line| secrets.iter().any(|one| line.contains(one))).collect();
    let shown: Vec<&&str> = found.iter().take(5).collect();
    assert!(found.is_empty(), "{} lines of {}: {shown:#?}", found.len(), log.lines().count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    the_log_says_what_happened_and_not_to_whom(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() {
    let Some(url) = cluster::database_or_skip() else { return };
    the_log_says_what_happened_and_not_to_whom(Some(url)).await;
}
