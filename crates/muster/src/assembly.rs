//! The server, put together: store, rooms, fleet, routes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::{ApiOptions, ApiState, Rooms};
use axum::Router;
use domain::ids::{MemberId, WorkspaceId};
use engine::attribute_kinds::AttributeKinds;
use engine::bot_api::BotApi;
use engine::bots::Bots;
use engine::campaigns::Campaigns;
use engine::clicks::Clicks;
use engine::clock::Clock;
use engine::contacts::Contacts;
use engine::conversions::Conversions;
use engine::fleet::{Fleet, FleetOptions, WEBHOOK_LOOK_EVERY, Webhooks};
use engine::flows::{FlowRunner, Flows};
use engine::home::Home;
use engine::idempotency::Idempotency;
use engine::imports::Imports;
use engine::inbox::Inbox;
use engine::intake::Intake;
use engine::links::{Countries, Links};
use engine::live::Live;
use engine::media::Media;
use engine::nodes::{Role, ThisNode};
use engine::people::{People, Shelf, name_log};
use engine::reports::Reports;
use engine::retention::Keeper;
use engine::secrets::{Secrets, check_key};
use engine::segments::Segments;
use engine::stages::Stages;
use engine::tags::Tags;
use engine::team::Team;
use engine::templates::Templates;
use ipnet::IpNet;
use store::{Store, StoreOptions, Synchronous};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{Failure, console};

/// How long requests may still take when the server stops.
const REQUESTS_WAIT: Duration = Duration::from_secs(2);
/// And how long those that hang on after it may hold the store.
const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// Everything that a running server is made of.
#[derive(Clone)]
pub struct Muster {
    pub store: Store,
    pub secrets: Secrets,
    pub clock: Arc<dyn Clock>,
    pub people: People,
    pub live: Live,
    pub intake: Intake,
    pub rooms: Rooms,
    pub fleet: Fleet,
    pub public_url: String,
    /// The Bot API server.
    pub api_url: String,
    visitors: Visitors,
    pub node: ThisNode,
}

/// What the parts need to know.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    pub data_dir: &'a Path,
    /// The tables are there; without it in the folder.
    pub postgres_url: Option<&'a str>,
    pub api_url: &'a str,
    /// Without a slash at the end.
    pub public_url: &'a str,
    /// Telegram is asked to push updates to `public_url`.
    pub webhook: bool,
    /// Which node this is, and what it does. A folder's is always alone.
    pub node: ThisNode,
    /// What a commit waits for.
    pub synchronous: Synchronous,
    pub visitors: Visitors,
}

/// What is believed and kept of who comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitors {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Days that visitors' addresses are kept whole.
    pub address_days: u32,
    /// A file that knows the countries of networks.
    pub country_database: Option<PathBuf>,
}

impl Default for Visitors {
    fn default() -> Self {
        Self { trusted_proxies: Vec::new(), address_days: 30, country_database: None }
    }
}

impl Muster {
    /// Opens the store and puts the parts together. Nothing runs yet.
    ///
    /// # Errors
    /// The folder is in use or cannot be written, the file of countries cannot be used, or PostgreSQL does not let us in.
    pub fn assemble(plan: &Plan<'_>, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let options = StoreOptions {
            exclusive: true,
            node: plan.postgres_url.map(|_| plan.node.id),
            synchronous: plan.synchronous,
            postgres_url: plan.postgres_url.map(str::to_owned),
            ..StoreOptions::new(plan.data_dir)
        };
        let countries = countries(plan.visitors.country_database.as_deref())?;
        let store = Store::open(&options)?;
        let secrets = secrets_of(plan.data_dir)?;
        let live = Live::default();
        let shelf = Shelf::new(plan.data_dir.join("index"))
            .map_err(|error| Failure::new(format!("the folder of the snapshots cannot be made: {error}")))?;
        let people = People::new(store.reader().clone(), live.clone()).with_shelf(shelf);
        let responder = Arc::new(FlowRunner::new(secrets.clone()));
        let intake = Intake::new(store.clone(), secrets.clone(), responder);
        let fleet = Fleet::new(
            store.clone(),
            secrets.clone(),
            Arc::clone(&clock),
            intake.clone(),
            people.clone(),
            FleetOptions {
                webhook_look_every: plan.webhook.then_some(WEBHOOK_LOOK_EVERY),
                ..FleetOptions::new(plan.node.clone(), plan.api_url, plan.public_url)
            },
        );
        let mut rooms = rooms(&store, &secrets, &clock, &people, &live, &intake, plan);
        rooms.links = rooms.links.with_countries(countries);
        let (public_url, api_url) = (plan.public_url.to_owned(), plan.api_url.to_owned());
        let (visitors, node) = (plan.visitors.clone(), plan.node.clone());
        Ok(Self {
            store,
            secrets,
            clock,
            people,
            live,
            intake,
            rooms,
            fleet,
            public_url,
            api_url,
            visitors,
            node,
        })
    }

    /// The HTTP side: the API and the console, where this node has them.
    pub fn router(&self, demo: Option<(WorkspaceId, MemberId)>) -> Router {
        // The demo's Bot API is the sandbox, whose first page is the phone.
        let phone_url = demo.map(|_| self.api_url.clone());
        let options = Arc::new(ApiOptions {
            public_url: self.public_url.clone(),
            demo,
            phone_url,
            trusted_proxies: self.visitors.trusted_proxies.clone(),
        });
        let state =
            ApiState { rooms: Arc::new(self.rooms.clone()), reader: self.store.reader().clone(), options };
        if !self.node.is(Role::Web) {
            return api::health_router(state);
        }
        let console = match demo {
            Some(_) => console::by_name(self.public_url.clone()),
            None => console::service(),
        };
        api::router(state).fallback_service(console)
    }

    /// Serves and runs every bot until told to stop; then lets calls in flight end and closes the store.
    ///
    /// # Errors
    /// The database failed, or was written with other keys.
    pub async fn run(
        self,
        listener: TcpListener,
        demo: Option<(WorkspaceId, MemberId)>,
        stop: CancellationToken,
    ) -> Result<(), Failure> {
        check_key(&self.store, &self.secrets).await?;
        name_log(&self.store).await?;
        let service = self.router(demo).into_make_service_with_connect_info::<SocketAddr>();
        let fleet = tokio::spawn(self.fleet.clone().run(stop.clone()));
        let privacy = self.rooms.links.clone().keep_private(self.visitors.address_days, stop.clone());
        let privacy = tokio::spawn(privacy);
        let starting = tokio::spawn(self.rooms.campaigns.clone().keep_starting(stop.clone()));
        let keeping = tokio::spawn(self.rooms.retention.clone().keep(stop.clone()));
        let tidying = tokio::spawn(self.rooms.team.clone().keep_tidy(stop.clone()));
        let snapshots = tokio::spawn(self.people.clone().keep_tidy(stop.clone()));
        let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
        let (live, stopping) = (self.live.clone(), stop.clone());
        tokio::spawn(async move {
            stopping.cancelled().await;
            live.close();
        });
        let outcome = tokio::select! {
            served = serving => served.map_err(|error| Failure::new(format!("the web server stopped: {error}"))),
            () = ended_for_long(&stop) => Ok(()),
        };
        stop.cancel();
        fleet.await.map_err(|error| Failure::new(format!("the bots stopped: {error}")))?;
        // They end with the others; a panic in one of them has lost nothing.
        let _ = tokio::join!(privacy, starting, keeping, tidying, snapshots);
        self.people.keep_all().await;
        let store = self.store.clone();
        drop(self);
        // A request that does not end holds the store; what it was told is durable.
        if tokio::time::timeout(CLOSE_WAIT, store.close()).await.is_err() {
            tracing::warn!("requests that do not end are cut off");
        }
        outcome
    }
}

/// Open connections do not hold up a stop for ever.
async fn ended_for_long(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(REQUESTS_WAIT).await;
}

fn rooms(
    store: &Store,
    secrets: &Secrets,
    clock: &Arc<dyn Clock>,
    people: &People,
    live: &Live,
    intake: &Intake,
    plan: &Plan<'_>,
) -> Rooms {
    let now = || Arc::clone(clock);
    let (store, people) = (|| store.clone(), || people.clone());
    Rooms {
        team: Team::new(store(), now()),
        bots: Bots::new(store(), now(), secrets.clone(), Arc::new(BotApi::new(plan.api_url))),
        webhooks: Webhooks::new(secrets.clone(), now(), intake.clone(), plan.api_url),
        media: Media::new(store(), now(), secrets.clone(), plan.api_url),
        idempotency: Idempotency::new(store(), now()),
        contacts: Contacts::new(store(), secrets.clone(), now(), people()),
        inbox: Inbox::new(store(), now()),
        imports: Imports::new(store(), secrets.clone(), now()),
        attribute_kinds: AttributeKinds::new(store(), now(), people()),
        conversions: Conversions::new(store(), now()),
        home: Home::new(store().reader().clone(), now(), people()),
        flows: Flows::new(store(), now()),
        campaigns: Campaigns::new(store(), secrets.clone(), now(), people(), plan.public_url),
        reports: Reports::new(store().reader().clone(), people(), now()),
        retention: Keeper::new(store(), now(), plan.visitors.address_days),
        segments: Segments::new(store(), now(), people()),
        stages: Stages::new(store(), now(), people()),
        tags: Tags::new(store(), now()),
        templates: Templates::new(store(), now()),
        clicks: Clicks::new(store(), secrets.clone(), now()),
        links: Links::new(store(), secrets.clone(), now(), people()),
        live: live.clone(),
    }
}

/// The file that knows the countries of networks, where one is configured.
///
/// # Errors
/// It cannot be used; the key of the configuration is named.
pub fn countries(file: Option<&Path>) -> Result<Option<Countries>, Failure> {
    let named = |error| Failure::new(format!("geo.country_database: {error}"));
    file.map(|file| Countries::open(file).map_err(named)).transpose()
}

/// The keys of a data folder.
///
/// # Errors
/// The file cannot be read or made, or is damaged.
pub fn secrets_of(folder: &Path) -> Result<Secrets, Failure> {
    // With PostgreSQL nobody else has made it.
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::new(format!("the data folder {} cannot be made: {error}", folder.display()))
    })?;
    Secrets::load(folder)
        .map_err(|error| Failure::new(format!("the key beside the database cannot be used: {error}")))
}

/// Binds the address to serve at.
///
/// # Errors
/// It is in use, or not one of this machine.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        Failure::new(match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!("{listen} is in use; stop what listens there, or choose another with --listen")
            }
            _ => format!("cannot listen at {listen}: {error}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_countries_that_is_no_use_is_refused_by_the_key_that_names_it() {
        assert!(countries(None).unwrap().is_none());
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("broken.mmdb");
        std::fs::write(&broken, "<html>Sign in to download</html>").unwrap();
        for (file, reason) in
            [(folder.path().join("missing.mmdb"), "cannot be read"), (broken, "no whole file")]
        {
            let refused = countries(Some(&file)).unwrap_err().to_string();
            assert!(refused.starts_with("geo.country_database: "), "{refused}");
            assert!(refused.contains(reason) && refused.contains(&file.display().to_string()), "{refused}");
        }
    }
}
