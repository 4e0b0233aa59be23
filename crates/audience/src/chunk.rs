//! 64 Ki contacts with all their columns.

use std::sync::Arc;

use domain::contact::Attributes;
use domain::event::{Event, EventBody};
use domain::expression::{ConversationFacts, second};
use domain::recipient::Answers;
use domain::time::Millis;

use crate::bytes::{Damaged, Input, Output};
use crate::column::attribute::{AttributeColumn, AttributeDictionaries, AttributeNumbers};
use crate::column::conversation::{ConversationColumn, ConversationDictionary};
use crate::column::counted::{CountedColumn, ObjectDictionaries, kind_of};
use crate::column::enumerated::{EnumeratedColumn, EnumeratedDictionaries, EnumeratedNumbers};
use crate::column::outcome::OutcomeColumn;
use crate::column::reachability::ReachabilityColumn;
use crate::column::recency::SecondsColumn;
use crate::column::tags::TagColumn;
use crate::dictionary::Renumbering;
use crate::row::ContactRow;

/// Texts and pairs that columns keep as numbers, for the whole bot and all versions of its index.
#[derive(Debug, Default)]
pub(crate) struct Dictionaries {
    pub(crate) enumerated: EnumeratedDictionaries,
    pub(crate) objects: ObjectDictionaries,
    pub(crate) attributes: AttributeDictionaries,
    pub(crate) conversations: ConversationDictionary,
}

impl Dictionaries {
    pub(crate) fn bytes(&self) -> usize {
        self.enumerated.bytes()
            + self.objects.bytes()
            + self.attributes.bytes()
            + self.conversations.pairs.bytes()
    }
}

/// The numbers that texts and pairs have in what is written.
pub(crate) struct Numbers {
    enumerated: EnumeratedNumbers,
    objects: Vec<Renumbering>,
    attributes: AttributeNumbers,
    conversations: Renumbering,
}

impl Dictionaries {
    /// Writes what occurs in the chunks, and nothing else.
    pub(crate) fn write(&self, chunks: &[Arc<Chunk>], out: &mut Output) -> Numbers {
        Numbers {
            enumerated: self.enumerated.write(chunks.iter().map(|chunk| &chunk.enumerated), out),
            objects: self.objects.write(chunks.iter().map(|chunk| &chunk.counted), out),
            attributes: self.attributes.write(chunks.iter().map(|chunk| &*chunk.attributes), out),
            conversations: self.conversations.write(chunks.iter().map(|chunk| &*chunk.conversations), out),
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        Ok(Self {
            enumerated: EnumeratedDictionaries::read(input)?,
            objects: ObjectDictionaries::read(input)?,
            attributes: AttributeDictionaries::read(input)?,
            conversations: ConversationDictionary::read(input)?,
        })
    }
}

/// One chunk. Each column is shared with older versions of the index until it is written to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    pub(crate) tags: TagColumn,
    pub(crate) last_interaction: SecondsColumn,
    pub(crate) first_seen: SecondsColumn,
    pub(crate) enumerated: EnumeratedColumn,
    pub(crate) counted: CountedColumn,
    pub(crate) attributes: Arc<AttributeColumn>,
    pub(crate) outcomes: OutcomeColumn,
    pub(crate) conversations: Arc<ConversationColumn>,
    pub(crate) reachability: Arc<ReachabilityColumn>,
}

impl Chunk {
    /// Takes a contact as its row stands.
    pub(crate) fn add_row(&mut self, low: u16, row: &ContactRow, names: &Dictionaries) {
        Arc::make_mut(&mut self.reachability).add(low, row.reachability);
        self.enumerated.set_profile(low, &row.profile, &names.enumerated);
        self.enumerated.set_source(low, &row.source, &names.enumerated);
        self.set_attributes(low, &row.attributes, names);
        self.first_seen.set(low, second(row.first_seen));
        self.last_interaction.set(low, row.last_interaction.map_or(0, second));
        self.set_conversation(low, row.conversation, names);
    }

    fn set_attributes(&mut self, low: u16, attributes: &Attributes, names: &Dictionaries) {
        if !attributes.is_empty() {
            let column = Arc::make_mut(&mut self.attributes);
            for (key, value) in attributes {
                column.set(low, key, Some(value), &names.attributes);
            }
        }
    }

    fn set_conversation(&mut self, low: u16, state: Option<ConversationFacts>, names: &Dictionaries) {
        let code = names.conversations.code(state);
        if self.conversations.codes.get(low) != code {
            Arc::make_mut(&mut self.conversations).codes.set(low, code);
        }
    }

    /// Takes an event about one contact. `day` is the workspace's day of it.
    pub(crate) fn apply(&mut self, low: u16, event: &Event, day: i32, names: &Dictionaries) {
        if event.body.is_interaction() {
            self.last_interaction.raise(low, second(event.at));
        }
        if kind_of(&event.body).is_some() {
            self.counted.add(low, event, day, &names.objects);
        }
        for (campaign, answers) in Answers::of(&event.body, &event.windows) {
            self.outcomes.add_answers(campaign, low, answers);
        }
        self.outcomes.add_detail(low, &event.body);
        match &event.body {
            EventBody::TagAdded { tag, .. } => self.tags.add(low, *tag, second(event.at)),
            EventBody::TagRemoved { tag, .. } => self.tags.remove(low, *tag),
            EventBody::ProfileChanged { profile } => {
                self.enumerated.set_profile(low, profile, &names.enumerated);
            }
            EventBody::HistoryImported { source, first_seen } => {
                if let Some(source) = source {
                    self.enumerated.set_source(low, source, &names.enumerated);
                }
                if let Some(at) = first_seen {
                    self.first_seen.set(low, second(*at));
                }
            }
            EventBody::AttributesSet { set } => {
                let column = Arc::make_mut(&mut self.attributes);
                for (key, value) in set {
                    column.set(low, key, value.as_ref(), &names.attributes);
                }
            }
            EventBody::ConversationChanged { status, assignee } => {
                let state = ConversationFacts { open: status.is_open(), assignee: *assignee };
                self.set_conversation(low, Some(state), names);
            }
            EventBody::Erased => self.erase(low, names),
            _ => self.apply_reachability(low, &event.body),
        }
    }

    fn apply_reachability(&mut self, low: u16, body: &EventBody) {
        let mut state = self.reachability.get(low);
        let before = state;
        match body {
            EventBody::Blocked { .. } => state.blocked = true,
            EventBody::Unblocked { .. } => state = state.heard(),
            EventBody::Deactivated => state.deactivated = true,
            EventBody::NoChat { reason } => state.no_chat = Some(*reason),
            EventBody::OptedOut { .. } => state.opted_out = true,
            EventBody::OptedIn => state.opted_out = false,
            _ => {}
        }
        if state != before {
            Arc::make_mut(&mut self.reachability).set(low, state);
        }
    }

    /// An erased person belongs to nothing any more, not even to everybody.
    fn erase(&mut self, low: u16, names: &Dictionaries) {
        for tag in self.tags.of(low) {
            self.tags.remove(low, tag);
        }
        self.enumerated.set_profile(low, &domain::contact::Profile::default(), &names.enumerated);
        self.enumerated.set_source(low, &domain::contact::Source::default(), &names.enumerated);
        Arc::make_mut(&mut self.attributes).erase(low);
        self.counted.erase(low);
        self.outcomes.erase_details(low);
        self.set_conversation(low, None, names);
        Arc::make_mut(&mut self.reachability).erase(low);
    }

    /// An import's last interaction.
    pub(crate) fn add_imported(&mut self, low: u16, at: Millis, day: i32) {
        self.last_interaction.raise(low, second(at));
        self.counted.add_imported(low, day);
    }

    /// Writes every column: a new one cannot be forgotten.
    pub(crate) fn write(&self, numbers: &Numbers, out: &mut Output) {
        let Self {
            tags,
            last_interaction,
            first_seen,
            enumerated,
            counted,
            attributes,
            outcomes,
            conversations,
            reachability,
        } = self;
        tags.write(out);
        last_interaction.write(out);
        first_seen.write(out);
        enumerated.write(&numbers.enumerated, out);
        counted.write(&numbers.objects, out);
        attributes.write(&numbers.attributes, out);
        outcomes.write(out);
        conversations.write(&numbers.conversations, out);
        reachability.write(out);
    }

    pub(crate) fn read(input: &mut Input<'_>, names: &Dictionaries) -> Result<Self, Damaged> {
        Ok(Self {
            tags: TagColumn::read(input)?,
            last_interaction: SecondsColumn::read(input)?,
            first_seen: SecondsColumn::read(input)?,
            enumerated: EnumeratedColumn::read(input, &names.enumerated)?,
            counted: CountedColumn::read(input, &names.objects)?,
            attributes: Arc::new(AttributeColumn::read(input, &names.attributes)?),
            outcomes: OutcomeColumn::read(input)?,
            conversations: Arc::new(ConversationColumn::read(input, &names.conversations)?),
            reachability: Arc::new(ReachabilityColumn::read(input)?),
        })
    }

    /// Gives back what growth reserved.
    pub(crate) fn shrink(&mut self) {
        self.tags.shrink();
        self.last_interaction.shrink();
        self.first_seen.shrink();
        self.enumerated.shrink();
        self.counted.shrink();
        Arc::make_mut(&mut self.conversations).codes.shrink();
    }

    /// Bytes held by each column.
    pub(crate) fn bytes(&self) -> [(&'static str, usize); 8] {
        [
            ("tags", self.tags.bytes()),
            ("recency", self.last_interaction.bytes() + self.first_seen.bytes()),
            ("enumerated", self.enumerated.bytes()),
            ("counted", self.counted.bytes()),
            ("attribute", self.attributes.bytes()),
            ("outcome", self.outcomes.bytes()),
            ("conversation", self.conversations.codes.bytes()),
            ("reachability", self.reachability.bytes()),
        ]
    }
}
