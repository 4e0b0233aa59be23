//! Turning names into ids, and filling segments and stages in.

use super::reader::Reader;
use super::{AnswerTest, AttributeOp, AttributeTest, Expression, Node, Resolved, StageRule, TagTest, Test};
use crate::cells::Kind;
use crate::field_error::FieldError;
use crate::ids::{CampaignId, SegmentId, StageId, TagId};
use crate::limits::{EXPRESSION_DEPTH_MAX, EXPRESSION_NODES_MAX};
use crate::naming::{meant, name_key};
use crate::recipient::Detail;

/// What a workspace knows, seen from one of its bots.
pub trait Catalog {
    fn tag(&self, name: &str) -> Option<TagId>;
    fn segment(&self, id: SegmentId) -> Option<Expression>;
    /// In their order: the first rule that matches is the stage.
    fn stages(&self) -> &[(StageId, String, Expression)];
    /// Whether the campaign exists and is this bot's.
    fn campaign(&self, id: CampaignId) -> bool;
    /// Whether any contact ever had the attribute.
    fn attribute_known(&self, key: &str) -> bool;
    /// An attribute's key as it is spelled where it is known, whatever the spelling that is asked for.
    fn attribute_spelling(&self, key: &str) -> Option<String> {
        self.attribute_known(key).then(|| key.to_owned())
    }
    /// The one kind of an attribute's values; `None` where it is not known, or kinds are mixed.
    fn attribute_kind(&self, _key: &str) -> Option<Kind> {
        None
    }
}

/// Turns names into ids and fills segments and stages in.
///
/// # Errors
/// Whatever the catalog does not know, segments and stages that contain themselves, and expressions that become
/// too deep or too large by what is filled in, each with its path.
pub fn resolve(expression: &Expression, catalog: &dyn Catalog) -> Result<Resolved, Vec<FieldError>> {
    let mut resolver =
        Resolver { catalog, reader: Reader::default(), open_segments: Vec::new(), open_stages: Vec::new() };
    let root = resolver.node(expression, String::new(), 1);
    resolver.reader.finish(root).map(|root| Resolved { root })
}

struct Resolver<'c> {
    catalog: &'c dyn Catalog,
    reader: Reader,
    /// Segments and stages that are being filled in: meeting one again is a cycle.
    open_segments: Vec<SegmentId>,
    open_stages: Vec<StageId>,
}

impl Resolver<'_> {
    fn node(&mut self, expression: &Expression, path: String, depth: usize) -> Option<Node> {
        if depth > EXPRESSION_DEPTH_MAX {
            let message = format!("is more than {EXPRESSION_DEPTH_MAX} deep once segments are filled in");
            self.reader.fail(&path, "too_deep", message);
            return None;
        }
        self.reader.nodes += 1;
        if self.reader.nodes > EXPRESSION_NODES_MAX {
            if self.reader.nodes == EXPRESSION_NODES_MAX + 1 {
                let message = format!("has over {EXPRESSION_NODES_MAX} parts once segments are filled in");
                self.reader.fail(&path, "too_large", message);
            }
            return None;
        }
        let test = self.test(expression, &path, depth)?;
        Some(Node { path, test })
    }

    fn test(&mut self, expression: &Expression, path: &str, depth: usize) -> Option<Test> {
        Some(match expression {
            Expression::All(parts) => Test::All(self.nodes(parts, &format!("{path}/all"), depth)?),
            Expression::Any(parts) => Test::Any(self.nodes(parts, &format!("{path}/any"), depth)?),
            Expression::Not(part) => {
                Test::Not(Box::new(self.node(part, format!("{path}/not"), depth + 1)?))
            }
            Expression::Tag(test) => self.tags(test, path)?,
            Expression::Time(field, test) => Test::Time(*field, *test),
            Expression::Lasted(length) => Test::Lasted(length.seconds()),
            Expression::Event(test) => Test::Event(test.clone()),
            Expression::Stage(stages) => Test::Stage(self.stages(stages, path, depth)?),
            Expression::Source(test) => Test::Source(test.clone()),
            Expression::Profile(test) => Test::Profile(test.clone()),
            Expression::Attribute(test) => {
                let Some(key) = self.catalog.attribute_spelling(&test.key) else {
                    let message = format!("no contact has an attribute \"{}\"", test.key);
                    self.reader.fail(&format!("{path}/attribute/key"), "unknown_attribute", message);
                    return None;
                };
                Test::Attribute(self.of_the_attributes_kind(AttributeTest { key, ..test.clone() }))
            }
            Expression::Campaign(test) => {
                if !self.catalog.campaign(test.campaign) {
                    let message = "this bot has no such campaign";
                    self.reader.fail(&format!("{path}/campaign/id"), "unknown_campaign", message);
                    return None;
                }
                let answer = test.answer.as_ref().map(|answer| self.answer(answer, path));
                // An answer that is not known has been told of.
                if answer == Some(None) {
                    return None;
                }
                Test::Campaign(test.clone(), answer.flatten())
            }
            Expression::Segment(id) => self.segment(*id, path, depth)?,
            Expression::Reachable(wanted) => Test::Reachable(*wanted),
            Expression::Unreachable(reason) => Test::Unreachable(*reason),
            Expression::Sample(test) => Test::Sample(test.clone()),
            Expression::Conversation(test) => Test::Conversation(test.clone()),
        })
    }

    /// A test whose value is written in another kind than the attribute's – `"10"` where numbers are – compares what
    /// it means. One that cannot be read so stays, and matches nobody.
    fn of_the_attributes_kind(&self, mut test: AttributeTest) -> AttributeTest {
        if test.op != AttributeOp::Contains
            && let (Some(kind), Some(value)) = (self.catalog.attribute_kind(&test.key), &test.value)
            && let Ok(value) = kind.take(value.clone())
        {
            test.value = Some(value);
        }
        test
    }

    fn nodes(&mut self, parts: &[Expression], path: &str, depth: usize) -> Option<Vec<Node>> {
        let nodes: Vec<Node> = parts
            .iter()
            .enumerate()
            .filter_map(|(place, part)| self.node(part, format!("{path}/{place}"), depth + 1))
            .collect();
        (nodes.len() == parts.len()).then_some(nodes)
    }

    fn tags(&mut self, test: &TagTest, path: &str) -> Option<Test> {
        let mut tags = Vec::with_capacity(test.tags.len());
        for (place, name) in test.tags.iter().enumerate() {
            match self.catalog.tag(name) {
                Some(tag) => tags.push(tag),
                None => {
                    let key = test.mode.key();
                    let at = match test.mode {
                        super::TagMode::Has => format!("{path}/tag/{key}"),
                        _ => format!("{path}/tag/{key}/{place}"),
                    };
                    self.reader.fail(&at, "unknown_tag", format!("there is no tag \"{name}\""));
                }
            }
        }
        let added_within_s = test.added_within.map(super::Duration::seconds);
        (tags.len() == test.tags.len()).then_some(Test::Tags { mode: test.mode, tags, added_within_s })
    }

    fn answer(&mut self, answer: &AnswerTest, path: &str) -> Option<Detail> {
        match answer {
            AnswerTest::Button(place) => Some(Detail::Button(*place)),
            AnswerTest::ButtonText(text) => Some(Detail::ButtonText(text.clone())),
            AnswerTest::Tag(name) => {
                let found = self.catalog.tag(name).map(Detail::Tag);
                if found.is_none() {
                    let message = format!("there is no tag \"{name}\"");
                    self.reader.fail(&format!("{path}/campaign/tag"), "unknown_tag", message);
                }
                found
            }
        }
    }

    fn segment(&mut self, id: SegmentId, path: &str, depth: usize) -> Option<Test> {
        let at = format!("{path}/segment/id");
        if self.open_segments.contains(&id) {
            self.reader.fail(&at, "cycle", format!("segment {id} would contain itself"));
            return None;
        }
        let Some(expression) = self.catalog.segment(id) else {
            self.reader.fail(&at, "unknown_segment", format!("there is no segment {id}"));
            return None;
        };
        self.open_segments.push(id);
        let inner = self.node(&expression, format!("{path}/segment/expression"), depth + 1);
        self.open_segments.pop();
        Some(Test::Segment(id, Box::new(inner?)))
    }

    fn stages(&mut self, wanted: &[String], path: &str, depth: usize) -> Option<Vec<StageRule>> {
        let catalog = self.catalog;
        let known = catalog.stages();
        let mut named = Vec::with_capacity(wanted.len());
        for (place, name) in wanted.iter().enumerate() {
            let stage = meant(known.iter().map(|(_, stage, _)| stage.as_str()), name, name_key);
            match known.iter().position(|(_, known, _)| Some(known.as_str()) == stage) {
                Some(order) => named.push(order),
                None => {
                    let at = format!("{path}/stage/in/{place}");
                    self.reader.fail(&at, "unknown_stage", format!("there is no stage \"{name}\""));
                    return None;
                }
            }
        }
        let last = *named.iter().max()?;
        let mut rules = Vec::new();
        for (order, (stage, name, rule)) in known.iter().enumerate().take(last + 1) {
            if self.open_stages.contains(stage) {
                let message = format!("the rule of stage \"{name}\" would contain itself");
                self.reader.fail(&format!("{path}/stage/in"), "cycle", message);
                return None;
            }
            self.open_stages.push(*stage);
            let rule = self.node(rule, format!("{path}/stage/rules/{order}"), depth + 1);
            self.open_stages.pop();
            let wanted = named.contains(&order);
            rules.push(StageRule { stage: *stage, name: name.clone(), wanted, rule: rule? });
        }
        Some(rules)
    }
}
