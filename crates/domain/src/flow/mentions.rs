//! What a node of a flow mentions.

use super::{Menu, MenuOption, Node};
use crate::expression;
use crate::mention::{Mention, Mentions};

impl Node {
    /// Adds what it mentions, each at its place below `at`.
    pub(crate) fn visit_mentions(&self, at: &str, found: &mut Mentions) {
        let message_at = format!("{at}/message");
        match self {
            Self::Message { message, next: _ } | Self::Handover { message: Some(message) } => {
                message.visit_mentions(&message_at, found);
            }
            Self::Menu(Menu { message, columns: _, options }) => {
                message.visit_mentions(&message_at, found);
                for (index, option) in options.iter().enumerate() {
                    let MenuOption { key: _, text: _, add_tags, remove_tags, next: _ } = option;
                    let at = format!("{at}/options/{index}");
                    found.add_names(&format!("{at}/add_tags"), add_tags, Mention::Tag);
                    found.add_names(&format!("{at}/remove_tags"), remove_tags, Mention::Tag);
                }
            }
            Self::Condition { expression, then: _, otherwise: _ } => {
                expression::visit_document(expression, &format!("{at}/expression"), found);
            }
            Self::Start { triggers: _, next: _ } | Self::Handover { message: None } | Self::End => {}
        }
    }
}
