//! What of the environment is meant for us.

use toml::{Table, Value};

use crate::Failure;

const PREFIX: &str = "MUSTER_";
/// How alike two names must be for one to be offered for the other, from 0 to 1.
const ALIKE_MIN: f64 = 0.8;

/// The settings that the environment gives, each with its path. `known` holds every setting there is.
///
/// # Errors
/// A variable of ours names no setting.
pub(super) fn settings(
    known: &Table,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Vec<(Vec<String>, String)>, Failure> {
    let mut given = Vec::new();
    for (name, value) in environment {
        let Some(key) = name.strip_prefix(PREFIX) else { continue };
        let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
        if is_setting(known, &path) {
            given.push((path, value));
        } else if !is_service_link(key, &value) {
            return Err(Failure::new(unknown(known, &name)));
        }
    }
    Ok(given)
}

fn is_setting(known: &Table, path: &[String]) -> bool {
    match path {
        [] => false,
        [last] => known.get(last).is_some_and(|value| !value.is_table()),
        [first, rest @ ..] => {
            known.get(first).and_then(Value::as_table).is_some_and(|inner| is_setting(inner, rest))
        }
    }
}

/// Whether an orchestrator set a variable for a service whose name begins as our variables do. Kubernetes does so in
/// every container (its documentation: "Accessing the Service", environment variables), as Docker's links did.
fn is_service_link(key: &str, value: &str) -> bool {
    let key = format!("_{key}");
    let named_port =
        key.rsplit_once("_SERVICE_PORT").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('_'));
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let of_a_port = || {
        let (_, rest) = key.rsplit_once("_PORT_").filter(|(_, rest)| rest.contains('_')).or_else(|| {
            // `…_PORT_8080_TCP_PORT`: the last of the two is a part's name.
            key.strip_suffix("_PORT")?.rsplit_once("_PORT_")
        })?;
        let mut parts = rest.split('_');
        let digits = parts.next()?.bytes().all(|byte| byte.is_ascii_digit());
        Some(digits && matches!(parts.next()?, "TCP" | "UDP" | "SCTP"))
    };
    key.ends_with("_SERVICE_HOST")
        || named_port
        || (key.ends_with("_PORT") && address)
        || of_a_port().unwrap_or(false)
}

/// Says of a variable that it is none of ours, as it was written, and which may have been meant.
fn unknown(known: &Table, name: &str) -> String {
    let mut names = Vec::new();
    collect(known, PREFIX, &mut names);
    let likeness = |other: &String| strsim::jaro_winkler(name, other);
    let nearest = names
        .into_iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
        .filter(|nearest| likeness(nearest) >= ALIKE_MIN);
    match nearest {
        Some(nearest) => format!("{name} is no setting; {nearest} may be meant"),
        None => format!("{name} is no setting; docs/OPERATIONS.md lists them"),
    }
}

fn collect(table: &Table, prefix: &str, names: &mut Vec<String>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.to_uppercase());
        match value.as_table() {
            Some(inner) => collect(inner, &format!("{name}__"), names),
            None => names.push(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Table {
        crate::config::DEFAULTS.parse().unwrap()
    }

    fn read(variables: &[(&str, &str)]) -> Result<Vec<(Vec<String>, String)>, String> {
        let pairs = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings(&known(), pairs).map_err(|failure| failure.to_string())
    }

    #[test]
    fn what_an_orchestrator_sets_for_a_service_of_our_name_is_not_for_us() {
        let set = [
            ("MUSTER_SERVICE_HOST", "10.0.0.1"),
            ("MUSTER_SERVICE_PORT", "8080"),
            ("MUSTER_SERVICE_PORT_HTTP", "8080"),
            ("MUSTER_PORT", "tcp://10.0.0.1:8080"),
            ("MUSTER_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("MUSTER_PORT_8080_TCP_PROTO", "tcp"),
            ("MUSTER_PORT_8080_TCP_PORT", "8080"),
            ("MUSTER_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("MUSTER_POSTGRES_SERVICE_HOST", "10.0.0.2"),
            ("MUSTER_POSTGRES_PORT", "tcp://10.0.0.2:5432"),
            ("MUSTER_POSTGRES_PORT_5432_TCP_PORT", "5432"),
        ];
        assert_eq!(read(&set), Ok(Vec::new()));
        let ours = read(&[("MUSTER_LOG__LEVEL", "debug"), ("HOME", "/root")]);
        assert_eq!(ours, Ok(vec![(vec!["log".into(), "level".into()], "debug".into())]));
    }

    #[test]
    fn a_misspelt_variable_is_named_as_it_was_written_with_what_may_be_meant() {
        for (written, meant) in [
            ("MUSTER_LISTEM", "MUSTER_LISTEN"),
            ("MUSTER_DATABSE_URL", "MUSTER_DATABASE_URL"),
            ("MUSTER_LOG_LEVEL", "MUSTER_LOG__LEVEL"),
            ("MUSTER_TELEGRAM_API_URL", "MUSTER_TELEGRAM__API_URL"),
        ] {
            assert_eq!(
                read(&[(written, "x")]),
                Err(format!("{written} is no setting; {meant} may be meant"))
            );
        }
        let port = read(&[("MUSTER_PORT", "8080")]).unwrap_err();
        assert!(port.starts_with("MUSTER_PORT is no setting"), "{port}");
        let part = read(&[("MUSTER_TELEGRAM", "x")]).unwrap_err();
        assert!(part.starts_with("MUSTER_TELEGRAM is no setting"), "{part}");
    }
}
