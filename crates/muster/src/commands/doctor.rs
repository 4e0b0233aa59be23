//! `muster doctor`: is everything in order, and if not, what to do. Works beside a running server.

use domain::bot::Status;
use domain::named::Named;
use std::path::Path;

use clap::Args;
use engine::bot_api::BotApi;
use engine::bots::{Identities, Identity, IdentityError};
use engine::diagnosis::{self, BotFindings};
use engine::nodes::{Role, held};
use engine::secrets::Secrets;
use serde_json::json;
use store::nodes::{self, Duty};
use store::{Store, backup};

use super::counted;
use crate::Failure;
use crate::assembly::{countries, secrets_of};
use crate::config::Config;

/// Free space below which something is said, in bytes.
const FREE_BYTES_LOW: u64 = 1 << 30;

/// How to look.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Print a JSON object a line.
    #[arg(long)]
    json: bool,
    /// Read the whole database and compare every index with its table.
    #[arg(long)]
    thorough: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Well,
    /// Works, and somebody should know.
    Look,
    Broken,
}

/// The findings so far, told as they come.
struct Doctor {
    json: bool,
    broken: usize,
}

impl Doctor {
    #[allow(clippy::print_stdout)] // the result
    fn tell(&mut self, verdict: Verdict, what: &str, sentence: &str) {
        let word = match verdict {
            Verdict::Well => "well",
            Verdict::Look => "look",
            Verdict::Broken => "broken",
        };
        self.broken += usize::from(verdict == Verdict::Broken);
        if self.json {
            println!("{}", json!({"verdict": word, "what": what, "says": sentence}));
        } else {
            println!("{word:<7} {what:<12} {sentence}");
        }
    }
}

/// Looks, tells, and fails where something is broken.
pub(super) async fn run(config: &Config, arguments: &DoctorArguments) -> Result<(), Failure> {
    let mut doctor = Doctor { json: arguments.json, broken: 0 };
    addresses(&mut doctor, config);
    networks(&mut doctor, config);
    let folder = &config.data_dir;
    if config.postgres_url().is_none() && !file(&mut doctor, folder, arguments.thorough) {
        return ended(&doctor);
    }
    let secrets = match secrets_of(folder) {
        Ok(secrets) => secrets,
        Err(failure) => {
            doctor.tell(Verdict::Broken, "key", &failure.to_string());
            return ended(&doctor);
        }
    };
    let store = match Store::open(&config.store_beside()) {
        Ok(store) => store,
        Err(error) => {
            doctor.tell(Verdict::Broken, "database", &error.to_string());
            return ended(&doctor);
        }
    };
    if config.postgres_url().is_some() {
        doctor.tell(Verdict::Well, "database", &format!("PostgreSQL answers: {}", store.path().display()));
        servers(&mut doctor, &store).await;
    }
    let found = store.reader().read(diagnosis::all).await;
    match found {
        Ok(bots) if bots.is_empty() => doctor.tell(Verdict::Look, "bots", "none is connected yet"),
        Ok(bots) => {
            let telegram = BotApi::new(&config.telegram.api_url);
            for bot in &bots {
                bot_findings(&mut doctor, bot, &secrets, &telegram).await;
            }
        }
        Err(error) => doctor.tell(Verdict::Broken, "bots", &error.to_string()),
    }
    store.close().await;
    ended(&doctor)
}

/// The file that knows the countries of networks.
fn networks(doctor: &mut Doctor, config: &Config) {
    let Some(file) = config.geo.country_database() else { return };
    match countries(Some(&file)) {
        Ok(_) => {
            let sentence = format!("{} knows the countries of networks", file.display());
            doctor.tell(Verdict::Well, "countries", &sentence);
        }
        Err(failure) => doctor.tell(Verdict::Broken, "countries", &failure.to_string()),
    }
}

/// The servers that share a PostgreSQL database, and whether each part of the work has one.
async fn servers(doctor: &mut Doctor, store: &Store) {
    let standing = match store.reader().read(nodes::standing).await {
        Ok(standing) => standing,
        Err(error) => return doctor.tell(Verdict::Broken, "servers", &error.to_string()),
    };
    if standing.nodes.is_empty() {
        return doctor.tell(Verdict::Look, "servers", "none is running");
    }
    for node in &standing.nodes {
        let held = |duty| held(&standing, node.id, duty);
        let (polled, sent_for) = (held(Duty::Intake), held(Duty::Sending));
        let sentence = format!(
            "{} is there ({}): takes in for {}, sends for {sent_for}",
            node.name,
            node.roles.replace(' ', ", "),
            counted(polled, "bot", "bots")
        );
        doctor.tell(Verdict::Well, "servers", &sentence);
    }
    for role in Role::ALL {
        if !standing.nodes.iter().any(|node| role.is_of(node)) {
            let sentence = format!("none has the role {}: give it to one in node.roles", role.name());
            doctor.tell(Verdict::Broken, "servers", &sentence);
        }
    }
}

/// Looks at the folder and the file in it; false when there is none.
fn file(doctor: &mut Doctor, folder: &Path, thorough: bool) -> bool {
    let file = folder.join(backup::FILE_NAME);
    if !file.exists() {
        let sentence = format!("{} has no database: `muster serve` makes it", folder.display());
        doctor.tell(Verdict::Broken, "data_dir", &sentence);
        return false;
    }
    space(doctor, folder);
    match backup::faults(&file, thorough) {
        Ok(faults) if faults.is_empty() => doctor.tell(Verdict::Well, "database", "the file is whole"),
        Ok(faults) => faults.iter().for_each(|fault| doctor.tell(Verdict::Broken, "database", fault)),
        Err(error) => doctor.tell(Verdict::Broken, "database", &error.to_string()),
    }
    true
}

fn ended(doctor: &Doctor) -> Result<(), Failure> {
    match doctor.broken {
        0 => Ok(()),
        count => Err(Failure::new(format!("{} broken", counted(count, "thing is", "things are")))),
    }
}

fn addresses(doctor: &mut Doctor, config: &Config) {
    if config.public_url.is_empty() {
        doctor.tell(
            Verdict::Look,
            "public_url",
            "is empty: links in messages are not tracked for people outside this machine",
        );
    } else if config.public_url.starts_with("http://") {
        doctor.tell(Verdict::Look, "public_url", "is not https: sign-ins and links travel in the open");
    } else {
        doctor.tell(Verdict::Well, "public_url", &config.public_url);
    }
}

fn space(doctor: &mut Doctor, folder: &Path) {
    let probe = folder.join(format!("muster.probe.{}", std::process::id()));
    let written = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe));
    if let Err(error) = written {
        let sentence = format!("{} cannot be written: {error}", folder.display());
        return doctor.tell(Verdict::Broken, "data_dir", &sentence);
    }
    #[cfg(unix)]
    if let Ok(space) = rustix::fs::statvfs(folder) {
        let free = space.f_bavail * space.f_frsize;
        let verdict = if free < FREE_BYTES_LOW { Verdict::Look } else { Verdict::Well };
        let sentence = format!("{} can be written, {} MiB are free", folder.display(), free >> 20);
        return doctor.tell(verdict, "data_dir", &sentence);
    }
    doctor.tell(Verdict::Well, "data_dir", &format!("{} can be written", folder.display()));
}

async fn bot_findings(doctor: &mut Doctor, bot: &BotFindings, secrets: &Secrets, telegram: &BotApi) {
    let what = format!("@{}", bot.username);
    bot.broken.iter().for_each(|sentence| doctor.tell(Verdict::Broken, &what, sentence));
    if bot.broken.is_empty() {
        let sentence = format!(
            "{} without a gap, and every ledger sums to its audience",
            counted(bot.events, "event", "events")
        );
        doctor.tell(Verdict::Well, &what, &sentence);
    }
    if bot.ingest_failed > 0 {
        let sentence = format!(
            "{} not be taken in and kept raw in the log",
            counted(bot.ingest_failed, "update could", "updates could")
        );
        doctor.tell(Verdict::Look, &what, &sentence);
    }
    if bot.status != Status::Running {
        doctor.tell(Verdict::Look, &what, &format!("is {}", bot.status.name()));
        return;
    }
    if let Some(error) = &bot.last_error {
        doctor.tell(Verdict::Look, &what, &format!("last went wrong: {error}"));
    }
    match secrets.open(&bot.token_sealed) {
        Err(_) => doctor.tell(
            Verdict::Broken,
            &what,
            "this muster.key does not open its token: bring the right key back, or put the token in anew",
        ),
        Ok(token) => {
            let (verdict, sentence) = judged(&bot.username, telegram.identify(&token).await);
            doctor.tell(verdict, &what, &sentence);
        }
    }
}

/// What Telegram's answer to a bot's token says of the bot, which is called `username` here.
fn judged(username: &str, answer: Result<Identity, IdentityError>) -> (Verdict, String) {
    match answer {
        Ok(identity) if identity.username != username => {
            let name = identity.username;
            (
                Verdict::Look,
                format!("Telegram calls it @{name} now; a running server takes that up by itself"),
            )
        }
        Ok(_) => (Verdict::Well, "Telegram answers to its token".to_owned()),
        Err(IdentityError::BadToken) => (Verdict::Broken, "Telegram refuses its token".to_owned()),
        Err(IdentityError::Unreachable(error)) => {
            (Verdict::Broken, format!("Telegram cannot be reached: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_telegram_has_for_a_bot_is_compared() {
        let called =
            |username: &str| Ok(Identity { telegram_id: 5, username: username.into(), name: "Shop".into() });
        assert_eq!(judged("shop_bot", called("shop_bot")).0, Verdict::Well);
        let (verdict, sentence) = judged("shop_bot", called("store_bot"));
        assert_eq!(verdict, Verdict::Look);
        assert!(sentence.contains("@store_bot now"), "{sentence}");
        assert_eq!(judged("shop_bot", Err(IdentityError::BadToken)).0, Verdict::Broken);
        let away = Err(IdentityError::Unreachable("no route".into()));
        assert!(judged("shop_bot", away).1.contains("no route"));
    }
}
