//! What the demo's team has made: itself, its bot, a menu that tags, a hand-over, segments, two campaigns.

use domain::ids::{BotId, MemberId, WorkspaceId};
use domain::link::{LinkBot, Utm};
use domain::team::Role;
use engine::links::NewLink;
use engine::presets;
use engine::secrets;
use sandbox::WorldConfig;
use serde_json::{Value, json};
use store::bots::NewBot;
use store::segments::Segment;
use store::team::Member;
use store::{WriteTx, bots, segments, team};

use crate::Failure;
use crate::assembly::Muster;

const TEAM: &str = "Lantern Daily";

/// The topics of the menu: key, what the button says, the tag.
const TOPICS: [(&str, &str, &str); 8] = [
    ("tech", "💻 Tech 科技", "兴趣-科技"),
    ("finance", "📈 Finance 金融", "兴趣-金融"),
    ("travel", "✈️ Travel 旅行", "兴趣-旅行"),
    ("sport", "⚽ Sport 体育", "兴趣-体育"),
    ("fashion", "👗 Fashion 时尚", "兴趣-时尚"),
    ("food", "🍜 Food 美食", "兴趣-美食"),
    ("games", "🎮 Games 游戏", "兴趣-游戏"),
    ("courses", "📚 Courses 课程", "兴趣-课程"),
];

/// A place where people meet the bot.
pub(super) struct Place {
    pub code: &'static str,
    name: &'static str,
    channel: &'static str,
    /// `utm_source`, `utm_medium` and `utm_campaign`.
    utm: [&'static str; 3],
    tag: &'static str,
    /// Weight among all sources of people.
    pub share: f64,
}

/// The places, most people first.
pub(super) const LINKS: [Place; 3] = [
    Place {
        code: "fb-summer",
        name: "Facebook, summer",
        channel: "Facebook ads",
        utm: ["facebook", "paid", "summer"],
        tag: "From Facebook",
        share: 0.30,
    },
    Place {
        code: "ig-story",
        name: "Instagram stories",
        channel: "Instagram",
        utm: ["instagram", "social", "stories"],
        tag: "From Instagram",
        share: 0.22,
    },
    Place {
        code: "shop-door",
        name: "门店二维码 Shop door",
        channel: "Poster with a QR code",
        utm: ["poster", "offline", "door"],
        tag: "From the shop",
        share: 0.13,
    },
];

impl Place {
    fn made(&self, bot: BotId) -> NewLink {
        let [source, medium, campaign] = self.utm.map(|text| Some(text.to_owned()));
        NewLink {
            code: Some(self.code.into()),
            name: self.name.into(),
            channel: self.channel.into(),
            utm: Utm { source, medium, campaign, ..Utm::default() },
            tags: vec![self.tag.into()],
            bots: vec![LinkBot { bot, weight: 1, flow: None }],
        }
    }
}

/// The member whom the demo signs in.
pub(super) async fn signed_in(muster: &Muster) -> Result<(WorkspaceId, MemberId), Failure> {
    let workspace = muster.rooms.team.ensure_workspace().await?;
    let members = muster.rooms.team.members(workspace).await?;
    let owner = members.first().ok_or_else(|| Failure::new("the demo has no member; remove its folder"))?;
    Ok((workspace, owner.id))
}

/// The demo's bot.
pub(super) async fn bot(muster: &Muster, workspace: WorkspaceId) -> Result<BotId, Failure> {
    let all = muster.store.reader().read(move |tx| bots::list(tx, workspace)).await?;
    all.first().map(|bot| bot.id).ok_or_else(|| Failure::new("the demo has no bot; remove its folder"))
}

/// Makes the team, the bot, the flows and the segments.
pub(super) async fn furnish(
    muster: &Muster,
    world: &WorldConfig,
) -> Result<(WorkspaceId, MemberId), Failure> {
    let workspace = muster.rooms.team.create_workspace(TEAM, "Asia/Shanghai").await?;
    let sealed = muster.secrets.seal(&world.token)?;
    let telegram_id = world.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(0);
    let (username, name, now) = (world.bot_username.clone(), world.bot_name.clone(), world.start_ms);
    let password = secrets::hash_password(&secrets::new_token(""))?;
    let (owner, bot) = muster
        .store
        .write(move |tx| {
            let new = NewBot {
                telegram_id,
                username: &username,
                name: &name,
                token_sealed: &sealed,
                bulk_per_second: None,
                now,
            };
            let bot = bots::insert(tx, workspace, &new)?;
            presets::add(tx, workspace, bot, presets::Language::English, now)?;
            let owner =
                member(tx, workspace, "mira@lantern.example", "Mira Kovač", Role::Owner, &password, now)?;
            member(tx, workspace, "jing@lantern.example", "陈静", Role::Agent, &password, now)?;
            member(tx, workspace, "jonas@lantern.example", "Jonas Weber", Role::Agent, &password, now)?;
            Ok::<_, store::StoreError>((owner, bot))
        })
        .await?;
    for (name, graph) in [("Welcome and interests", menu_flow()), ("Talk to us", handover_flow())] {
        let flow = muster.rooms.flows.create(workspace, bot, name.into(), graph).await?;
        muster.rooms.flows.publish(workspace, flow.flow.id).await?;
    }
    muster.store.write(move |tx| add_segments(tx, workspace, bot, now)).await?;
    for link in LINKS {
        muster.rooms.links.create(workspace, link.made(bot)).await?;
    }
    Ok((workspace, owner))
}

fn member(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    email: &str,
    name: &str,
    role: Role,
    password_hash: &str,
    now: i64,
) -> store::Result<MemberId> {
    let member = Member {
        id: MemberId(0),
        email: email.into(),
        name: name.into(),
        role,
        password_hash: Some(password_hash.into()),
        created_at: now,
    };
    team::insert_member(tx, workspace, &member)
}

fn add_segments(tx: &WriteTx<'_>, workspace: WorkspaceId, bot: BotId, now: i64) -> store::Result<()> {
    for (name, description, expression) in [
        (
            "Tech, active this week",
            "People who chose tech and were here within seven days.",
            json!({"all": [{"tag": {"has": "兴趣-科技"}}, {"last_interaction": {"within": "7d"}}]}),
        ),
        (
            "Drifting away",
            "Silent for over two weeks, not yet for a month.",
            json!({"all": [
                {"last_interaction": {"older_than": "14d"}},
                {"last_interaction": {"within": "30d"}},
                {"reachable": true},
            ]}),
        ),
        (
            "Money minded",
            "Finance or courses, reachable, and no customer yet.",
            json!({"all": [
                {"tag": {"has_any": ["兴趣-金融", "兴趣-课程"]}},
                {"not": {"stage": {"in": ["customer"]}}},
                {"reachable": true},
            ]}),
        ),
    ] {
        let segment = Segment {
            id: domain::ids::SegmentId(0),
            bot,
            name: name.into(),
            description: description.into(),
            expression,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        segments::insert(tx, workspace, &segment)?;
    }
    Ok(())
}

fn menu_flow() -> Value {
    let options: Vec<Value> = TOPICS
        .iter()
        .map(|(key, text, tag)| json!({"key": key, "text": text, "add_tags": [tag], "next": "thanks"}))
        .collect();
    json!({
        "start": "start",
        "nodes": {
            "start": {"type": "start", "triggers": [{"command": "start"}, {"command": "menu"}], "next": "menu"},
            "menu": {
                "type": "menu",
                "message": {
                    "text": "Hi {first_name|friend}! What would you like to read about?\n你对什么感兴趣？",
                },
                "columns": 2,
                "options": options,
            },
            "thanks": {
                "type": "message",
                "message": {"text": "Noted! You can choose more at any time: /menu\n好的，随时可以再选。"},
                "next": "end",
            },
            "end": {"type": "end"},
        },
    })
}

fn handover_flow() -> Value {
    let keywords = ["agent", "human", "help", "人工", "客服"];
    let triggers: Vec<Value> = keywords.iter().map(|word| json!({"keyword": word})).collect();
    json!({
        "start": "start",
        "nodes": {
            "start": {"type": "start", "triggers": triggers, "next": "team"},
            "team": {
                "type": "handover",
                "message": {"text": "One of us will answer you here soon.\n客服马上回复你。"},
            },
        },
    })
}

/// A finished campaign of the demo: its name, how many days ago, to whom, how many percent held out, what.
pub(super) struct PastCampaign {
    pub name: &'static str,
    pub days_ago: i64,
    pub audience: Value,
    pub held_out_percent: f64,
    pub message: Value,
}

/// The two campaigns, oldest first.
pub(super) fn campaigns() -> [PastCampaign; 2] {
    [
        PastCampaign {
            name: "Flash sale, everyone",
            days_ago: 19,
            audience: json!({"reachable": true}),
            held_out_percent: 10.0,
            message: json!({
                "text": "<b>24 hours only.</b> Everything in our shop is 20% off today, {first_name|friend}.",
                "format": "html",
                "buttons": [
                    [{"text": "Claim my coupon", "press": {
                        "add_tags": ["Coupon Claimed"],
                        "reply": "Your code is LANTERN20. It works until midnight.",
                    }}],
                    [{"text": "Open the shop", "url": "https://shop.example.com/sale?utm_source=telegram"}],
                ],
            }),
        },
        PastCampaign {
            name: "AI weekly, no. 13",
            days_ago: 6,
            audience: json!({"all": [
                {"tag": {"has": "兴趣-科技"}},
                {"not": {"stage": {"in": ["churned"]}}},
            ]}),
            held_out_percent: 10.0,
            message: json!({
                "text": "<b>AI weekly, no. 13</b>\nThis week in tech: a small model that runs on your phone, \
                         what it cannot do, and three gadgets worth a look. 本周科技要闻。",
                "format": "html",
                "buttons": [
                    [
                        {"text": "More tech like this", "press": {"add_tags": ["兴趣-AI"], "reply": "You will get more of it."}},
                        {"text": "Less often", "press": {"add_tags": ["Less often"]}},
                    ],
                    [{"text": "Read the issue", "url": "https://lantern.example.com/ai-weekly/13"}],
                ],
            }),
        },
    ]
}
