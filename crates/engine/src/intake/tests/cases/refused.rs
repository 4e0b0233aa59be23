//! Somebody whom a campaign could not reach, and who starts the bot after it.

use std::pin::Pin;

use domain::event::Outcome;
use domain::ids::CampaignId;
use domain::message::Outgoing;
use store::recipients;
use telegram::{Barrier, Rate, SendError, Sent};

use super::*;
use crate::campaigns::{Campaigns, NewCampaign};
use crate::delivery::{self, Courier, CourierOptions, Transport};

/// Gives every call the same end.
struct Ends(Option<(Barrier, &'static str)>);

impl Transport for Ends {
    fn send(&self, _: i64, _: Outgoing) -> Pin<Box<dyn Future<Output = delivery::Answer> + Send + '_>> {
        let answer = match self.0 {
            Some((why, reason)) => Err(SendError::Unreachable { why, reason: reason.into() }),
            None => Ok(Sent { message_id: 5_000, date: NOW / 1_000 }),
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Desk {
    /// A campaign to everybody; how it came out for the person.
    async fn campaign(&self, transport: Ends) -> Option<(Outcome, Option<String>)> {
        let (house, bot) = (&self.house, self.house.bot);
        let store = house.store.clone();
        let room = Campaigns::new(
            store.clone(),
            house.secrets.clone(),
            house.clock(),
            house.people.clone(),
            "http://localhost",
        );
        let new = NewCampaign {
            bot,
            name: "News".into(),
            audience: json!({"all": []}),
            message: json!({"text": "News"}),
            held_out_percent: 0.0,
            created_by: None,
        };
        let campaign: CampaignId = room.create(house.workspace, new).await.unwrap().campaign.id;
        if room.start(house.workspace, campaign, None).await.is_err() {
            // Nobody is in its audience.
            return None;
        }
        let options = CourierOptions {
            node: NodeId(1),
            rate: Rate::Unlimited,
            in_flight_max: 4,
            public_url: "http://localhost".into(),
            token_sealed: Vec::new(),
        };
        let secrets = house.secrets.clone();
        let courier =
            Courier::take_over(bot, store.clone(), secrets, house.clock(), Arc::new(transport), options);
        courier.await.unwrap().unwrap().drain().await.unwrap();
        let read = store.reader().read(move |tx| recipients::get(tx, bot, campaign, ContactNumber(0)));
        read.await.unwrap().map(|line| (line.outcome, line.reason))
    }
}

#[tokio::test]
async fn who_starts_after_a_refusal_is_welcomed_and_in_the_next_campaign() {
    for (why, said) in [
        (Barrier::NotStarted, "Forbidden: bot can't initiate conversation with a user"),
        (Barrier::Blocked, "Forbidden: bot was blocked by the user"),
        (Barrier::Deactivated, "Forbidden: user is deactivated"),
        (Barrier::NotFound, "Bad Request: chat not found"),
    ] {
        let mut desk = Desk::new().await;
        let flows = Flows::new(desk.house.store.clone(), desk.house.clock());
        let graph = json!({"start": "s", "nodes": {
            "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
            "m": {"type": "message", "message": {"text": "Welcome"}, "next": null}}});
        let (workspace, bot) = (desk.house.workspace, desk.house.bot);
        let flow = flows.create(workspace, bot, "Welcome".into(), graph).await.unwrap();
        flows.publish(workspace, flow.flow.id).await.unwrap();
        desk.house.person(ANN, "Ann", 3).await;

        let (outcome, reason) = desk.campaign(Ends(Some((why, said)))).await.unwrap();
        let refused = if why == Barrier::Blocked { Outcome::Blocked } else { Outcome::Failed };
        assert_eq!((outcome, reason.as_deref()), (refused, Some(said)));
        assert!(!desk.house.row(desk.ann()).await.reachability.answerable(), "{said}");
        assert_eq!(desk.campaign(Ends(None)).await, None, "{said}: no campaign counts on them now");

        desk.says(5_001, json!({"text": "/start"})).await;
        assert!(desk.house.row(desk.ann()).await.reachability.reachable(), "{said}");
        let read = desk.house.store.reader();
        let sent =
            read.read(move |tx| outbox::of_contact(tx, bot, ContactNumber(0), i64::MAX, 9)).await.unwrap();
        assert_eq!(telegram::stored_message(&sent[0].message).unwrap().text, "Welcome");
        assert_eq!(desk.campaign(Ends(None)).await, Some((Outcome::Sent, None)), "{said}");
    }
}
