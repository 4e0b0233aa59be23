//! Binding a member's own Telegram account: the team's room hands out a code, the intake meets it in a `/start`.

use domain::ids::{BotId, ContactNumber, MemberId};
use domain::time::Millis;
use store::team::Purpose;
use store::{WriteTx, team};

use crate::Result;
use crate::secrets::token_hash;

/// What the payload of such a `/start` begins with; the code follows.
pub const PAYLOAD_PREFIX: &str = "me_";

/// Binds the person who sent `/start <payload>` to the member whose code it holds, and uses the code up. `None`
/// when the payload is no code, or an old one, or another bot's.
///
/// # Errors
/// The database failed.
pub fn consume(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    payload: &str,
    now: Millis,
) -> Result<Option<MemberId>> {
    let Some(code) = payload.strip_prefix(PAYLOAD_PREFIX) else { return Ok(None) };
    let hash = token_hash(code);
    let Some(link) = team::link(tx, &hash, now)? else { return Ok(None) };
    match (link.purpose, link.member, link.bot) {
        (Purpose::Telegram, Some(member), Some(of)) if of == bot => {
            team::use_link(tx, &hash)?;
            team::bind_contact(tx, link.workspace, member, bot, contact)?;
            Ok(Some(member))
        }
        _ => Ok(None),
    }
}
