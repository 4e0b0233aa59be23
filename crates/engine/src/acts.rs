//! What a person did, as those who answer it want to know it.

use domain::flow::MenuPress;
use domain::time::Millis;
use store::contacts::Contact;

use crate::Result;
use crate::journal::Journal;

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Start {
        payload: Option<String>,
    },
    Command {
        name: String,
    },
    /// Words, or something else with or without a caption.
    Text {
        text: String,
    },
    /// A button of a flow's message.
    FlowPress(MenuPress),
    /// A campaign's button begins a flow.
    Begin {
        flow: domain::ids::FlowId,
    },
}

/// Answers what people do, inside the transaction that records it. The command flows implement it.
pub trait Responder: Send + Sync {
    /// Answers one act; false when it was not for a flow, so that the team should see it.
    ///
    /// # Errors
    /// The database failed, or the graph did something that it must not.
    fn respond(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        act: &Act,
        at: Millis,
    ) -> Result<bool>;

    /// What a menu's option is called: the `object` of its press.
    ///
    /// # Errors
    /// The database failed.
    fn option_name(&self, journal: &Journal<'_>, press: MenuPress) -> Result<Option<String>>;
}
