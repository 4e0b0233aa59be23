//! The address and the secret of a bot's webhook. Both follow from the installation's keys, so that any node knows
//! them and none has to look them up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::BotId;
use subtle::ConstantTimeEq;

use crate::Secrets;

/// The last part of the address: the bot's id and a signature that cannot be guessed.
pub(super) fn name(secrets: &Secrets, bot: BotId) -> String {
    let signature = secrets.sign::<16>("webhook address", &[bot.0]);
    format!("{}-{}", bot.0, URL_SAFE_NO_PAD.encode(signature))
}

/// What Telegram sends along with every push.
pub(super) fn secret(secrets: &Secrets, bot: BotId) -> String {
    URL_SAFE_NO_PAD.encode(secrets.sign::<32>("webhook secret", &[bot.0]))
}

/// Whose address this is.
pub(super) fn bot_of(secrets: &Secrets, given: &str) -> Option<BotId> {
    let bot = BotId(given.split_once('-')?.0.parse().ok()?);
    is_same(given, &name(secrets, bot)).then_some(bot)
}

/// Compares without telling by its time where the difference is.
pub(super) fn is_same(given: &str, own: &str) -> bool {
    given.as_bytes().ct_eq(own.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_signature() {
        let secrets = Secrets::from_bytes([1; 64]);
        let name = name(&secrets, BotId(7));
        assert_eq!(bot_of(&secrets, &name), Some(BotId(7)));
        assert_eq!(bot_of(&Secrets::from_bytes([2; 64]), &name), None);
        assert_eq!(bot_of(&secrets, &name.replacen('7', "8", 1)), None);
        for strange in ["", "-", "7", "7-", "x-y", &name[..name.len() - 1]] {
            assert_eq!(bot_of(&secrets, strange), None, "{strange}");
        }
        let secret = secret(&secrets, BotId(7));
        assert!((1..=256).contains(&secret.len()));
        assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'), "{secret}");
    }
}
