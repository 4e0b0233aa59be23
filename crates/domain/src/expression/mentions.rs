//! What an expression mentions itself; what its segments and stages mention is theirs.

use serde_json::Value;

use super::parse::parts;
use super::{
    AnswerTest, CampaignTest, ConversationTest, EventTest, Expression, SourceTest, TagMode, TagTest,
};
use crate::mention::{Mention, Mentions};

/// Visits a document. One that does not read as a whole is read part by part.
pub(crate) fn visit_document(document: &Value, at: &str, found: &mut Mentions) {
    match (Expression::parse(document), parts(document)) {
        (Ok(expression), _) => expression.visit_mentions(at, found),
        (Err(_), Some(parts)) => {
            for (place, part) in parts {
                visit_document(part, &format!("{at}{place}"), found);
            }
        }
        (Err(_), None) => found.add_unread(at.to_owned(), document),
    }
}

impl Expression {
    /// What it mentions, each at its place in the canonical document.
    pub fn mentions(&self) -> Mentions {
        let mut found = Mentions::default();
        self.visit_mentions("", &mut found);
        found
    }

    fn visit_mentions(&self, at: &str, found: &mut Mentions) {
        match self {
            Self::All(parts) => visit_each(parts, &format!("{at}/all"), found),
            Self::Any(parts) => visit_each(parts, &format!("{at}/any"), found),
            Self::Not(part) => part.visit_mentions(&format!("{at}/not"), found),
            Self::Tag(test) => visit_tags(test, &format!("{at}/tag"), found),
            Self::Event(test) => visit_event(test, &format!("{at}/event"), found),
            Self::Stage(names) => found.add_names(&format!("{at}/stage/in"), names, Mention::Stage),
            Self::Source(test) => visit_source(test, &format!("{at}/source"), found),
            Self::Attribute(test) => {
                found.add(format!("{at}/attribute/key"), Mention::Attribute(test.key.clone()));
            }
            Self::Campaign(test) => visit_campaign(test, &format!("{at}/campaign"), found),
            Self::Segment(id) => found.add(format!("{at}/segment/id"), Mention::Segment(*id)),
            Self::Conversation(ConversationTest { open: _, assignee }) => {
                if let Some(member) = assignee.flatten() {
                    found.add(format!("{at}/conversation/assignee"), Mention::Member(member));
                }
            }
            Self::Time(_, _)
            | Self::Lasted(_)
            | Self::Profile(_)
            | Self::Reachable(_)
            | Self::Unreachable(_)
            | Self::Sample(_) => {}
        }
    }
}

fn visit_each(parts: &[Expression], at: &str, found: &mut Mentions) {
    for (index, part) in parts.iter().enumerate() {
        part.visit_mentions(&format!("{at}/{index}"), found);
    }
}

fn visit_tags(test: &TagTest, at: &str, found: &mut Mentions) {
    let TagTest { mode, tags, added_within: _ } = test;
    let place = format!("{at}/{}", mode.key());
    match mode {
        TagMode::Has => tags.iter().for_each(|name| found.add(place.clone(), Mention::Tag(name.clone()))),
        TagMode::HasAny | TagMode::HasAll => found.add_names(&place, tags, Mention::Tag),
    }
}

/// The object of a visit is a link's code. Those of the other kinds are words, buttons and commands as they stood.
fn visit_event(test: &EventTest, at: &str, found: &mut Mentions) {
    let EventTest { kind, object, at_least: _, at_most: _, within: _, since: _, until: _ } = test;
    if let (&"link_visit", Some(code)) = (kind, object) {
        found.add(format!("{at}/object"), Mention::Link(code.clone()));
    }
}

fn visit_source(test: &SourceTest, at: &str, found: &mut Mentions) {
    let SourceTest { field, values } = test;
    if *field != "link" {
        return;
    }
    match values.as_slice() {
        [code] => found.add(format!("{at}/link"), Mention::Link(code.clone())),
        codes => found.add_names(&format!("{at}/link/in"), codes, Mention::Link),
    }
}

fn visit_campaign(test: &CampaignTest, at: &str, found: &mut Mentions) {
    let CampaignTest {
        campaign,
        outcome: _,
        // Names as they were at the start: the frozen sets are kept by them, whatever is called otherwise since.
        frozen_stage: _,
        frozen_tag: _,
        frozen_source: _,
        frozen_segment: _,
        answer,
    } = test;
    found.add(format!("{at}/id"), Mention::Campaign(*campaign));
    match answer {
        Some(AnswerTest::Tag(name)) => found.add(format!("{at}/tag"), Mention::Tag(name.clone())),
        Some(AnswerTest::Button(_) | AnswerTest::ButtonText(_)) | None => {}
    }
}
