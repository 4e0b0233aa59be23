//! Links against a real store, a real intake and a real index: from the visit to the people.

use domain::contact::Source;
use domain::event::{EventBody, Origin};
use domain::ids::ContactId;
use domain::time::DAY_MS;
use serde_json::{Value, json};
use store::contacts::{self, Contact};
use telegram::Received;

use super::*;
use crate::contacts::{Contacts, ListQuery, Order};
use crate::flows::{FlowRunner, Flows};
use crate::intake::{Arrived, Intake};
use crate::test_house::{House, NOW};

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/141.0.0.0 Mobile Safari/537.36";

struct Bench {
    house: House,
    links: Links,
    intake: Intake,
    updates: std::sync::atomic::AtomicI64,
}

impl Bench {
    async fn new() -> Self {
        let house = House::new().await;
        let secrets = Secrets::from_bytes([5; 64]);
        let links = Links::new(house.store.clone(), secrets.clone(), house.clock(), house.people.clone());
        let responder = Arc::new(FlowRunner::new(secrets.clone()));
        let intake = Intake::new(house.store.clone(), secrets, responder);
        Self { house, links, intake, updates: 1.into() }
    }

    fn draft(&self, code: &str) -> NewLink {
        NewLink {
            code: Some(code.into()),
            name: format!("The link {code}"),
            channel: "Facebook".into(),
            utm: Utm { source: Some("facebook".into()), ..Utm::default() },
            tags: vec!["From the summer".into()],
            bots: vec![LinkBot { bot: self.house.bot, weight: 1, flow: None }],
        }
    }

    async fn link(&self, code: &str) -> LinkView {
        self.links.create(self.house.workspace, self.draft(code)).await.unwrap()
    }

    /// Opens a link as a telephone and gives the start payload.
    async fn visit(&self, code: &str, query: &[(&str, &str)]) -> String {
        let opened = Opened {
            user_agent: PHONE.into(),
            language: "pt-BR,pt;q=0.9".into(),
            address: Some("203.0.113.77".parse().unwrap()),
            query: query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..Opened::default()
        };
        let target = self.links.open(code, opened).await.unwrap();
        target.strip_prefix("https://t.me/lantern_bot?start=").unwrap().to_owned()
    }

    /// Somebody writes to the bot.
    async fn says(&self, telegram_id: i64, text: &str) {
        let id = self.updates.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let at = self.house.clock.now();
        let entities = match text.strip_prefix('/') {
            Some(rest) => {
                let length = 1 + rest.split(' ').next().unwrap().len();
                json!([{"type": "bot_command", "offset": 0, "length": length}])
            }
            None => json!([]),
        };
        let update = json!({"update_id": id, "message": {
            "message_id": id, "date": at / 1_000, "text": text, "entities": entities,
            "from": {"id": telegram_id, "is_bot": false, "first_name": format!("P{telegram_id}")},
            "chat": {"id": telegram_id, "type": "private"}}});
        let received = Received::parse(&update.to_string()).unwrap();
        let taken = self.intake.take(self.house.bot, vec![Arrived { received, at }], None).await.unwrap();
        assert_eq!((taken.new, taken.failed), (1, 0));
    }

    async fn person(&self, telegram_id: i64) -> Contact {
        let bot = self.house.bot;
        let read = self.house.store.reader().read(move |tx| contacts::by_telegram_id(tx, bot, telegram_id));
        read.await.unwrap().unwrap()
    }

    async fn only(&self) -> LinkFunnel {
        let mut all = self.links.list(self.house.workspace, self.house.bot).await.unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// The steps: visits, starts, replied, kept, of how many.
    async fn steps(&self) -> [i64; 5] {
        let funnel = self.only().await.funnel;
        [funnel.visits, funnel.starts.count, funnel.replied.count, funnel.kept.count, funnel.kept_of.count]
    }

    async fn bodies(&self, kind: &str) -> Vec<EventBody> {
        let log = self.house.log().await.into_iter();
        log.map(|event| event.body).filter(|body| body.kind() == kind).collect()
    }
}

fn source(pairs: &[(&str, &str)]) -> Source {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[tokio::test]
async fn a_start_through_a_visit_gives_the_person_a_source_tags_and_a_browser() {
    let bench = Bench::new().await;
    let link = bench.link("fb-summer").await;
    let payload = bench.visit("fb-summer", &[("utm_campaign", "june"), ("fbclid", "abc")]).await;
    bench.says(7, &format!("/start {payload}")).await;
    let person = bench.person(7).await;
    let expected = [
        ("channel", "Facebook"),
        ("link", "fb-summer"),
        ("utm_campaign", "june"),
        ("utm_source", "facebook"),
    ];
    assert_eq!(person.source, source(&expected));
    let told =
        (person.profile.browser.as_deref(), person.profile.os.as_deref(), person.profile.country.as_deref());
    assert_eq!(told, (Some("Chrome"), Some("Android"), Some("BR")));
    let starts = bench.bodies("start").await;
    assert!(matches!(&starts[..], [EventBody::Start { payload: Some(code), .. }] if code == "fb-summer"));
    let visits = bench.bodies("link_visit").await;
    assert!(matches!(&visits[..], [EventBody::LinkVisit { first: true, .. }]), "{visits:?}");
    let tags = bench.bodies("tag_added").await;
    let origin = Origin::Link(link.link.id);
    assert!(matches!(&tags[..], [EventBody::TagAdded { origin: by, .. }] if *by == origin), "{tags:?}");
    assert_eq!(bench.steps().await, [1, 1, 0, 0, 0]);
    let workspace = bench.house.workspace;
    let found = bench.house.store.reader().read(move |tx| store::visits::whole_addresses(tx, i64::MAX, 9));
    let found = found.await.unwrap();
    let (_, visit, address) = &found[0];
    assert_eq!(address, "203.0.113.77");
    let visit = *visit;
    let row = bench.house.store.reader().read(move |tx| store::visits::get(tx, workspace, visit)).await;
    let row = row.unwrap().unwrap();
    assert_eq!(row.query, r#"[["utm_campaign","june"],["fbclid","abc"]]"#);
    assert_eq!(row.contact, Some(person.number));
}

#[tokio::test]
async fn a_source_is_one_name_however_it_is_spelled() {
    let bench = Bench::new().await;
    let link = bench.link("fb-summer").await.link.id;
    for (telegram_id, value) in [(7, "Insta"), (8, "insta"), (9, "insta"), (10, "INSTA"), (11, "other")] {
        let payload = bench.visit("fb-summer", &[("utm_source", value)]).await;
        bench.says(telegram_id, &format!("/start {payload}")).await;
    }
    let house = &bench.house;
    let page = bench.links.page(house.workspace, link, house.bot, 7, By::UtmSource).await.unwrap();
    let lines: Vec<(&str, i64, i64)> = page
        .values
        .iter()
        .map(|line| (line.value.as_deref().unwrap(), line.funnel.visits, line.funnel.starts.count))
        .collect();
    assert_eq!(lines, [("insta", 4, 4), ("other", 1, 1)]);
    assert_eq!(bench.person(7).await.source["utm_source"], "Insta", "what was said stays as it was said");
    let code = bench.matching(&json!({"source": {"link": "FB-Summer"}})).await;
    assert!(code.is_empty(), "a link's code compares to the letter");
}

impl Bench {
    /// Whoever matches, by the index and by the evaluator of one person.
    async fn matching(&self, asked: &Value) -> Vec<ContactId> {
        let house = &self.house;
        let secrets = Secrets::from_bytes([5; 64]);
        let contacts = Contacts::new(house.store.clone(), secrets, house.clock(), house.people.clone());
        let list = async |expression| {
            let query =
                ListQuery { expression, q: String::new(), order: Order::Recent, after: None, limit: 50 };
            contacts.list(house.workspace, house.bot, query).await.unwrap().items
        };
        let (listed, all) = (list(Some(asked.clone())).await, list(None).await);
        let ids: Vec<ContactId> = listed.iter().map(|person| person.id).collect();
        for person in all {
            let alone =
                contacts.explain(house.workspace, person.id, asked.clone()).await.unwrap().tree.matched;
            assert_eq!(alone, ids.contains(&person.id), "{}", person.name);
        }
        ids
    }
}

#[tokio::test]
async fn the_country_is_the_networks_where_it_is_known_and_a_guess_elsewhere() {
    use super::country::mmdb::{Value as Known, file};
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    let guessed = bench.visit("fb-summer", &[]).await;
    bench.says(7, &format!("/start {guessed}")).await;
    let profile = bench.person(7).await.profile;
    assert_eq!((profile.country.as_deref(), profile.country_by_network), (Some("BR"), false));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countries.mmdb");
    let germany = Known::Map(vec![("country", Known::Map(vec![("iso_code", Known::Text("DE"))]))]);
    std::fs::write(&path, file("Countries", &[("203.0.113.0/24", germany)])).unwrap();
    let links = bench.links.clone().with_countries(Some(Countries::open(&path).unwrap()));
    let bench = Bench { links, ..bench };
    // A guess gives way to the network, for whoever comes back and for whoever comes first.
    for telegram_id in [7, 8] {
        let payload = bench.visit("fb-summer", &[]).await;
        bench.says(telegram_id, &format!("/start {payload}")).await;
        let profile = bench.person(telegram_id).await.profile;
        assert_eq!((profile.country.as_deref(), profile.country_by_network), (Some("DE"), true));
    }
    let elsewhere = Opened {
        language: "pt-BR".into(),
        address: Some("192.0.2.1".parse().unwrap()),
        user_agent: PHONE.into(),
        ..Opened::default()
    };
    let target = bench.links.open("fb-summer", elsewhere).await.unwrap();
    bench.says(9, &format!("/start {}", target.rsplit('=').next().unwrap())).await;
    let [seven, eight, nine] = [7, 8, 9].map(|id| bench.person(id));
    let (seven, eight, nine) = (seven.await.number, eight.await.number, nine.await.number);
    let id = |number| ContactId::new(bench.house.bot, number);
    let from = |country: &str| json!({"profile": {"field": "country", "in": [country]}});
    let mut germans = bench.matching(&from("de")).await;
    germans.sort();
    assert_eq!(germans, [id(seven), id(eight)]);
    assert_eq!(bench.matching(&from("BR")).await, [id(nine)]);
}

#[tokio::test]
async fn the_first_source_stays_and_a_used_visit_counts_once() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    bench.says(1, "/start").await;
    let first = bench.visit("fb-summer", &[]).await;
    bench.says(1, &format!("/start {first}")).await;
    assert_eq!(bench.person(1).await.source, Source::new(), "who was known keeps the first source");
    let touches = bench.bodies("link_visit").await;
    assert!(matches!(&touches[..], [EventBody::LinkVisit { first: false, .. }]), "{touches:?}");
    let only = bench.only().await;
    assert_eq!((only.funnel.starts.count, only.again.count, only.reused), (0, 1, 0));
    bench.says(1, &format!("/start {first}")).await;
    bench.says(2, &format!("/start {first}")).await;
    assert_eq!(bench.person(2).await.source, source(&[("payload", "fb-summer")]));
    let by: Vec<bool> = bench.bodies("link_reused").await.iter().map(by_another).collect();
    assert_eq!(by, [false, true]);
    let only = bench.only().await;
    assert_eq!((only.funnel.visits, only.again.count, only.reused), (1, 1, 2));
}

fn by_another(body: &EventBody) -> bool {
    matches!(body, EventBody::LinkReused { by_another: true, .. })
}

#[tokio::test]
async fn a_payload_that_names_no_visit_is_a_plain_start() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    let payload = bench.visit("fb-summer", &[]).await;
    let other = if payload.as_bytes()[8] == b'A' { "B" } else { "A" };
    let forged = format!("{}{other}{}", &payload[..8], &payload[9..]);
    bench.says(1, &format!("/start {forged}")).await;
    bench.says(2, "/start fb-summer").await;
    assert_eq!(bench.person(1).await.source, source(&[("payload", &forged)]));
    assert_eq!(bench.person(2).await.source, source(&[("payload", "fb-summer")]));
    assert!(bench.bodies("link_visit").await.is_empty());
    assert_eq!(bench.steps().await, [1, 0, 0, 0, 0]);
}

#[tokio::test]
async fn what_somebody_types_behind_start_is_no_source() {
    let bench = Bench::new().await;
    let typed = ["promo; please help", "Zm9v==", &"a".repeat(65), "привет"];
    for (person, words) in (1..).zip(typed) {
        bench.says(person, &format!("/start {words}")).await;
        assert_eq!(bench.person(person).await.source, source(&[]), "{words}");
    }
    bench.says(9, &format!("/start {}", "a".repeat(64))).await;
    assert_eq!(bench.person(9).await.source, source(&[("payload", &"a".repeat(64))]));
}

#[tokio::test]
async fn the_funnel_goes_down_to_those_who_stayed_and_names_them() {
    let bench = Bench::new().await;
    let link = bench.link("fb-summer").await;
    bench.house.clock.set(NOW - 10 * DAY_MS);
    for person in 1..=4 {
        let payload = bench.visit("fb-summer", &[("utm_medium", if person < 3 { "paid" } else { "" })]).await;
        bench.says(person, &format!("/start {payload}")).await;
    }
    bench.visit("fb-summer", &[]).await;
    bench.house.clock.set(NOW - 4 * DAY_MS);
    bench.says(1, "hello").await;
    bench.says(2, "hello").await;
    // Who only starts again later has not replied.
    bench.house.clock.set(NOW - DAY_MS);
    bench.says(1, "me again").await;
    bench.says(3, "/start").await;
    let payload = bench.visit("fb-summer", &[("utm_medium", "paid")]).await;
    bench.says(5, &format!("/start {payload}")).await;
    bench.house.clock.set(NOW);
    assert_eq!(bench.steps().await, [6, 5, 2, 1, 4]);
    let (workspace, bot) = (bench.house.workspace, bench.house.bot);
    let page = bench.links.page(workspace, link.link.id, bot, 30, By::UtmMedium).await.unwrap();
    let day = |ago: usize| {
        let day = &page.days[ago].funnel;
        [day.visits, day.starts.count, day.replied.count, day.kept.count]
    };
    assert_eq!((page.days.len(), page.days[0].day.as_str()), (30, "2026-11-24"), "today first");
    assert_eq!((day(10), day(1), day(0)), ([5, 4, 2, 1], [1, 1, 0, 0], [0, 0, 0, 0]));
    let values: Vec<_> = page
        .values
        .iter()
        .map(|v| (v.value.as_deref(), v.funnel.visits, v.funnel.starts.count, v.funnel.kept.count))
        .collect();
    assert_eq!(values, [(None, 3, 2, 0), (Some("paid"), 3, 3, 1)]);
    let people = crate::contacts::Contacts::new(
        bench.house.store.clone(),
        Secrets::from_bytes([5; 64]),
        bench.house.clock(),
        bench.house.people.clone(),
    );
    let query = crate::contacts::ListQuery {
        expression: Some(page.total.funnel.kept.people),
        q: String::new(),
        order: crate::contacts::Order::Name,
        after: None,
        limit: 50,
    };
    let listed = people.list(workspace, bot, query).await.unwrap();
    let ids: Vec<ContactId> = listed.items.iter().map(|person| person.id).collect();
    assert_eq!(ids, [ContactId::new(bot, bench.person(1).await.number)]);
}

#[tokio::test]
async fn previewers_crawlers_and_head_are_recorded_apart() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    let open = async |is_head: bool, agent: &str| {
        let opened = Opened { is_head, user_agent: agent.into(), ..Opened::default() };
        bench.links.open("fb-summer", opened).await.unwrap()
    };
    open(false, "TelegramBot (like TwitterBot)").await;
    open(false, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)").await;
    open(false, "").await;
    open(true, PHONE).await;
    let only = bench.only().await;
    assert_eq!(only.apart, Apart { previewers: 1, crawlers: 2, head: 1 });
    assert_eq!(only.funnel.visits, 0);
}

#[tokio::test]
async fn a_link_begins_its_flow_and_without_it_the_payload_finds_one() {
    let bench = Bench::new().await;
    let (workspace, bot) = (bench.house.workspace, bench.house.bot);
    let flows = Flows::new(bench.house.store.clone(), bench.house.clock());
    let graph = |trigger: Value, text: &str| {
        json!({"start": "s", "nodes": {
            "s": {"type": "start", "triggers": [trigger], "next": "m"},
            "m": {"type": "message", "message": {"text": text}, "next": null}}})
    };
    let gift = flows
        .create(workspace, bot, "Gift".into(), graph(json!({"keyword": "gift"}), "a gift"))
        .await
        .unwrap();
    flows.publish(workspace, gift.flow.id).await.unwrap();
    let hello = graph(json!({"payload": "summer"}), "summer");
    let hello = flows.create(workspace, bot, "Summer".into(), hello).await.unwrap();
    flows.publish(workspace, hello.flow.id).await.unwrap();
    let bots = vec![LinkBot { bot, weight: 1, flow: Some(gift.flow.id) }];
    bench.links.create(workspace, NewLink { bots, ..bench.draft("gift") }).await.unwrap();
    bench.link("summer").await;
    for (person, code) in [(1, "gift"), (2, "summer")] {
        let payload = bench.visit(code, &[]).await;
        bench.says(person, &format!("/start {payload}")).await;
    }
    let begun: Vec<i64> = bench
        .bodies("flow_started")
        .await
        .iter()
        .filter_map(|body| if let EventBody::FlowStarted { flow, .. } = body { Some(flow.0) } else { None })
        .collect();
    assert_eq!(begun, [gift.flow.id.0, hello.flow.id.0]);
}

#[tokio::test]
async fn a_links_tags_are_shown_in_whatever_spelling_they_were_named() {
    let bench = Bench::new().await;
    let workspace = bench.house.workspace;
    bench.house.write(move |tx| Ok(tags::ensure(tx, workspace, "VIP", NOW)?)).await;
    let named = |view: &LinkView| view.tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>();
    let tags = vec!["vip".into(), "Ｎew".into(), "ViP".into()];
    let made = bench.links.create(workspace, NewLink { tags, ..bench.draft("x") }).await.unwrap();
    assert_eq!(named(&made), ["VIP", "Ｎew"]);
    // As the console saves it: with what it was shown.
    let change = LinkChange { tags: Some(named(&made)), ..LinkChange::default() };
    let saved = bench.links.update(workspace, made.link.id, change).await.unwrap();
    assert_eq!(named(&saved), ["VIP", "Ｎew"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_link_is_named_and_an_archived_one_leads_nowhere() {
    let bench = Bench::new().await;
    let (workspace, bot) = (bench.house.workspace, bench.house.bot);
    let link = bench.link("fb-summer").await;
    let (_, foreign, _) = bench.house.neighbour().await;
    let fault = async |new: NewLink| match bench.links.create(workspace, new).await {
        Err(EngineError::Invalid(faults)) => (faults[0].path.clone(), faults[0].code),
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(bench.draft("fb-summer")).await, ("/code".into(), "taken"));
    let bots = vec![LinkBot { bot: foreign, weight: 1, flow: None }];
    assert_eq!(fault(NewLink { bots, ..bench.draft("x") }).await, ("/bots/0/bot_id".into(), "unknown_bot"));
    let bots = vec![LinkBot { bot, weight: 1, flow: Some(FlowId(99)) }];
    assert_eq!(fault(NewLink { bots, ..bench.draft("x") }).await, ("/bots/0/flow_id".into(), "unknown_flow"));
    let drawn = bench.links.create(workspace, NewLink { code: None, ..bench.draft("") }).await.unwrap();
    assert_eq!(drawn.link.code.len(), CODE_DRAWN_CHARS);
    bench.visit("fb-summer", &[]).await;
    let archive = LinkChange { archived: Some(true), ..LinkChange::default() };
    bench.links.update(workspace, link.link.id, archive).await.unwrap();
    for gone in ["fb-summer", "never-was"] {
        let opened = bench.links.open(gone, Opened::default()).await;
        assert_eq!(opened, Err(EngineError::NotFound("link")), "{gone}");
    }
}

#[tokio::test]
async fn addresses_are_shortened_when_they_are_old() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    bench.house.clock.set(NOW - 40 * DAY_MS);
    bench.visit("fb-summer", &[]).await;
    bench.house.clock.set(NOW);
    bench.visit("fb-summer", &[]).await;
    assert_eq!(bench.links.shorten_addresses(30).await.unwrap(), 1);
    assert_eq!(bench.links.shorten_addresses(30).await.unwrap(), 0);
    let read = bench.house.store.reader().read(move |tx| store::visits::whole_addresses(tx, i64::MAX, 9));
    assert_eq!(read.await.unwrap().len(), 1, "the young one is whole");
}

#[tokio::test]
async fn what_a_visit_told_of_a_person_is_handed_out_and_erased_and_the_visit_stays_used() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    let payload = bench.visit("fb-summer", &[("fbclid", "abc")]).await;
    bench.says(1, &format!("/start {payload}")).await;
    let (workspace, bot) = (bench.house.workspace, bench.house.bot);
    let id = ContactId::new(bot, bench.person(1).await.number);
    let people = crate::contacts::Contacts::new(
        bench.house.store.clone(),
        Secrets::from_bytes([5; 64]),
        bench.house.clock(),
        bench.house.people.clone(),
    );
    let told = people.dossier(workspace, id).await.unwrap().to_string();
    assert!(told.contains("203.0.113.77") && told.contains("fbclid"), "{told}");
    people.erase(workspace, id).await.unwrap();
    let read = bench.house.store.reader().read(move |tx| store::visits::of_contact(tx, bot, id.number()));
    let visits = read.await.unwrap();
    let visit = &visits[0];
    assert_eq!(
        (visit.address.as_deref(), visit.user_agent.as_deref(), visit.query.as_str()),
        (None, None, "[]")
    );
    let log = bench.house.log().await;
    assert!(!format!("{log:?}").contains("fb-summer"), "the log tells how they came");
    bench.says(2, &format!("/start {payload}")).await;
    assert_eq!(bench.only().await.funnel.starts.count, 0, "a used visit brings nobody");
}

#[tokio::test]
async fn who_starts_by_a_link_or_stops_was_here_at_that_moment() {
    let bench = Bench::new().await;
    bench.link("fb-summer").await;
    let last = async |telegram_id| bench.person(telegram_id).await.last_interaction;

    let payload = bench.visit("fb-summer", &[]).await;
    bench.says(7, &format!("/start {payload}")).await;
    assert_eq!(last(7).await, Some(NOW), "a first start");

    bench.says(8, "Hello").await;
    bench.house.clock.set(NOW + 5 * DAY_MS);
    let payload = bench.visit("fb-summer", &[]).await;
    bench.says(8, &format!("/start {payload}")).await;
    assert_eq!(last(8).await, Some(NOW + 5 * DAY_MS), "somebody known, whose browser is told now");

    bench.house.clock.set(NOW + 9 * DAY_MS);
    bench.says(8, "/stop").await;
    assert_eq!(last(8).await, Some(NOW + 9 * DAY_MS), "an opt-out");
}
