//! Signing in and out, and the sessions of oneself.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::cookie::CookieJar;
use domain::ids::{MemberId, WorkspaceId};
use domain::named::Named;
use domain::team::{Right, Role};
use engine::EngineError;
use engine::team::{Caller, SignedIn};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Network, Person, caller, ended_cookie, own_origin, session_cookie, user_agent};
use crate::body::{Body, Path};
use crate::bots::Bot;
use crate::contacts::CountryBy;
use crate::page::List;
use crate::problem::{Code, Problem, Result};
use crate::schemas;
use crate::state::{ApiOptions, ApiState};

/// Who is signed in, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    pub member: SessionMember,
    /// What the member may do.
    #[schema(value_type = Vec<schemas::Right>)]
    pub rights: Vec<Right>,
    /// What each role may do.
    pub roles: Vec<RoleRights>,
    pub workspace: SessionWorkspace,
    pub bots: Vec<Bot>,
    /// The whole installation is a demo.
    pub demo: bool,
    /// Where tracked links lead through.
    pub public_url: String,
    /// The demo's page on which one is any of the simulated people.
    #[schema(required)]
    pub phone_url: Option<String>,
    /// Where the country of new visits comes from.
    pub country_by: CountryBy,
}

/// A role, and what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleRights {
    #[schema(value_type = schemas::Role)]
    pub role: Role,
    #[schema(value_type = Vec<schemas::Right>)]
    pub rights: Vec<Right>,
}

impl RoleRights {
    fn of(role: Role) -> Self {
        Self { role, rights: role.rights().iter().collect() }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionMember {
    pub id: i64,
    pub name: String,
    pub email: String,
    #[schema(value_type = schemas::Role)]
    pub role: Role,
    /// The Telegram account that the member has bound first.
    #[schema(required)]
    pub telegram: Option<TelegramAccount>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TelegramAccount {
    pub contact_id: i64,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionWorkspace {
    pub id: i64,
    pub name: String,
    /// An IANA name.
    pub time_zone: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSession {
    pub id: i64,
    pub created_at: i64,
    pub seen_at: i64,
    pub user_agent: String,
    /// The one that asks.
    pub current: bool,
}

/// Who is signed in. In a demo, whoever asks from the machine itself is signed in by asking.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Session)))]
pub async fn current(
    State(state): State<ApiState>,
    network: Network,
    jar: CookieJar,
    request: Request,
) -> Result<(CookieJar, Json<Session>)> {
    let (mut parts, _) = request.into_parts();
    match person(&mut parts, &state).await {
        Ok(person) => Ok((jar, Json(session(&state, person.caller.workspace, person.member).await?))),
        Err(refused) => {
            let demo = state.options.demo.filter(|_| network.is_this_machine(&parts.headers, &state.options));
            let (workspace, member) = demo.ok_or(refused)?;
            let signed_in =
                state.rooms.team.begin_session(workspace, member, user_agent(&parts.headers)).await?;
            begun(&state, jar, signed_in).await
        }
    }
}

async fn person(parts: &mut axum::http::request::Parts, state: &ApiState) -> Result<Person> {
    match caller(parts, state).await? {
        Caller { member: None, .. } => {
            Err(Problem::new(Code::Unauthenticated, "a token has no session; sign in with a password"))
        }
        _ => Person::from_request_parts(parts, state).await,
    }
}

/// Signs in; the answer sets the cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Session)))]
pub async fn sign_in(
    State(state): State<ApiState>,
    network: Network,
    headers: HeaderMap,
    jar: CookieJar,
    Body(body): Body<SignIn>,
) -> Result<(CookieJar, Json<Session>)> {
    from_own_page(&headers, &state.options)?;
    let team = &state.rooms.team;
    let signed_in = team.sign_in(&body.email, &body.password, &network.key(), user_agent(&headers)).await?;
    begun(&state, jar, signed_in).await
}

/// Ends the session that asks.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(
    State(state): State<ApiState>,
    person: Person,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode)> {
    if let Some(session) = person.caller.session {
        state.rooms.team.end_session(person.caller.workspace, person.member, session).await?;
    }
    Ok((jar.add(ended_cookie(&state.options)), StatusCode::NO_CONTENT))
}

/// One's own sessions, latest first.
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = List<OpenSession>)))]
pub async fn list(State(state): State<ApiState>, person: Person) -> Result<Json<List<OpenSession>>> {
    let open = state.rooms.team.sessions(person.caller.workspace, person.member).await?;
    let items = open.into_iter().map(|session| OpenSession {
        current: Some(session.id) == person.caller.session,
        id: session.id,
        created_at: session.created_at,
        seen_at: session.seen_at,
        user_agent: session.user_agent,
    });
    Ok(Json(List { items: items.collect() }))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn end(State(state): State<ApiState>, person: Person, Path(id): Path<i64>) -> Result<StatusCode> {
    state.rooms.team.end_session(person.caller.workspace, person.member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses signing in from another site's page: it would sign the reader in as somebody else.
pub fn from_own_page(headers: &HeaderMap, options: &Arc<ApiOptions>) -> Result<()> {
    match own_origin(headers, options) {
        Some(false) => Err(EngineError::Forbidden.into()),
        Some(true) | None => Ok(()),
    }
}

/// The cookie and the answer of a session that has just begun.
pub async fn begun(
    state: &ApiState,
    jar: CookieJar,
    signed_in: SignedIn,
) -> Result<(CookieJar, Json<Session>)> {
    let session = session(state, signed_in.workspace, signed_in.member).await?;
    Ok((jar.add(session_cookie(signed_in.token, &state.options)), Json(session)))
}

async fn session(state: &ApiState, workspace: WorkspaceId, member: MemberId) -> Result<Session> {
    let team = &state.rooms.team;
    let row = team.member(workspace, member).await?;
    let account = team.telegram_accounts(workspace, member).await?.into_iter().next();
    let place = team.workspace(workspace).await?;
    Ok(Session {
        rights: RoleRights::of(row.role).rights,
        roles: Role::ALL.iter().copied().map(RoleRights::of).collect(),
        member: SessionMember {
            id: row.id.0,
            name: row.name,
            email: row.email,
            role: row.role,
            telegram: account
                .map(|account| TelegramAccount { contact_id: account.contact.0, name: account.name }),
        },
        workspace: SessionWorkspace { id: place.id.0, name: place.name, time_zone: place.time_zone },
        bots: state.rooms.bots.list(workspace).await?.into_iter().map(Bot::from).collect(),
        demo: state.options.demo.is_some(),
        public_url: state.options.public_url.clone(),
        phone_url: state.options.phone_url.clone(),
        country_by: CountryBy::of(state.rooms.links.knows_networks()),
    })
}
