//! How fast a bot may write to many.

use store::bots::Bot;
use telegram::{ClockSnapshot, Rate};

/// Messages a second that Telegram bears from one bot without payment.
pub const BULK_PER_SECOND_DEFAULT: u32 = 30;
/// A bot's rate at and above which no limit is kept: for measuring against a server that has none.
const UNLIMITED_PER_SECOND: i64 = 100_000;

/// What a bot's clock had learnt when it was last written down.
pub fn learnt(bot: &Bot) -> ClockSnapshot {
    ClockSnapshot { blocked_until: bot.blocked_until.unwrap_or(0), rate_milli: bot.rate_milli.unwrap_or(0) }
}

/// The rate that a bot's setting stands for.
pub fn rate_of(bulk_per_second: Option<i64>) -> Rate {
    match bulk_per_second {
        None => Rate::PerSecond(BULK_PER_SECOND_DEFAULT),
        Some(rate) if rate >= UNLIMITED_PER_SECOND => Rate::Unlimited,
        Some(rate) => Rate::PerSecond(u32::try_from(rate.max(1)).unwrap_or(u32::MAX)),
    }
}
