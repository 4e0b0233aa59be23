//! Telegram's Bot API: the only wire to it.
//!
//! [`Client`] makes calls and says of each failure what it proves ([`SendError`]); [`Received`] is an update, kept as
//! it came and read as far as it is understood; [`Clock`] says when a bot may send. **Nothing** here retries a call,
//! and **no** error, log line or `Debug` text holds a token.

mod answered;
mod chats;
mod client;
mod clock;
mod doubt;
mod envelope;
mod error;
mod files;
mod message;
mod methods;
mod outgoing;
pub mod said;
mod update;

pub use client::{Client, ClientError, Options};
pub use clock::{Begin, Clock, ClockSnapshot, End, Lane, Rate, Throttled};
pub use error::{Barrier, SendError};
pub use files::{DOWNLOAD_BYTES_MAX, FileSource, SentFile};
pub use message::{COMPOSED, Command, Message, SuccessfulPayment};
pub use methods::{BotCommand, Me, Sent, Webhook, WebhookInfo};
pub use outgoing::{send_message_params, stored_message};
pub use update::{
    CallbackQuery, Chat, ChatMemberChange, MessageReaction, PreCheckoutQuery, Received, Update, UpdateError,
    User, Whereabouts,
};
