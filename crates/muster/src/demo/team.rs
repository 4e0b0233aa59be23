//! The demo's team at work: it answers who has waited longest and ends what is old, so that an inbox is found as a
//! team leaves it, and not as nobody ever looked at it.

use std::time::Duration;

use domain::conversation::Conversation;
use domain::ids::{BotId, ContactId, MemberId, WorkspaceId};
use domain::time::SECOND_MS;
use engine::EngineError;
use engine::inbox::Inbox;
use serde_json::json;
use store::conversations::{self, Filter, Order};
use store::{Store, contacts, team};
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::assembly::Muster;

/// The latest conversations stay open when the team has worked.
const LEFT_OPEN: usize = 10;
/// The team works once more are open.
const OPEN_MAX: usize = 18;
/// Conversations that are looked at in one go.
const LOOKED_AT_MAX: usize = 1_000;
/// How often the team of a living demo looks at its inbox.
const LOOKS_EVERY: Duration = Duration::from_secs(5);

/// Each fits whatever was written.
const ANSWERS_ENGLISH: [&str; 4] = [
    "Thanks for writing! I have passed this on, and we will come back to you tomorrow.",
    "Thank you! What we have on that is under /menu; write again if it is not there.",
    "Noted. A colleague looks into it today.",
    "Got it, thanks! Write again whenever there is something else.",
];
const ANSWERS_CHINESE: [&str; 4] = [
    "谢谢留言！已经转给同事，明天给您答复。",
    "谢谢！相关内容都在 /menu 里；找不到的话再告诉我。",
    "已记下，同事今天会处理。",
    "收到，谢谢！有别的需要随时写给我们。",
];

/// Those who answer.
pub(super) struct Team {
    store: Store,
    inbox: Inbox,
    workspace: WorkspaceId,
    bot: BotId,
    agents: Vec<MemberId>,
}

impl Team {
    /// The demo's agents. Its owner is whoever looks at the demo, and answers for themselves.
    pub(super) async fn of(muster: &Muster, workspace: WorkspaceId, bot: BotId) -> Result<Self, Failure> {
        let members = muster.store.reader().read(move |tx| team::members(tx, workspace)).await?;
        let agents = members
            .into_iter()
            .filter(|member| member.role == domain::team::Role::Agent)
            .map(|member| member.id);
        let (store, inbox) = (muster.store.clone(), muster.rooms.inbox.clone());
        Ok(Self { store, inbox, workspace, bot, agents: agents.collect() })
    }

    /// Answers and ends all but the latest conversations, once there are many. What belongs to anybody else is left
    /// to them.
    pub(super) async fn work(&self) -> Result<(), Failure> {
        let bot = self.bot;
        let read = self.store.reader().read(move |tx| {
            conversations::list(tx, bot, Filter::Open, "", Order::Latest, None, LOOKED_AT_MAX)
        });
        let open = read.await?;
        let ours: Vec<Conversation> = open
            .into_iter()
            .filter(|one| one.assignee.is_none_or(|who| self.agents.contains(&who)))
            .collect();
        if ours.len() <= OPEN_MAX {
            return Ok(());
        }
        for conversation in &ours[LEFT_OPEN..] {
            self.finish(conversation).await?;
        }
        Ok(())
    }

    async fn finish(&self, conversation: &Conversation) -> Result<(), Failure> {
        let id = ContactId::new(self.bot, conversation.contact);
        let next = self.agents.get(conversation.contact.0 as usize % self.agents.len().max(1)).copied();
        if conversation.waiting_since.is_some()
            && let Some(agent) = conversation.assignee.or(next)
        {
            let text = self.answer(conversation).await?;
            let message = json!({"text": text, "format": "plain"});
            match self.inbox.reply(self.workspace, agent, id, &message).await {
                // Whoever blocked the bot meanwhile gets no answer; the conversation ends all the same.
                Ok(_) | Err(EngineError::Invalid(_) | EngineError::WrongState(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.inbox.close(self.workspace, id).await?;
        Ok(())
    }

    /// What is said to a person, in a language that they speak, and not the same each time.
    async fn answer(&self, conversation: &Conversation) -> Result<&'static str, Failure> {
        let (bot, person) = (self.bot, conversation.contact);
        let contact = self.store.reader().read(move |tx| contacts::get(tx, bot, person)).await?;
        let language = contact.and_then(|contact| contact.profile.language).unwrap_or_default();
        let answers = if language.starts_with("zh") { ANSWERS_CHINESE } else { ANSWERS_ENGLISH };
        let asked_s = conversation.waiting_since.unwrap_or_default() / SECOND_MS;
        Ok(answers[(asked_s.unsigned_abs() as usize + person.0 as usize) % answers.len()])
    }

    /// Works until the demo stops.
    pub(super) async fn live(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(LOOKS_EVERY)).await.is_some() {
            if let Err(error) = self.work().await {
                tracing::warn!("the demo's team could not answer: {error}");
            }
        }
    }
}
