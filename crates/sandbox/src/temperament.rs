//! The parameters that drive what people do. They were fixed before any report was built on top
//! of them; nothing in Muster reads them, and no document cites the sandbox as evidence that
//! segmentation works.
//!
//! The rule in short: a person's *match* with a message is their interest in the topics that it
//! names. A high match makes pressing, following and answering likely; a low one costs patience.
//! When patience is gone, the person blocks the bot or turns away. With `placebo` every match
//! is [`MATCH_MEAN`], whatever the message says.

use crate::interests::TOPICS;

/// Share of people who pay for Premium.
pub const PREMIUM_SHARE: f64 = 0.08;
/// Share of people with a username.
pub const USERNAME_SHARE: f64 = 0.62;

/// How common a strong interest in each topic is, in the order of the topics.
pub const TOPIC_SHARES: &[f64; TOPICS] = &[0.22, 0.18, 0.14, 0.13, 0.11, 0.09, 0.08, 0.05];
/// Interest in a topic that does not matter to the person lies below this.
pub const WEAK_INTEREST_MAX: f64 = 0.2;
/// Interest in a topic that matters to the person lies above this.
pub const STRONG_INTEREST_MIN: f64 = 0.65;
/// The match of a message that names no topic, and of every message under `placebo`: about the
/// mean match of all people with a message on one topic.
pub const MATCH_MEAN: f64 = 0.28;

/// Probability to press a button of a message, as `BASE + GAIN × match²`.
pub const PRESS_BASE: f64 = 0.02;
pub const PRESS_GAIN: f64 = 0.62;
/// The same when the message answers something that the person did: a menu is there to be used.
pub const PRESS_BASE_ANSWER: f64 = 0.45;
pub const PRESS_GAIN_ANSWER: f64 = 0.45;
/// Probability to follow a link button or link, in the same form.
pub const FOLLOW_BASE: f64 = 0.02;
pub const FOLLOW_GAIN: f64 = 0.5;
/// Share of those who open a link that leads to the bot who then start it, and how long after, in milliseconds.
pub const LINK_START_SHARE: f64 = 0.72;
pub const LINK_PAUSE_MS: (f64, f64) = (2_000.0, 90_000.0);
/// Share of opened addresses that carry a parameter of the place where they were found.
pub const LINK_TAGGED_SHARE: f64 = 0.4;
/// Share of opened addresses that a program opens as well.
pub const LINK_PASSER_BY_SHARE: f64 = 0.3;
/// Probability that somebody who looks at the bot by themselves also meets one of its links again.
pub const LINK_AGAIN_SHARE: f64 = 0.01;
/// Probability to answer an unasked message in words, in the same form.
pub const REPLY_BASE: f64 = 0.004;
pub const REPLY_GAIN: f64 = 0.08;
/// Probability to press a second button of the same message (menus of interests).
pub const PRESS_AGAIN: f64 = 0.25;
/// Probability to write to a human when a message offers one.
pub const ASK_HUMAN: f64 = 0.12;

/// Interest that an option needs before it is taken from a menu of topics.
pub const OPTION_INTEREST_MIN: f64 = 0.35;
/// How strongly the choice among options leans to the greater interest (a power).
pub const OPTION_LEANING: f64 = 3.0;

/// Patience that an unasked message costs, as `COST × (1 − match)`, down to nothing at a match
/// of one.
pub const PATIENCE_COST: f64 = 1.0;
/// Patience that comes back with each own visit, up to what the person began with.
pub const PATIENCE_REGAINED: f64 = 0.35;
/// Irrelevant messages that the median person bears.
pub const PATIENCE_MEDIAN: f64 = 9.0;
/// Spread (deviation of the logarithm) of the same.
pub const PATIENCE_SPREAD: f64 = 0.8;
/// With patience gone, the probability to block at the next irrelevant message; the others mute
/// the chat and see nothing for a while.
pub const BLOCK_WITHOUT_PATIENCE: f64 = 0.45;
/// Of those who do not block then, how many write `/stop`.
pub const OPT_OUT_WITHOUT_PATIENCE: f64 = 0.25;
/// Probability that a first unasked message alone makes someone block, at a match of zero.
pub const BLOCK_AT_ONCE: f64 = 0.004;
/// Probability to block on falling silent, without any message being to blame.
pub const BLOCK_ON_SILENCE: f64 = 0.08;
/// Of those who blocked, how many unblock some day, and the mean days until then.
pub const UNBLOCK_SHARE: f64 = 0.15;
pub const UNBLOCK_DAYS_MEAN: f64 = 9.0;
/// Days that a muted chat stays muted, on average.
pub const MUTE_DAYS_MEAN: f64 = 10.0;
/// Probability that an account is deleted when its owner falls silent.
pub const DEACTIVATE_ON_SILENCE: f64 = 0.006;

/// Visits a day of the median person, and their spread.
pub const VISITS_PER_DAY_MEDIAN: f64 = 1.8;
pub const VISITS_SPREAD: f64 = 0.85;
/// Days until a person falls silent, on average.
pub const LIVELY_DAYS_MEAN: f64 = 18.0;
/// Some stay far longer.
pub const LOYAL_SHARE: f64 = 0.26;
pub const LOYAL_DAYS_MEAN: f64 = 130.0;
/// Share of people who start the bot and never do anything else.
pub const ONLY_LOOKS_SHARE: f64 = 0.14;
/// Of those who fell silent, how many come back, and the mean days until then.
pub const RETURN_SHARE: f64 = 0.3;
pub const RETURN_DAYS_MEAN: f64 = 22.0;

/// What a visit is: pressing a button of an older message, writing, a command, or only looking.
pub const VISIT_PRESS: f64 = 0.45;
pub const VISIT_WRITE: f64 = 0.33;
pub const VISIT_COMMAND: f64 = 0.12;
/// Probability that a visit ends in a purchase.
pub const VISIT_PAY: f64 = 0.0018;

/// Seconds until a message that answers the person is seen, and the spread.
pub const SEE_ANSWER_S_MEDIAN: f64 = 4.0;
pub const SEE_ANSWER_SPREAD: f64 = 0.8;
/// Minutes until an unasked message is seen by someone who is awake, and the spread.
pub const SEE_MINUTES_MEDIAN: f64 = 25.0;
pub const SEE_SPREAD: f64 = 1.3;
/// Seconds from seeing to acting, and the spread.
pub const ACT_S_MEDIAN: f64 = 9.0;
pub const ACT_SPREAD: f64 = 0.9;
/// Minutes from seeing to an answer in words, and the spread; some take hours.
pub const REPLY_MINUTES_MEDIAN: f64 = 12.0;
pub const REPLY_SPREAD: f64 = 1.4;
/// Probability that a message is never seen at all.
pub const NEVER_SEEN: f64 = 0.12;

/// How much denser arrivals are at the end of the period than at its start (linear growth).
pub const ARRIVAL_GROWTH: f64 = 3.0;
