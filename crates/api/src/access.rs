//! Who asks, and whether they may: a handler's signature is its policy.
//!
//! Each extractor of [`may`] lets callers through who have that right; which role has which is `domain::team`'s to say.
//! A caller is a browser with a session's cookie, or a program with a bearer token. What changes something by cookie
//! must come from the console's own origin.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use domain::ids::MemberId;
use engine::team::{Caller, Team};
use ipnet::IpNet;

use crate::problem::{Code, Problem, Result};
use crate::state::{ApiOptions, ApiState};

/// The session's cookie.
pub const COOKIE: &str = "muster_session";

/// An extractor for each right: a handler that names one lets only those callers through who have it.
pub mod may {
    use std::ops::Deref;

    use axum::extract::FromRequestParts;
    use axum::http::request::Parts;
    use domain::team::Right;
    use engine::team::Caller;

    use crate::problem::{Problem, Result};
    use crate::state::ApiState;

    macro_rules! extractors {
        ($($right:ident),+ $(,)?) => {$(
            #[doc = concat!("A caller who has [`Right::", stringify!($right), "`].")]
            #[derive(Debug, Clone, Copy)]
            pub struct $right(pub Caller);

            impl Deref for $right {
                type Target = Caller;

                fn deref(&self) -> &Caller {
                    &self.0
                }
            }

            impl FromRequestParts<ApiState> for $right {
                type Rejection = Problem;

                async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self> {
                    let caller = super::caller(parts, state).await?;
                    if !caller.rights.contains(Right::$right) {
                        return Err(engine::EngineError::Forbidden.into());
                    }
                    Ok(Self(caller))
                }
            }
        )+};
    }

    // The address of a visit is asked for inside a handler: without the right it is left out.
    extractors!(
        Read,
        Converse,
        EditContacts,
        UploadFiles,
        ImportContacts,
        ExportContacts,
        EditAudiences,
        EditTemplates,
        EditLinks,
        EditFlows,
        SendCampaigns,
        EraseContacts,
        ManageBots,
        ManageTeam,
        ManageWorkspace,
    );
}

/// A member who is signed in with a browser: for what is a person's own.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub caller: Caller,
    pub member: MemberId,
}

impl FromRequestParts<ApiState> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self> {
        let caller = caller(parts, state).await?;
        let not_a_person = || Problem::new(Code::Forbidden, "a token is nobody; sign in with a password");
        let member = caller.member.ok_or_else(not_a_person)?;
        Ok(Self { caller, member })
    }
}

/// Who asks.
///
/// # Errors
/// Nobody who is known, or a write by cookie from another origin.
pub async fn caller(parts: &mut Parts, state: &ApiState) -> Result<Caller> {
    // A layer may have asked before.
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(*caller);
    }
    let team = &state.rooms.team;
    let caller = match bearer(&parts.headers) {
        Some(token) => team.caller_by_token(token).await?,
        None => by_cookie(parts, team, &state.options).await?,
    };
    parts.extensions.insert(caller);
    Ok(caller)
}

async fn by_cookie(parts: &Parts, team: &Team, options: &ApiOptions) -> Result<Caller> {
    let jar = CookieJar::from_headers(&parts.headers);
    let cookie = jar.get(COOKIE).ok_or_else(|| {
        Problem::new(Code::Unauthenticated, "sign in, or send a token as \"Authorization: Bearer mst_…\"")
    })?;
    let caller = team.caller_by_session(cookie.value()).await?;
    if changes_something(&parts.method) && own_origin(&parts.headers, options) != Some(true) {
        let detail = "a change by cookie must come from the console's own address";
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(caller)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a browser says that our own page asks. `None` when it says nothing, as programs do.
pub fn own_origin(headers: &HeaderMap, options: &ApiOptions) -> Option<bool> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        // "none": typed into the address bar, or a bookmark.
        return Some(matches!(site, "same-origin" | "none"));
    }
    let origin = text("origin")?;
    let host = text("host").unwrap_or_default();
    let ours = origin.eq_ignore_ascii_case(options.public_url.trim_end_matches('/'));
    let same_host = origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host));
    Some(ours || same_host)
}

/// The cookie that begins a session.
pub fn session_cookie(token: String, options: &ApiOptions) -> Cookie<'static> {
    let mut cookie = bare_cookie(token, options);
    // The server ends a session long before the browser forgets it.
    cookie.make_permanent();
    cookie
}

/// The cookie that ends it.
pub fn ended_cookie(options: &ApiOptions) -> Cookie<'static> {
    let mut cookie = bare_cookie(String::new(), options);
    cookie.make_removal();
    cookie
}

fn bare_cookie(value: String, options: &ApiOptions) -> Cookie<'static> {
    let mut cookie = Cookie::new(COOKIE, value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(options.public_url.starts_with("https://"));
    cookie
}

/// Where a request comes from: as the socket says, and, where that is a proxy which the configuration trusts, as
/// the proxy says. What stands in `X-Forwarded-For` otherwise anybody can write.
#[derive(Debug, Clone, Copy)]
pub struct Network(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Network
where
    Arc<ApiOptions>: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> std::result::Result<Self, std::convert::Infallible> {
        let options = Arc::<ApiOptions>::from_ref(state);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
        Ok(Self(peer.map(|peer| asker(peer, &parts.headers, &options.trusted_proxies))))
    }
}

/// The nearest address that no trusted proxy has: each proxy adds the address of who asked it at the end of
/// `X-Forwarded-For`, so that what was written before by somebody else stands further left.
fn asker(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let told: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let mut nearest = peer;
    for text in told.iter().rev() {
        // Beyond what cannot be read nothing can be believed.
        let Some(address) = forwarded(text.trim()) else { break };
        nearest = address;
        if !is_trusted(&address) {
            break;
        }
    }
    nearest
}

/// An address as proxies write it, perhaps with a port.
fn forwarded(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

impl Network {
    /// For counting tries.
    pub fn key(self) -> String {
        self.0.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
    }

    /// Somebody who sits at the machine asks, and no proxy for somebody else: from the machine's own address, by the
    /// name `localhost`, of a server that the world knows by no other name.
    ///
    /// A proxy on this machine that was told nothing but where to go (`proxy_pass http://127.0.0.1:8080`) asks by that
    /// address and says of nobody for whom; one that hands names on hands on any name that a stranger gives. So neither
    /// an address nor a name alone is a proof.
    pub fn is_this_machine(self, headers: &HeaderMap, options: &ApiOptions) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
        self.0.is_some_and(|address| address.is_loopback())
            && bare_name(host) == "localhost"
            && !is_reached_by_the_world(&options.public_url)
            && !is_forwarded
    }
}

/// Whether an address is more than this machine's own.
fn is_reached_by_the_world(public_url: &str) -> bool {
    let host = public_url.split_once("://").map_or(public_url, |(_, rest)| rest.trim_end_matches('/'));
    let name = bare_name(host).trim_start_matches('[').trim_end_matches(']');
    let is_own = |address: IpAddr| address.is_loopback() || address.is_unspecified();
    name != "localhost" && !name.parse().is_ok_and(is_own)
}

/// A host without its port.
fn bare_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// What proxies say about those for whom they ask.
const FORWARDED: [&str; 6] =
    ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via"];

/// What a browser calls itself.
pub fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_tell_who_asks() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        let asked = |peer: &str, forwarded: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            asker(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(asked("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "anybody can write a header");
        assert_eq!(asked("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            asked("10.0.0.1", &["1.2.3.4, 198.51.100.1"]),
            "198.51.100.1",
            "the left is the asker's own"
        );
        assert_eq!(asked("10.0.0.1", &["198.51.100.1, 10.2.3.4"]), "198.51.100.1", "two proxies");
        assert_eq!(asked("10.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1", "two lines");
        assert_eq!(asked("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.1", &["[2001:db8:9::1]:80"]), "2001:db8:9::1");
        assert_eq!(asked("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        assert_eq!(asked("10.0.0.1", &[]), "10.0.0.1");
    }
}
