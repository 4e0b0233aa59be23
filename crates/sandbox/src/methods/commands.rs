//! `setMyCommands` and `getMyCommands`, for the default scope.

use crate::limits;
use crate::params::Params;
use crate::reply::Refusal;
use crate::world::World;
use serde_json::{Value, json};

impl World {
    pub(crate) fn set_my_commands(&mut self, params: &Params) -> Result<Value, Refusal> {
        let value =
            params.nested("commands").map_err(|_| Refusal::exact("can't parse commands JSON object"))?;
        let list = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(Refusal::exact("expected an Array of BotCommand")),
        };
        if list.len() > limits::COMMANDS_MAX {
            return Err(Refusal::exact("BOT_COMMANDS_TOO_MUCH"));
        }
        self.commands = list.iter().map(command).collect::<Result<_, _>>()?;
        Ok(Value::Bool(true))
    }

    pub(crate) fn my_commands(&self) -> Value {
        let one = |(command, description): &(String, String)| json!({"command": command, "description": description});
        Value::Array(self.commands.iter().map(one).collect())
    }
}

fn command(value: &Value) -> Result<(String, String), Refusal> {
    let wrong = |what: &str| Refusal::bad(format!("Can't parse BotCommand: {what}"));
    let map = value.as_object().ok_or_else(|| wrong("expected an Object"))?;
    let text = |name: &str| {
        let text = map.get(name).and_then(Value::as_str);
        text.ok_or_else(|| wrong(&format!("Can't find field \"{name}\"")))
    };
    let name = text("command")?.trim().trim_start_matches('/').to_string();
    let description = text("description")?.trim().to_string();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if name.is_empty() || name.len() > limits::COMMAND_NAME_CHARS_MAX || !plain {
        return Err(Refusal::exact("BOT_COMMAND_INVALID"));
    }
    let length = description.chars().count();
    if length == 0 || length > limits::COMMAND_DESCRIPTION_CHARS_MAX {
        return Err(Refusal::exact("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok((name, description))
}
