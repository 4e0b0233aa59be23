//! A member's own Telegram account, so that test sends can go "to me".
//!
//! The member opens `https://t.me/<bot>?start=me_<code>`; whoever takes the update in binds the contact with
//! [`crate::telegram_binding::consume`].

use domain::ids::{BotId, ContactId, MemberId, WorkspaceId};
use domain::time::Millis;
use store::team::Purpose;
use store::team::{self, OneTimeLink};
use store::{bots, contacts};

use super::Team;
use crate::secrets::{new_token, token_hash};
use crate::telegram_binding::PAYLOAD_PREFIX;
use crate::{EngineError, Result};

/// How long a link to bind an account works.
const LINK_MS: i64 = 60 * 60 * 1_000;

/// A link that binds a Telegram account to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramLink {
    pub link: String,
    pub code: String,
    pub expires_at: Millis,
}

/// A member's Telegram account, as a contact of one bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramAccount {
    pub contact: ContactId,
    pub name: String,
}

impl Team {
    /// A link that binds the account that opens it.
    ///
    /// # Errors
    /// There is no such bot or member here.
    pub async fn telegram_link(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
        bot: BotId,
    ) -> Result<TelegramLink> {
        let expires_at = self.clock.now() + LINK_MS;
        self.store
            .write(move |tx| {
                let row = bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                team::member(tx, workspace, member)?.ok_or(EngineError::NotFound("member"))?;
                let code = new_token("");
                let link = OneTimeLink {
                    workspace,
                    purpose: Purpose::Telegram,
                    member: Some(member),
                    bot: Some(bot),
                    expires_at,
                };
                team::insert_link(tx, &token_hash(&code), &link)?;
                let link = format!("https://t.me/{}?start={PAYLOAD_PREFIX}{code}", row.username);
                Ok(TelegramLink { link, code, expires_at })
            })
            .await
    }

    /// The Telegram accounts that a member has bound, bot by bot.
    ///
    /// # Errors
    /// The database failed.
    pub async fn telegram_accounts(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
    ) -> Result<Vec<TelegramAccount>> {
        self.store
            .reader()
            .read(move |tx| {
                let mut accounts = Vec::new();
                for (bot, number) in team::bound_contacts(tx, workspace, member)? {
                    if let Some(contact) = contacts::get(tx, bot, number)? {
                        let name = contact.name();
                        accounts.push(TelegramAccount { contact: ContactId::new(bot, number), name });
                    }
                }
                Ok(accounts)
            })
            .await
    }
}
