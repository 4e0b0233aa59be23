//! The methods of the Bot API, one noun a file. Each is a function of the world, the parameters
//! and the time, and answers with the result or a refusal in Telegram's words.

mod callbacks;
mod commands;
mod content;
mod deletion;
mod editing;
mod sending;
mod updates;
