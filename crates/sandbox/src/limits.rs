//! Every number that Telegram's documentation or servers put on a call, in one place.
//!
//! The documented ranges are also listed in [`DOCUMENTED`], which a test holds against the
//! machine-readable API description where that file is at hand.

/// UTF-16 code units of a message's text, after entity parsing and trimming.
pub const TEXT_UNITS_MAX: usize = 4096;
/// Bytes of a button's `callback_data`; at least one is needed.
pub const CALLBACK_DATA_BYTES_MAX: usize = 64;
/// Characters of the notification in `answerCallbackQuery`.
pub const CALLBACK_ANSWER_CHARS_MAX: usize = 200;
/// Characters of a button that copies text to the clipboard; at least one is needed.
pub const COPY_TEXT_CHARS_MAX: usize = 256;
/// Commands in one `setMyCommands`.
pub const COMMANDS_MAX: usize = 100;
/// Characters of a command's name; at least one is needed.
pub const COMMAND_NAME_CHARS_MAX: usize = 32;
/// Characters of a command's description; at least one is needed.
pub const COMMAND_DESCRIPTION_CHARS_MAX: usize = 256;
/// Buttons in one row of an inline keyboard (observed, not documented).
pub const KEYBOARD_ROW_MAX: usize = 8;
/// Buttons in one inline keyboard (observed, not documented).
pub const KEYBOARD_BUTTONS_MAX: usize = 100;
/// Entities kept of one message; the rest is dropped silently, as Telegram does.
pub const ENTITIES_MAX: usize = 100;
/// Characters of a /start payload, of the alphabet `A-Za-z0-9_-`.
pub const START_PAYLOAD_CHARS_MAX: usize = 64;
/// Updates in one `getUpdates` answer, and the default.
pub const UPDATES_MAX: usize = 100;
/// Seconds that one `getUpdates` may wait.
pub const POLL_TIMEOUT_S_MAX: u64 = 50;
/// Updates kept for a bot that does not fetch them.
pub const QUEUE_UPDATES_MAX: usize = 100_000;
/// Bytes of one uploaded file.
pub const UPLOAD_BYTES_MAX: usize = 50 * 1024 * 1024;
/// Bytes of one request's body: a file of the largest size with its form.
pub const BODY_BYTES_MAX: usize = UPLOAD_BYTES_MAX + 1024 * 1024;
/// Bytes of one photo.
pub const PHOTO_BYTES_MAX: usize = 10 * 1024 * 1024;
/// A photo's width and height together.
pub const PHOTO_SIDES_MAX: u32 = 10_000;
/// A photo's longer side in its shorter ones.
pub const PHOTO_RATIO_MAX: u32 = 20;
/// Bytes of a file that `getFile` gives.
pub const DOWNLOAD_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Bytes of all files that the sandbox keeps; the oldest go first. Its own bound, not Telegram's.
pub const FILES_BYTES_MAX: usize = 256 * 1024 * 1024;
/// UTF-16 code units of a caption, after entity parsing and trimming.
pub const CAPTION_UNITS_MAX: usize = 1024;
/// Items of an album.
pub const ALBUM_MAX: usize = 10;
/// Characters of an invoice's title.
pub const INVOICE_TITLE_CHARS_MAX: usize = 32;
/// Characters of an invoice's description.
pub const INVOICE_DESCRIPTION_CHARS_MAX: usize = 255;
/// Bytes of an invoice's payload.
pub const INVOICE_PAYLOAD_BYTES_MAX: usize = 128;
/// A checkout must be answered within this time.
pub const CHECKOUT_ANSWER_MS: i64 = 10_000;
/// Bytes of a webhook's secret.
pub const SECRET_BYTES_MAX: usize = 256;
/// Connections of a webhook, and how many unless said otherwise.
pub const WEBHOOK_CONNECTIONS_MAX: i64 = 100;
/// Connections of a webhook that does not say how many.
pub const WEBHOOK_CONNECTIONS: i64 = 40;
/// Ports that a webhook may have.
pub const WEBHOOK_PORTS: &[u16] = &[80, 88, 443, 8443];
/// A webhook that does not answer for so long is given up until the next try.
pub const WEBHOOK_TIMEOUT_S: u64 = 60;
/// A `Retry-After` of a webhook counts up to this.
pub const WEBHOOK_RETRY_AFTER_S_MAX: i64 = 3600;
/// A webhook that has answered 410 for so long is removed.
pub const WEBHOOK_GONE_MS: i64 = 23 * HOUR_MS;

/// A press must be answered within this time, and waits no longer in the queue.
pub const CALLBACK_LIFE_MS: i64 = 150_000;
/// Messages and member changes wait this long in the queue.
pub const UPDATE_LIFE_MS: i64 = 24 * HOUR_MS;
/// A message can be deleted for this long.
pub const DELETE_LIFE_MS: i64 = 48 * HOUR_MS;
/// After so long without an update the next id is drawn at random.
pub const UPDATE_ID_IDLE_MS: i64 = 7 * 24 * HOUR_MS;

/// Messages a second in one chat, in the long run.
pub const CHAT_RATE_PER_S: f64 = 1.0;
/// Messages that one chat takes at once before the rate counts.
pub const CHAT_BURST: f64 = 10.0;
/// Messages a second of one bot, in the long run, unless configured otherwise.
pub const BOT_RATE_PER_S: f64 = 30.0;
/// Messages a second with `allow_paid_broadcast`, where the bot may use it.
pub const PAID_RATE_PER_S: f64 = 1000.0;
/// Seconds of the bot's rate that may be used at once.
pub const BOT_BURST_S: f64 = 1.0;
/// The first wait that a bot over its rate is told.
pub const BOT_RETRY_AFTER_S: i64 = 3;
/// A wait grows to this at most when it is ignored.
pub const RETRY_AFTER_S_MAX: i64 = 60;
/// Calls that were under way when a wait began are not held against the bot for this long.
pub const RETRY_GRACE_MS: i64 = 1000;

/// One hour.
pub const HOUR_MS: i64 = 3_600_000;
/// One day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A range that the API description states in words: owner (method or type), field, least, most.
pub struct Documented {
    /// Method or type that has the field.
    pub owner: &'static str,
    /// The field's name.
    pub field: &'static str,
    /// The lower end, inclusive.
    pub min: usize,
    /// The upper end, inclusive.
    pub max: usize,
}

const fn documented(owner: &'static str, field: &'static str, min: usize, max: usize) -> Documented {
    Documented { owner, field, min, max }
}

/// The ranges above that are documented, by owner and field.
pub const DOCUMENTED: &[Documented] = &[
    documented("sendMessage", "text", 1, TEXT_UNITS_MAX),
    documented("editMessageText", "text", 1, TEXT_UNITS_MAX),
    documented("sendPhoto", "caption", 0, CAPTION_UNITS_MAX),
    documented("sendDocument", "caption", 0, CAPTION_UNITS_MAX),
    documented("sendVideo", "caption", 0, CAPTION_UNITS_MAX),
    documented("copyMessage", "caption", 0, CAPTION_UNITS_MAX),
    documented("editMessageCaption", "caption", 0, CAPTION_UNITS_MAX),
    documented("sendInvoice", "title", 1, INVOICE_TITLE_CHARS_MAX),
    documented("sendInvoice", "description", 1, INVOICE_DESCRIPTION_CHARS_MAX),
    documented("sendInvoice", "payload", 1, INVOICE_PAYLOAD_BYTES_MAX),
    documented("setWebhook", "secret_token", 1, SECRET_BYTES_MAX),
    documented("answerCallbackQuery", "text", 0, CALLBACK_ANSWER_CHARS_MAX),
    documented("getUpdates", "limit", 1, UPDATES_MAX),
    documented("InlineKeyboardButton", "callback_data", 1, CALLBACK_DATA_BYTES_MAX),
    documented("CopyTextButton", "text", 1, COPY_TEXT_CHARS_MAX),
    documented("BotCommand", "command", 1, COMMAND_NAME_CHARS_MAX),
    documented("BotCommand", "description", 1, COMMAND_DESCRIPTION_CHARS_MAX),
];

/// Methods that spend from the chat's and the bot's message rate.
pub const RATED_METHODS: &[&str] = &[
    "sendmessage",
    "sendphoto",
    "sendvideo",
    "senddocument",
    "sendmediagroup",
    "sendinvoice",
    "copymessage",
    "editmessagetext",
    "editmessagecaption",
    "editmessagereplymarkup",
];

/// The actions that `sendChatAction` takes.
pub const CHAT_ACTIONS: &[&str] = &[
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// Kinds of update, as `allowed_updates` names them.
pub const UPDATE_KINDS: &[&str] = &[
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// Kinds that a bot gets only when it asks for them by name.
pub const UPDATE_KINDS_ON_REQUEST: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];
