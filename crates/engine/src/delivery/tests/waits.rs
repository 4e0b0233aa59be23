//! A chat that Telegram asks to wait with again and again, in a campaign that goes on without it.

use std::collections::BTreeMap;

use domain::campaign::PauseReason;
use domain::time::SECOND_MS;
use telegram::Sent;

use super::*;
use crate::campaigns::NewCampaign;

/// What is asked each time, in seconds.
const ASKED_S: i64 = 10_072;

/// Takes every message but those to one chat, with which it asks to wait.
#[derive(Default)]
struct Busy {
    chat: Mutex<Option<i64>>,
    calls: Mutex<Vec<i64>>,
}

struct Through(Arc<Busy>);

impl Transport for Through {
    fn send(&self, chat: i64, _: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        self.0.calls.lock().push(chat);
        let is_busy = *self.0.chat.lock() == Some(chat);
        let answer = match is_busy {
            true => Err(SendError::RetryAfter { seconds: ASKED_S }),
            false => Ok(Sent { message_id: 5_000 + chat, date: NOW / SECOND_MS }),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// A campaign to six people, to whose first one's chat nothing can be sent.
struct Sending {
    house: House,
    room: Campaigns,
    campaign: CampaignId,
    telegram: Arc<Busy>,
    courier: Courier,
}

impl Sending {
    async fn begin(first_wave: Option<i64>) -> Self {
        let house = House::new().await;
        for chat in 1..=6 {
            house.person(chat, "Ada", 3).await;
        }
        let (store, secrets) = (house.store.clone(), house.secrets.clone());
        let room = Campaigns::new(
            store.clone(),
            secrets.clone(),
            house.clock(),
            house.people.clone(),
            "http://localhost",
        );
        let new = NewCampaign {
            bot: house.bot,
            name: "News".into(),
            audience: json!({"all": []}),
            message: json!({"text": "News"}),
            held_out_percent: 0.0,
            created_by: None,
        };
        let campaign = room.create(house.workspace, new).await.unwrap().campaign.id;
        room.start(house.workspace, campaign, first_wave).await.unwrap();
        let telegram = Arc::new(Busy::default());
        let options = CourierOptions {
            node: NodeId(1),
            rate: Rate::Unlimited,
            in_flight_max: 2,
            public_url: "http://localhost".into(),
            token_sealed: b"sealed".to_vec(),
        };
        let transport = Arc::new(Through(Arc::clone(&telegram)));
        let courier = Courier::take_over(house.bot, store, secrets, house.clock(), transport, options);
        let courier = courier.await.unwrap().unwrap();
        let sending = Self { house, room, campaign, telegram, courier };
        let first = sending.lines().await[0].contact;
        *sending.telegram.chat.lock() =
            Some(sending.house.row(ContactId::new(sending.house.bot, first)).await.telegram_id);
        sending
    }

    async fn lines(&self) -> Vec<recipients::Recipient> {
        let (bot, campaign) = (self.house.bot, self.campaign);
        let read = self.house.store.reader().read(move |tx| recipients::list(tx, bot, campaign, &[], -1, 10));
        read.await.unwrap()
    }

    async fn stands(&self) -> (Status, Option<PauseReason>, BTreeMap<&'static str, usize>) {
        let course = self.room.get(self.house.workspace, self.campaign).await.unwrap().campaign.course;
        let mut outcomes = BTreeMap::new();
        for line in self.lines().await {
            *outcomes.entry(line.outcome.into_str()).or_default() += 1;
        }
        (course.status, course.pause.map(|pause| pause.reason), outcomes)
    }

    fn calls_to_it(&self) -> usize {
        let chat = *self.telegram.chat.lock();
        self.telegram.calls.lock().iter().filter(|called| Some(**called) == chat).count()
    }
}

#[tokio::test]
async fn a_first_wave_ends_without_the_chats_that_wait_and_they_come_with_everyone() {
    let mut sending = Sending::begin(Some(3)).await;
    sending.courier.drain().await.unwrap();
    let first = (Status::Paused, Some(PauseReason::Canary), BTreeMap::from([("pending", 4), ("sent", 2)]));
    assert_eq!(sending.stands().await, first, "a decision can be made");
    sending.room.resume(sending.house.workspace, sending.campaign).await.unwrap();
    sending.courier.drain().await.unwrap();
    let most = (Status::Sending, None, BTreeMap::from([("pending", 1), ("sent", 5)]));
    assert_eq!(sending.stands().await, most, "the last wave waits for it");
    assert_eq!(sending.calls_to_it(), 1, "no call inside its wait");
    *sending.telegram.chat.lock() = None;
    sending.house.clock.set(NOW + (ASKED_S + 1) * SECOND_MS);
    sending.courier.drain().await.unwrap();
    assert_eq!(sending.stands().await, (Status::Done, None, BTreeMap::from([("sent", 6)])));
}

#[tokio::test]
async fn who_cannot_be_written_to_for_a_day_has_an_outcome_and_the_campaign_an_end() {
    let mut sending = Sending::begin(None).await;
    let mut tries = 0;
    for round in 0..20 {
        sending.house.clock.set(NOW + round * (ASKED_S + 1) * SECOND_MS);
        sending.courier.drain().await.unwrap();
        tries = sending.calls_to_it();
        if sending.stands().await.0 == Status::Done {
            break;
        }
    }
    assert_eq!(sending.stands().await, (Status::Done, None, BTreeMap::from([("failed", 1), ("sent", 5)])));
    let reason = sending.lines().await[0].reason.clone();
    assert_eq!(reason.as_deref(), Some("Telegram asked to wait with this chat for more than a day"));
    assert_eq!(tries, 9, "one call after each wait: the ninth would have to wait beyond a day");
}
