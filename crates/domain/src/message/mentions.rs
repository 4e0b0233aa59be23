//! What a message mentions.

use super::{Action, Body, Button, Media, Message, Press};
use crate::mention::{Mention, Mentions};

impl Message {
    /// Adds what it mentions, each at its place below `at`.
    pub(crate) fn visit_mentions(&self, at: &str, found: &mut Mentions) {
        let Self { body, media, buttons, link_preview: _ } = self;
        visit_body(body, &format!("{at}/text"), found);
        if let Some(Media { kind: _, id }) = media {
            found.add(format!("{at}/media/media_id"), Mention::Media(*id));
        }
        for (row, buttons) in buttons.iter().enumerate() {
            for (column, Button { text: _, action }) in buttons.iter().enumerate() {
                match action {
                    Action::Press(press) => {
                        visit_press(press, &format!("{at}/buttons/{row}/{column}/press"), found);
                    }
                    Action::Url { url: _, tracked: _ } => {}
                }
            }
        }
    }
}

fn visit_press(press: &Press, at: &str, found: &mut Mentions) {
    let Press { add_tags, remove_tags, reply, flow } = press;
    found.add_names(&format!("{at}/add_tags"), add_tags, Mention::Tag);
    found.add_names(&format!("{at}/remove_tags"), remove_tags, Mention::Tag);
    if let Some(reply) = reply {
        visit_body(reply, &format!("{at}/reply"), found);
    }
    if let Some(flow) = flow {
        found.add(format!("{at}/flow"), Mention::Flow(*flow));
    }
}

fn visit_body(body: &Body, at: &str, found: &mut Mentions) {
    for key in body.attributes() {
        found.add(at.to_owned(), Mention::Attribute(key.to_owned()));
    }
}
