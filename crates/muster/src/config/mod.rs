//! Configuration: defaults compiled in, a file, the environment, flags, in rising order.

mod environment;

use domain::named::Named;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use engine::nodes::{Role, ThisNode};
use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use store::StoreOptions;
use toml::{Table, Value};

use crate::Failure;

/// The commented defaults. They are the documentation too, so that the two cannot differ.
pub const DEFAULTS: &str = include_str!("../default.toml");

/// What can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub public_url: String,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    pub links: Links,
    pub geo: Geo,
    pub telegram: Telegram,
    pub log: Log,
    pub node: NodeConfig,
}

/// Diversion links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Days that visitors' addresses are kept whole.
    #[serde(deserialize_with = "whole_number")]
    pub address_days: u32,
}

/// Where visitors come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geo {
    /// A file in MaxMind's format that knows the countries of networks; empty for none.
    pub country_database: String,
}

impl Geo {
    /// The file, where one is configured.
    pub fn country_database(&self) -> Option<PathBuf> {
        (!self.country_database.is_empty()).then(|| PathBuf::from(&self.country_database))
    }
}

/// The Bot API server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    pub api_url: String,
}

/// The log on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// This server among the servers of its installation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// What people call it; empty for the machine's name.
    pub name: String,
    #[serde(deserialize_with = "roles")]
    pub roles: Vec<Role>,
}

impl NodeConfig {
    /// This process, as a node.
    pub fn this(&self) -> ThisNode {
        let name = if self.name.is_empty() {
            gethostname::gethostname().to_string_lossy().into_owned()
        } else {
            self.name.clone()
        };
        ThisNode::new(name, self.roles.iter().copied())
    }
}

impl Config {
    /// Lays file, environment and flags over the defaults. `environment` is what `std::env::vars` gives.
    ///
    /// # Errors
    /// The file cannot be read, or something in it or in the environment is not known or not valid.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let mut table = parse("the defaults", DEFAULTS)?;
        let of_environment = environment::settings(&table, environment)?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::new(format!("the configuration {} cannot be read: {error}", path.display()))
            })?;
            merge(&mut table, parse(&path.display().to_string(), &text)?);
        }
        for (path, value) in of_environment {
            set(&mut table, &path, value);
        }
        for (key, value) in flags {
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            set(&mut table, &path, value.clone());
        }
        let config: Self = table
            .try_into()
            .map_err(|error| Failure::new(format!("the configuration is not valid: {error}")))?;
        config.checked()
    }

    fn checked(mut self) -> Result<Self, Failure> {
        if self.database_url != "sqlite" && self.postgres_url().is_none() {
            return Err(Failure::new(
                "database_url: must be \"sqlite\", or begin with postgres:// or postgresql://",
            ));
        }
        if self.postgres_url().is_none() && self.node.roles.len() < Role::ALL.len() {
            return Err(Failure::new(
                "node.roles: with database_url = \"sqlite\" one server does everything; other roles need PostgreSQL",
            ));
        }
        for (name, url) in
            [("public_url", &mut self.public_url), ("telegram.api_url", &mut self.telegram.api_url)]
        {
            while url.ends_with('/') {
                url.pop();
            }
            if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(Failure::new(format!("{name}: must begin with http:// or https://")));
            }
        }
        Ok(self)
    }

    /// The PostgreSQL database, where that is configured.
    pub fn postgres_url(&self) -> Option<&str> {
        is_postgres(&self.database_url).then_some(&self.database_url)
    }

    /// How a command opens the database beside a running server.
    pub fn store_beside(&self) -> StoreOptions {
        StoreOptions {
            exclusive: false,
            postgres_url: self.postgres_url().map(str::to_owned),
            ..StoreOptions::new(&self.data_dir)
        }
    }

    /// Where people reach this server.
    pub fn reached_at(&self) -> String {
        if self.public_url.is_empty() { format!("http://{}", self.listen) } else { self.public_url.clone() }
    }
}

/// Whether a URL names a PostgreSQL database.
pub(crate) fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Words as a list, or as one text with commas, as the environment has it.
fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        List(Vec<String>),
        Text(String),
    }
    let texts = match Form::deserialize(from)? {
        Form::List(texts) => texts,
        Form::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    Ok(texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect())
}

/// What a node does: at least something.
fn roles<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Role>, D::Error> {
    let words = words(from)?;
    let mut roles = Vec::new();
    for word in &words {
        let role = Role::from_name(word).ok_or_else(|| {
            D::Error::custom(format!("\"{word}\" is no role; there are web, intake and sender"))
        })?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    if roles.is_empty() {
        return Err(D::Error::custom("name at least one role of web, intake and sender"));
    }
    Ok(roles)
}

/// Networks, such as `10.0.0.0/8`; one address is one of its own.
fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    words(from)?
        .iter()
        .map(|text| {
            let host = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse().or_else(|_| host()).map_err(|_| {
                D::Error::custom(format!("\"{text}\" is no network; write one such as 10.0.0.0/8"))
            })
        })
        .collect()
}

/// A number, or its digits, as the environment has it.
fn whole_number<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Number(u32),
        Text(String),
    }
    match Form::deserialize(from)? {
        Form::Number(number) => Ok(number),
        Form::Text(text) => {
            text.trim().parse().map_err(|_| D::Error::custom(format!("\"{text}\" is no whole number")))
        }
    }
}

fn parse(what: &str, text: &str) -> Result<Table, Failure> {
    text.parse::<Table>().map_err(|error| Failure::new(format!("{what} is not valid TOML: {error}")))
}

fn merge(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}

fn set(table: &mut Table, path: &[String], value: String) {
    match path {
        [] => {}
        [key] => drop(table.insert(key.clone(), Value::String(value))),
        [key, rest @ ..] => {
            let below = table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(below) = below {
                set(below, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        file: Option<&Path>,
        environment: &[(&str, &str)],
        flags: &[(&str, String)],
    ) -> Result<Config, Failure> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(file, environment, flags)
    }

    #[test]
    fn the_file_the_environment_and_flags_are_laid_over_the_defaults_in_this_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("muster.toml");
        std::fs::write(&file, "data_dir = \"from-file\"\n[telegram]\napi_url = \"http://file\"\n").unwrap();
        let environment = [("MUSTER_TELEGRAM__API_URL", "http://env/"), ("OTHER", "x")];
        let flags = [("listen", "127.0.0.1:9000".to_owned())];
        let config = load(Some(&file), &environment, &flags).unwrap();
        assert_eq!(config.data_dir, Path::new("from-file"));
        assert_eq!(config.telegram.api_url, "http://env");
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.log.level, "info");
    }

    #[test]
    fn proxies_and_days_are_read_from_a_file_and_from_the_environment() {
        let environment =
            [("MUSTER_TRUSTED_PROXIES", "10.0.0.0/8, ::1"), ("MUSTER_LINKS__ADDRESS_DAYS", "7")];
        let config = load(None, &environment, &[]).unwrap();
        let expected: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        assert_eq!((config.trusted_proxies, config.links.address_days), (expected, 7));
        let plain = load(None, &[], &[]).unwrap();
        assert_eq!((plain.trusted_proxies, plain.geo.country_database()), (vec![], None));
        let geo = load(None, &[("MUSTER_GEO__COUNTRY_DATABASE", "/srv/countries.mmdb")], &[]).unwrap().geo;
        assert_eq!(geo.country_database().as_deref(), Some(Path::new("/srv/countries.mmdb")));
        for (name, value) in [("MUSTER_TRUSTED_PROXIES", "everybody"), ("MUSTER_LINKS__ADDRESS_DAYS", "some")]
        {
            let error = load(None, &[(name, value)], &[]).unwrap_err().to_string();
            assert!(error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_node_does_everything_unless_it_is_told() {
        let all = load(None, &[], &[]).unwrap();
        assert_eq!(all.node.roles, Role::ALL);
        assert!(!all.node.this().name.is_empty(), "the machine's name");
        let postgres = ("MUSTER_DATABASE_URL", "postgres://x/y");
        let two = load(None, &[postgres, ("MUSTER_NODE__ROLES", "sender, intake")], &[]).unwrap();
        assert_eq!(two.node.roles, [Role::Sender, Role::Intake]);
        for (roles, word) in [("mail", "mail"), (" ", "at least one")] {
            let error = load(None, &[postgres, ("MUSTER_NODE__ROLES", roles)], &[]).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        let error = load(None, &[("MUSTER_NODE__ROLES", "web")], &[]).unwrap_err().to_string();
        assert!(error.contains("node.roles"), "{error}");
    }

    #[test]
    fn what_is_not_known_is_named() {
        let error = load(None, &[("MUSTER_LISTENN", "x")], &[]).unwrap_err().to_string();
        assert!(error.contains("MUSTER_LISTENN") && error.contains("MUSTER_LISTEN may"), "{error}");
        let error = load(None, &[("MUSTER_DATABASE_URL", "mysql://x")], &[]).unwrap_err().to_string();
        assert!(error.contains("database_url"), "{error}");
        let error = load(None, &[("MUSTER_PUBLIC_URL", "example.org")], &[]).unwrap_err().to_string();
        assert!(error.contains("public_url"), "{error}");
    }
}
