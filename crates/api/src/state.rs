//! What the handlers work with: the engine's rooms, the read side of the store, and a few options.

use std::sync::Arc;

use axum::extract::FromRef;
use domain::ids::{MemberId, WorkspaceId};
use engine::attribute_kinds::AttributeKinds;
use engine::bots::Bots;
use engine::campaigns::Campaigns;
use engine::clicks::Clicks;
use engine::contacts::Contacts;
use engine::conversions::Conversions;
use engine::fleet::Webhooks;
use engine::flows::Flows;
use engine::home::Home;
use engine::idempotency::Idempotency;
use engine::imports::Imports;
use engine::inbox::Inbox;
use engine::links::Links;
use engine::live::Live;
use engine::media::Media;
use engine::reports::Reports;
use engine::retention::Keeper;
use engine::segments::Segments;
use engine::stages::Stages;
use engine::tags::Tags;
use engine::team::Team;
use engine::templates::Templates;
use ipnet::IpNet;
use store::Reader;

/// Options of the HTTP side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiOptions {
    /// Where the console is reached, such as `https://muster.example.org`. With `https` cookies are `Secure`.
    pub public_url: String,
    /// The demo: who asks from this machine is signed in as this member.
    pub demo: Option<(WorkspaceId, MemberId)>,
    /// The demo: where one is any of the simulated people.
    pub phone_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// Behind one pointer, since every layer of every request has a state of its own.
    pub rooms: Arc<Rooms>,
    pub reader: Reader,
    pub options: Arc<ApiOptions>,
}

macro_rules! rooms {
    ($($name:ident: $room:ty),+ $(,)?) => {
        /// The engine's rooms, as far as the API uses them. A handler takes those that it needs as `State<…>`.
        #[derive(Clone)]
        pub struct Rooms {
            $(pub $name: $room),+
        }

        $(impl FromRef<ApiState> for $room {
            fn from_ref(state: &ApiState) -> Self {
                state.rooms.$name.clone()
            }
        })+
    };
}

rooms! {
    attribute_kinds: AttributeKinds,
    campaigns: Campaigns,
    clicks: Clicks,
    contacts: Contacts,
    conversions: Conversions,
    flows: Flows,
    home: Home,
    imports: Imports,
    inbox: Inbox,
    links: Links,
    live: Live,
    media: Media,
    reports: Reports,
    retention: Keeper,
    segments: Segments,
    stages: Stages,
    tags: Tags,
    templates: Templates,
    team: Team,
    bots: Bots,
    webhooks: Webhooks,
    idempotency: Idempotency,
}

/// For the routes that are asked most: a room's own parts need not be cloned for each request.
impl FromRef<ApiState> for Arc<Rooms> {
    fn from_ref(state: &ApiState) -> Self {
        Arc::clone(&state.rooms)
    }
}

impl FromRef<ApiState> for Arc<ApiOptions> {
    fn from_ref(state: &ApiState) -> Self {
        Arc::clone(&state.options)
    }
}

impl FromRef<ApiState> for Reader {
    fn from_ref(state: &ApiState) -> Self {
        state.reader.clone()
    }
}
