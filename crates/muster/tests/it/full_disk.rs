//! A real disk that fills up under a running campaign: the server says so, goes on reading, acknowledges and sends
//! nothing that it cannot write down, and goes on by itself once there is room. Killed, it does not start before.
//! Nothing is lost, nobody written to twice.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::event::{EventBody, Outcome};
use domain::ids::{BotId, CampaignId};
use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::binary::{self, Serving, free_port};
use testkit::small_disk::PLACE;
use testkit::{Api, Rehearsal, SmallDisk, agreement, crowd, stored, until};

const ISSUE: &str = "The weekly issue";
const PEOPLE: u32 = 600;
const BULK_PER_SECOND: i64 = 60;
const DISK_MIB: u32 = 24;

struct Scene {
    disk: SmallDisk,
    sandbox: Rehearsal,
    port: u16,
    api: Api,
    bot: i64,
    campaign: i64,
    people: Vec<i64>,
}

/// A server on the disk, its log included.
fn serve(disk: &SmallDisk, sandbox: &Rehearsal, port: u16) -> Command {
    let listen = format!("127.0.0.1:{port}");
    let mut command = disk.command(&binary::command(PLACE.as_ref(), &["serve", "--listen", &listen]));
    let log = File::options().create(true).append(true).open(disk.file("serve.log")).unwrap();
    command.env("MUSTER_TELEGRAM__API_URL", sandbox.api_url()).stdout(Stdio::null()).stderr(log);
    command
}

impl Scene {
    /// A server whose folder is on the small disk, with a bot, people who started it, and a campaign under way.
    async fn open() -> Option<(Self, Serving)> {
        let disk = SmallDisk::mount(DISK_MIB)?;
        let world =
            WorldConfig { people: PEOPLE, lively: false, flood_limits: false, ..WorldConfig::default() };
        let sandbox = Rehearsal::serve(world).await;
        let port = free_port();
        let made =
            disk.command(&binary::command(PLACE.as_ref(), &["token", "create", "tests"])).output().unwrap();
        let token = String::from_utf8(made.stdout).unwrap();
        let api = Api::new(format!("http://127.0.0.1:{port}"), token.trim());
        let serving = Serving::start_by(serve(&disk, &sandbox, port), port).await;
        let new = json!({"token": sandbox.token, "bulk_per_second": BULK_PER_SECOND});
        let bot = api.post("/bots", new).await["id"].as_i64().unwrap();
        let people: Vec<i64> = sandbox.world.lock().person_ids().collect();
        for id in &people {
            sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let everyone = json!({"all": []});
        let known = async || (api.count(bot, &everyone).await == people.len() as i64).then_some(());
        until("everybody to be known", 60, known).await;
        let message = json!({"text": ISSUE, "format": "plain", "buttons": [
            [{"text": "More", "press": {"add_tags": ["Wants more"]}}]]});
        let new = json!({"bot_id": bot, "name": ISSUE, "audience": everyone, "message": message});
        let campaign = api.post("/campaigns", new).await["id"].as_i64().unwrap();
        api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        Some((Self { disk, sandbox, port, api, bot, campaign, people }, serving))
    }

    fn serve(&self) -> Command {
        serve(&self.disk, &self.sandbox, self.port)
    }

    async fn campaign(&self) -> Value {
        self.api.get(&format!("/campaigns/{}", self.campaign)).await
    }

    async fn sent_more_than(&self, before: i64) -> i64 {
        let more = async || self.campaign().await["counts"]["sent"].as_i64().filter(|sent| *sent > before);
        until("more to be sent", 60, more).await.0
    }

    /// How many got the message, by the sandbox's own record.
    fn arrived(&self) -> usize {
        self.people.iter().filter(|id| !self.sandbox.received(**id, ISSUE).is_empty()).count()
    }

    /// `GET /readyz`: its status and what it says.
    async fn ready(&self) -> (u16, String) {
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let answer = http.get(format!("{}/readyz", self.api.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn not_ready(&self) {
        let (text, _) = until("the server to say that it is not ready", 60, async || {
            let (status, text) = self.ready().await;
            (status == 503).then_some(text)
        })
        .await;
        assert!(text.contains("disk is full"), "{text}");
    }

    async fn is_well(&self) {
        until("the server to be ready again", 60, async || (self.ready().await.0 == 204).then_some(())).await;
        let bot = self.api.get(&format!("/bots/{}", self.bot)).await;
        assert_eq!(bot["health"]["last_error"], Value::Null, "{bot}");
    }

    /// What a full disk looks like from outside.
    async fn says_so(&self) {
        let late = json!({"name": "Late"});
        let (status, problem) = self.api.try_ask("POST", "/tags", Some(&late)).await.expect("an answer");
        assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("disk is full"), "{problem}");
        let bot = self.api.get(&format!("/bots/{}", self.bot)).await;
        assert!(
            bot["health"]["last_error"].as_str().is_some_and(|told| told.contains("disk is full")),
            "{bot}"
        );
        let people = self.api.count(self.bot, &json!({"all": []})).await;
        assert_eq!(people, self.people.len() as i64, "reading goes on");
    }

    /// What a server says that is started on a full disk, and ends.
    fn refused_start(&self) -> String {
        let output = self.serve().stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The end of the campaign, and of everything that people did; a member lets it go on wherever a guard rail
    /// stopped it.
    async fn ended(&self) {
        let done = async || {
            let campaign = self.campaign().await;
            if campaign["pause_reason"] == "guard_rail" {
                self.api.post(&format!("/campaigns/{}/resume", self.campaign), json!({})).await;
            }
            (campaign["status"] == "done").then_some(())
        };
        until("the end of the campaign", 90, done).await;
        let taken_in = async || (crowd::waiting(&self.sandbox.world) == 0).then_some(());
        until("all updates to be taken in", 60, taken_in).await;
    }

    /// Nothing lost, nobody twice; how many lines stand at `unknown`.
    async fn agrees(&self) -> usize {
        // SQLite would look for the disk outside: it resolves links by itself.
        let copy = tempfile::tempdir().unwrap();
        for name in ["muster.db", "muster.key"] {
            std::fs::copy(self.disk.file(name), copy.path().join(name)).unwrap();
        }
        let stored = stored::in_folder(copy.path(), BotId(self.bot)).await;
        let failed = stored.events.iter().filter(|e| matches!(e.body, EventBody::IngestFailed { .. }));
        assert_eq!(failed.count(), 0, "no update was blamed for the disk");
        let truth = self.sandbox.truth();
        assert_eq!(agreement::lost_acts(&stored, &truth), 0);
        let lines = &stored.ledgers[&CampaignId(self.campaign)];
        let compared = agreement::ledger(&stored, lines, &truth, ISSUE, &BTreeSet::new());
        assert_eq!(compared.doubled, 0, "nobody gets it twice");
        assert_eq!(compared.counts.values().sum::<usize>(), self.people.len());
        compared.counts.get(&Outcome::Unknown).copied().unwrap_or(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_nothing_is_lost_by_it() {
    let Some((scene, serving)) = Scene::open().await else { return };
    let sent = scene.sent_more_than(20).await;
    let stop = Arc::new(AtomicBool::new(false));
    let world = Arc::clone(&scene.sandbox.world);
    let crowd = tokio::spawn(crowd::lively(world, scene.people.clone(), 7, Arc::clone(&stop)));
    scene.disk.fill();
    scene.not_ready().await;
    scene.says_so().await;
    scene.disk.free();
    scene.is_well().await;
    let sent = scene.sent_more_than(sent).await;
    assert_eq!(
        scene.campaign().await["counts"]["unknown"],
        0,
        "what became of every call was kept, and written down"
    );

    scene.disk.fill();
    scene.not_ready().await;
    serving.kill();
    let arrived = scene.arrived();
    let refused = scene.refused_start();
    assert!(refused.contains("disk is full; make room"), "{refused}");
    assert_eq!(scene.arrived(), arrived, "nothing goes out that cannot be written down before");
    scene.disk.free();
    let serving = Serving::start_by(scene.serve(), scene.port).await;
    scene.is_well().await;
    scene.sent_more_than(sent).await;
    stop.store(true, Ordering::Release);
    crowd.await.unwrap();
    scene.ended().await;
    assert!(serving.stop().await, "the server ends well when it is asked to");
    let unknown = scene.agrees().await;
    assert!(unknown <= domain::limits::CALLS_IN_FLIGHT_MAX, "{unknown} unknown by one kill");
}
