//! Addresses: as Telegram reads them inside markup (lenient), and as a button wants them (absolute).

use super::limits::URL_BYTES_MAX;

/// Reads an address as Telegram does inside markup: a missing scheme is `http`, a missing path is `/`, scheme and
/// host become lower case. `None` for what Telegram would not make a link of.
pub(super) fn normalised(link: &str) -> Option<String> {
    if let Some(rest) = strip_scheme(link, "tg:") {
        return normalised_tg(rest.strip_prefix("//").unwrap_or(rest));
    }
    let (scheme, rest) = match (strip_scheme(link, "http://"), strip_scheme(link, "https://")) {
        (Some(rest), _) => ("http", rest),
        (_, Some(rest)) => ("https", rest),
        _ => ("http", link),
    };
    let (authority, tail) = split_authority(rest);
    let (user, host_port) = match authority.rsplit_once('@') {
        Some((user, host_port)) => (format!("{user}@"), host_port),
        None => (String::new(), authority),
    };
    let (host, port) = split_port(host_port)?;
    if !is_host(host) || !host.contains('.') || !is_plain(&user) {
        return None;
    }
    Some(format!("{scheme}://{user}{}{port}{}", host.to_ascii_lowercase(), normalised_tail(tail)))
}

/// Checks a button's address: `http`, `https` or `tg`, absolute.
///
/// # Errors
/// A sentence that goes after the field's name.
pub(super) fn check_absolute(link: &str) -> Result<(), &'static str> {
    if link.len() > URL_BYTES_MAX {
        return Err("must have at most 2048 bytes");
    }
    if link.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("must not hold spaces or control characters; write a space as %20");
    }
    if link.contains(['{', '}']) {
        return Err("cannot hold a variable");
    }
    if let Some(rest) = strip_scheme(link, "tg://") {
        let (host, _) = split_authority(rest);
        return if is_host(host) {
            Ok(())
        } else {
            Err("must name what to open, such as tg://resolve?domain=…")
        };
    }
    let rest = strip_scheme(link, "https://").or_else(|| strip_scheme(link, "http://"));
    let Some(rest) = rest else { return Err("must begin with https://, http:// or tg://") };
    let (authority, _) = split_authority(rest);
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host_port)| host_port);
    match split_port(host_port) {
        Some((host, _)) if is_host(host) => Ok(()),
        _ => Err("must name a host after its scheme"),
    }
}

/// Schemes of what is no page: behind `http://` they are taken for a name or a host.
const NO_PAGES: [&str; 7] = ["mailto", "tel", "sms", "callto", "skype", "javascript", "file"];

/// Whether a web address leads nowhere: no browser can read it, or it is a telephone number or a mailbox that was
/// taken for a page (`http://mailto:ann@example.org`, `http://tel:112`).
pub(super) fn leads_nowhere(link: &str) -> bool {
    if !is_web(link) {
        return false;
    }
    let Ok(url) = url::Url::parse(link) else { return true };
    let is_scheme = |name: &str| NO_PAGES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    is_scheme(url.username()) || url.host_str().is_none_or(is_scheme)
}

/// A web address in ASCII alone, as a header can carry it: the host in punycode, path and query percent-encoded.
/// `None` for what no browser can read.
pub fn in_ascii(link: &str) -> Option<String> {
    url::Url::parse(link).ok().map(String::from)
}

/// An `http` or `https` address, so that a redirect can lead to it.
pub(super) fn is_web(link: &str) -> bool {
    strip_scheme(link, "https://").or_else(|| strip_scheme(link, "http://")).is_some()
}

/// Telegram refuses a button whose web address has no dot in its host.
pub(super) fn has_public_host(link: &str) -> bool {
    !is_web(link) || normalised(link).is_some()
}

fn strip_scheme<'a>(link: &'a str, scheme: &str) -> Option<&'a str> {
    let head = link.get(..scheme.len())?;
    if head.eq_ignore_ascii_case(scheme) { link.get(scheme.len()..) } else { None }
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// Host and port, the port with its colon. `None` where the port is no number from 1 to 65535.
fn split_port(host_port: &str) -> Option<(&str, &str)> {
    let Some(colon) = host_port.rfind(':') else { return Some((host_port, "")) };
    let (host, port) = host_port.split_at(colon);
    if !port[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u16 = port[1..].parse().ok()?;
    if number == 0 { None } else { Some((host, port)) }
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && !host.starts_with('.')
        && !host.contains("..")
        && host.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, '.' | '-' | '_')
                || (!c.is_ascii() && !c.is_whitespace() && !c.is_control())
        })
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn normalised_tail(tail: &str) -> String {
    let slash = if tail.starts_with('/') { "" } else { "/" };
    let mut path = String::from(slash);
    for c in tail.chars() {
        if c.is_ascii() && (c <= ' ' || c == '\x7f') {
            path.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            path.push(c);
        }
    }
    path
}

fn normalised_tg(rest: &str) -> Option<String> {
    let (host, tail) = split_authority(rest);
    if !is_host(host) {
        return None;
    }
    let tail = normalised_tail(tail);
    let tail =
        if tail == "/" { "" } else { tail.strip_prefix('/').filter(|t| t.starts_with('?')).unwrap_or(&tail) };
    Some(format!("tg://{}{tail}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_links_are_completed() {
        assert_eq!(normalised("Example.ORG?a=B").as_deref(), Some("http://example.org/?a=B"));
        assert_eq!(normalised("HTTPS://a.b:8443/p#f").as_deref(), Some("https://a.b:8443/p#f"));
        assert_eq!(normalised("tg://user?id=5").as_deref(), Some("tg://user?id=5"));
        for bad in ["", " ", "localhost", "http://", "https://a b.c", "a.b:0", "a.b:99999", "ftp://a.b/"] {
            assert_eq!(normalised(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_button_wants_an_absolute_address() {
        for good in
            ["https://a.b", "http://localhost:8080/x?y", "tg://resolve?domain=x", "HTTPS://例子.公司/路"]
        {
            assert_eq!(check_absolute(good), Ok(()), "{good}");
        }
        for bad in [
            "a.b",
            "/x",
            "//a.b",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a.b/{x}",
            "tg://",
        ] {
            assert!(check_absolute(bad).is_err(), "{bad}");
        }
        assert!(!has_public_host("http://localhost:8080/"));
        assert!(has_public_host("https://a.b") && has_public_host("tg://resolve?domain=x"));
    }

    #[test]
    fn a_header_can_carry_every_address() {
        for (link, ascii) in [
            (
                "https://пример.рф/путь?имя=Анна",
                "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?%D0%B8%D0%BC%D1%8F=%D0%90%D0%BD%D0%BD%D0%B0",
            ),
            ("https://例子.测试/商店#顶", "https://xn--fsqu00a.xn--0zwm56d/%E5%95%86%E5%BA%97#%E9%A1%B6"),
            ("https://shop.example.org/a%20b?x=1&y=%C3%A9", "https://shop.example.org/a%20b?x=1&y=%C3%A9"),
            ("HTTPS://Shop.Example.org", "https://shop.example.org/"),
        ] {
            assert_eq!(in_ascii(link).as_deref(), Some(ascii));
            assert!(ascii.is_ascii());
        }
        assert_eq!(in_ascii("/relative"), None);
    }

    #[test]
    fn a_telephone_number_is_no_page() {
        for link in [
            "http://mailto:ann@example.org",
            "https://tel:112",
            "http://tel/",
            "http://sms:5/",
            "http://xn--a/",
            "http://a.b:99999/",
        ] {
            assert!(leads_nowhere(link), "{link}");
        }
        for link in [
            "https://example.org",
            "http://ann:pw@example.org/",
            "tg://resolve?domain=x",
            "http://localhost:8080/",
        ] {
            assert!(!leads_nowhere(link), "{link}");
        }
        assert!(check_absolute("https://example.org:+80").is_err());
    }
}
