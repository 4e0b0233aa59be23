//! Which addresses Telegram takes, and what it makes of them.

/// An address of a link or button in Telegram's spelling, or none if Telegram would refuse it.
///
/// A missing scheme becomes `http`, the host is lower-cased and a path is added. One difference
/// is meant: Telegram refuses a host without a dot, the sandbox takes `localhost`, since the
/// people of a rehearsal live on this machine.
pub fn normalized(address: &str) -> Option<String> {
    if address.is_empty() || address.len() > 2048 {
        return None;
    }
    let lower = address.to_ascii_lowercase();
    for scheme in ["tg:", "ton:"] {
        if let Some(rest) = lower.strip_prefix(scheme) {
            let rest_at = scheme.len() + if rest.starts_with("//") { 2 } else { 0 };
            return in_app(scheme.trim_end_matches(':'), &address[rest_at..]);
        }
    }
    let (scheme, rest) = match lower.find("://") {
        Some(at) if !lower[..at].contains(['/', '?', '#', '.']) => (&lower[..at], &address[at + 3..]),
        _ => ("http", address),
    };
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_end);
    let authority = checked_authority(authority, scheme)?;
    let mut url = format!("{scheme}://{authority}");
    if !path.starts_with('/') {
        url.push('/');
    }
    for c in path.chars() {
        if c <= ' ' {
            url.push_str(&format!("%{:02X}", c as u32));
        } else {
            url.push(c);
        }
    }
    Some(url)
}

fn in_app(scheme: &str, rest: &str) -> Option<String> {
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..host_end];
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (plain && !rest.contains(|c: char| c <= ' ')).then(|| format!("{scheme}://{rest}"))
}

fn checked_authority(authority: &str, scheme: &str) -> Option<String> {
    let (user, host_port) = match authority.rfind('@') {
        Some(at) => (&authority[..=at], &authority[at + 1..]),
        None => ("", authority),
    };
    let (host, port) = match host_port.rfind(':') {
        Some(at) if !host_port.ends_with(']') => (&host_port[..at], Some(&host_port[at + 1..])),
        _ => (host_port, None),
    };
    let port = match port {
        Some(digits) => Some(digits.parse::<u16>().ok().filter(|port| *port != 0)?),
        None => None,
    };
    let host = host.to_lowercase();
    let bad = |c: char| c <= ' ' || "\"<>\\^`{|}%".contains(c) || c == '\u{7f}';
    let named = host.contains('.') && !host.starts_with('.') && !host.contains("..");
    let bracketed = host.starts_with('[') && host.ends_with(']') && host.contains(':');
    if host.contains(bad) || user.contains(bad) || !(named || bracketed || host == "localhost") {
        return None;
    }
    let default_port = if scheme == "http" { 80 } else { 443 };
    match port {
        Some(port) if port != default_port => Some(format!("{user}{host}:{port}")),
        _ => Some(format!("{user}{host}")),
    }
}

/// The user behind `tg://user?id=…`, which is a mention and not a link.
pub fn mentioned_user_id(address: &str) -> Option<i64> {
    let lower = address.to_ascii_lowercase();
    let rest = lower.strip_prefix("tg:")?;
    let query = rest.trim_start_matches('/').strip_prefix("user?")?;
    let id = query.split('&').find_map(|pair| pair.strip_prefix("id="))?;
    id.parse().ok().filter(|id| *id > 0)
}

/// Whether an address points at this machine, the only place that the sandbox's people go to.
pub fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_port = authority.rsplit('@').next().unwrap_or_default();
    if host_port.starts_with("[::1]") {
        return true;
    }
    let host = host_port.split(':').next().unwrap_or_default();
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_telegram_takes() {
        for (address, want) in [
            ("telegram.org", Some("http://telegram.org/")),
            ("telegram.org?<", Some("http://telegram.org/?<")),
            ("HTTPS://Example.com:443/A b", Some("https://example.com/A%20b")),
            ("http://localhost:8080/c/x", Some("http://localhost:8080/c/x")),
            ("tg://resolve?domain=x", Some("tg://resolve?domain=x")),
            ("ftp://example.com/", None),
            ("telegram", None),
            ("telegram.org ", None),
            ("http://", None),
            ("", None),
            ("http://a.b:99999/", None),
        ] {
            assert_eq!(normalized(address).as_deref(), want, "{address}");
        }
    }

    #[test]
    fn knows_this_machine() {
        for url in ["http://localhost/x", "http://127.0.0.1:80/", "http://[::1]:8080/x", "http://127.9.9.9"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "https://localhost/",
            "http://127.0.0.1@evil.test/",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
