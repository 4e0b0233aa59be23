//! The methods of the Bot API, one noun a file. Each is a function of the world, the parameters
//! and the time, and answers with the result or a refusal in Telegram's words.

mod albums;
mod callbacks;
mod chats;
mod commands;
mod content;
mod copies;
mod deletion;
mod editing;
mod media;
mod payments;
mod sending;
mod updates;
mod webhooks;
