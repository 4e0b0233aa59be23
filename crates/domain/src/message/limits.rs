//! The bounds of a message. Those of Telegram are counted after markup was read and variables were filled in.

/// A message's text, in UTF-16 code units. Telegram allows 4,096 characters; a character takes one or two units,
/// so this is the stricter reading, and the one that entity offsets use.
pub const TEXT_UNITS_MAX: usize = 4_096;
/// The caption of a file, in UTF-16 code units.
pub const CAPTION_UNITS_MAX: usize = 1_024;
/// What an author may write, markup included, in bytes.
pub const SOURCE_BYTES_MAX: usize = 65_536;
/// Entities of one message; Telegram silently drops the rest.
pub const ENTITIES_MAX: usize = 100;
/// Variables of one text.
pub const VARIABLES_MAX: usize = 50;
/// Room kept for each variable's value, in UTF-16 code units. Telegram's names are at most this long, so a name
/// is never clipped; only longer values (attributes) can be.
pub const VALUE_UNITS_RESERVED: usize = 64;
/// Buttons of one message.
pub const BUTTONS_MAX: usize = 100;
/// Buttons of one row.
pub const ROW_BUTTONS_MAX: usize = 8;
/// A button's text, in UTF-16 code units.
pub const BUTTON_UNITS_MAX: usize = 64;
/// A button's target, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;
/// Tags that one press may add, and as many that it may remove.
pub const PRESS_TAGS_MAX: usize = 20;
/// `callback_data`, in bytes (Telegram's).
pub const CALLBACK_DATA_BYTES_MAX: usize = 64;
