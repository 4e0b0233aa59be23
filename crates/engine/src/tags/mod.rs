//! Tags: named, coloured, renamed everywhere at once, merged, and deleted when nothing depends on them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::Origin;
use domain::ids::{BotId, ContactNumber, TagId, WorkspaceId};
use domain::limits::{IMPORT_BATCH_MAX, TAG_NAME_CHARS_MAX};
use domain::mention::{Mentions, Renames};
use store::{ReadTx, Store, WriteTx, bots, contacts, tags};

use crate::error::checked_name;
use crate::mentions::{self, User};
use crate::{Clock, EngineError, Result, journal, tagging};

pub use store::tags::Tag;

/// A tag's description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 500;

/// A tag with what is known of its use.
#[derive(Debug, Clone, PartialEq)]
pub struct TagInUse {
    pub tag: Tag,
    /// People who have it now.
    pub people: i64,
    /// How many of them got it from whom: `flow`, `agent`, `campaign`, `link`, `import`, `api`.
    pub applied_by: BTreeMap<String, i64>,
    pub used_by: Vec<User>,
}

/// What to change about a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagChange {
    pub name: Option<String>,
    pub color: Option<String>,
    pub description: Option<String>,
}

/// The room of the tags.
#[derive(Clone)]
pub struct Tags {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Tags {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// All tags by name, counted over one bot's people, or everybody's.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn list(&self, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<TagInUse>> {
        self.store
            .reader()
            .read(move |tx| {
                let bots = bots_of(tx, workspace, bot)?;
                let counts = Counts::of(tx, &bots)?;
                let mentions = mentions::all(tx, workspace)?;
                let tags = tags::list(tx, workspace)?;
                Ok(tags.into_iter().map(|tag| counts.shown(tag, &mentions)).collect())
            })
            .await
    }

    /// One tag, counted over everybody.
    ///
    /// # Errors
    /// There is no such tag here.
    pub async fn get(&self, workspace: WorkspaceId, tag: TagId) -> Result<TagInUse> {
        self.store
            .reader()
            .read(move |tx| {
                let row = known(tx, workspace, tag)?;
                let counts = Counts::of(tx, &bots_of(tx, workspace, None)?)?;
                Ok(counts.shown(row, &mentions::all(tx, workspace)?))
            })
            .await
    }

    /// Makes a tag. Without a colour it gets the next of the palette.
    ///
    /// # Errors
    /// The name is not valid or taken; the colour is not of the palette.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        name: &str,
        color: Option<&str>,
        description: &str,
    ) -> Result<TagInUse> {
        let name = checked_name("/name", name, TAG_NAME_CHARS_MAX)?;
        let color = color.map(|color| checked_color("/color", color)).transpose()?;
        let description = checked_description(description)?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let id = tags::insert(tx, workspace, &name, color.as_deref(), &description, now)?;
                let tag = known(tx, workspace, id)?;
                Ok(TagInUse { tag, people: 0, applied_by: BTreeMap::new(), used_by: Vec::new() })
            })
            .await
    }

    /// Changes name, colour and description, whatever is given. A new name stands everywhere at once: in
    /// segments, stages, flows and their versions, campaigns, templates and canned replies.
    ///
    /// # Errors
    /// There is no such tag here; the name is not valid or taken; the colour is not of the palette.
    pub async fn update(&self, workspace: WorkspaceId, tag: TagId, change: TagChange) -> Result<TagInUse> {
        let name = change.name.map(|name| checked_name("/name", &name, TAG_NAME_CHARS_MAX)).transpose()?;
        let color = change.color.map(|color| checked_color("/color", &color)).transpose()?;
        let description = change.description.map(|text| checked_description(&text)).transpose()?;
        self.store
            .write(move |tx| {
                let before = known(tx, workspace, tag)?;
                let after = Tag {
                    name: name.unwrap_or_else(|| before.name.clone()),
                    color: color.unwrap_or_else(|| before.color.clone()),
                    description: description.unwrap_or_else(|| before.description.clone()),
                    ..before.clone()
                };
                tags::update(tx, workspace, &after)?;
                if after.name != before.name {
                    rename_everywhere(tx, workspace, &Renames::tag(&before.name, &after.name))?;
                }
                Ok::<_, EngineError>(())
            })
            .await?;
        self.get(workspace, tag).await
    }

    /// Takes a tag off everybody and deletes it.
    ///
    /// # Errors
    /// There is no such tag here, or something depends on it: [`EngineError::Conflict`] says what.
    pub async fn delete(&self, workspace: WorkspaceId, tag: TagId, by: Origin) -> Result<()> {
        self.store.reader().read(move |tx| nothing_depends(tx, workspace, tag)).await?;
        self.move_people(workspace, tag, None, by).await?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                nothing_depends(tx, workspace, tag)?;
                for bot in bots_of(tx, workspace, None)? {
                    let late = contacts::with_tag(tx, bot, tag)?;
                    move_some(tx, bot, &late, Move { from: tag, into: None, by, now })?;
                }
                tags::delete(tx, workspace, tag)?;
                Ok(())
            })
            .await
    }

    /// Gives everybody with the first tag the second, puts the second in its place wherever it is mentioned, and
    /// deletes the first.
    ///
    /// # Errors
    /// There is no such tag here, or both are the same (`same_tag` under `/into`).
    pub async fn merge(
        &self,
        workspace: WorkspaceId,
        from: TagId,
        into: TagId,
        by: Origin,
    ) -> Result<TagInUse> {
        if from == into {
            return Err(EngineError::field("/into", "same_tag", "must be another tag"));
        }
        let unknown = |_| EngineError::field("/into", "unknown_tag", "there is no such tag");
        self.store
            .reader()
            .read(move |tx| {
                known(tx, workspace, from)?;
                known(tx, workspace, into).map_err(unknown)
            })
            .await?;
        self.move_people(workspace, from, Some(into), by).await?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (old, new) = (known(tx, workspace, from)?, known(tx, workspace, into)?);
                for bot in bots_of(tx, workspace, None)? {
                    let late = contacts::with_tag(tx, bot, from)?;
                    move_some(tx, bot, &late, Move { from, into: Some(into), by, now })?;
                }
                rename_everywhere(tx, workspace, &Renames::tag(&old.name, &new.name))?;
                tags::delete(tx, workspace, from)?;
                Ok::<_, EngineError>(())
            })
            .await?;
        self.get(workspace, into).await
    }

    /// Moves people from one tag to another, or to none, some hundred a commit so that nobody waits long.
    async fn move_people(
        &self,
        workspace: WorkspaceId,
        from: TagId,
        into: Option<TagId>,
        by: Origin,
    ) -> Result<()> {
        let people = self
            .store
            .reader()
            .read(move |tx| {
                let mut people = Vec::new();
                for bot in bots_of(tx, workspace, None)? {
                    people.push((bot, contacts::with_tag(tx, bot, from)?));
                }
                Ok::<_, EngineError>(people)
            })
            .await?;
        for (bot, numbers) in people {
            for batch in numbers.chunks(IMPORT_BATCH_MAX) {
                let batch = batch.to_vec();
                let now = self.clock.now();
                self.store.write(move |tx| move_some(tx, bot, &batch, Move { from, into, by, now })).await?;
            }
        }
        Ok(())
    }
}

/// A tag that people change for another, or for none.
#[derive(Debug, Clone, Copy)]
struct Move {
    from: TagId,
    into: Option<TagId>,
    by: Origin,
    now: i64,
}

fn move_some(tx: &WriteTx<'_>, bot: BotId, people: &[ContactNumber], change: Move) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    journal::append(tx, bot, |journal| {
        for number in people {
            // Who lost the first tag meanwhile does not get the second.
            let had = tagging::remove(journal, *number, change.from, change.now, change.by)?;
            if let (true, Some(into)) = (had, change.into) {
                tagging::add(journal, *number, into, change.now, change.by)?;
            }
        }
        Ok(())
    })
}

fn rename_everywhere(tx: &WriteTx<'_>, workspace: WorkspaceId, renames: &Renames) -> Result<()> {
    mentions::rename(tx, workspace, renames)?;
    mentions::rename_in_stages(tx, workspace, renames)
}

fn known(tx: &ReadTx<'_>, workspace: WorkspaceId, tag: TagId) -> Result<Tag> {
    tags::get(tx, workspace, tag)?.ok_or(EngineError::NotFound("tag"))
}

fn bots_of(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<BotId>> {
    match bot {
        Some(bot) => {
            bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
            Ok(vec![bot])
        }
        None => Ok(bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect()),
    }
}

fn nothing_depends(tx: &ReadTx<'_>, workspace: WorkspaceId, tag: TagId) -> Result<()> {
    let row = known(tx, workspace, tag)?;
    let mentions = mentions::all(tx, workspace)?;
    let dependent: Vec<&User> = mentions
        .iter()
        .filter(|(user, mentions)| user.depends && mentions.names_tag(&row.name))
        .map(|(user, _)| user)
        .collect();
    if dependent.is_empty() {
        return Ok(());
    }
    let message = format!("the tag \"{}\" is used by {}", row.name, mentions::told(&dependent));
    Err(EngineError::Conflict { message, current: Some(mentions::as_json(&dependent)) })
}

/// Who gave tags to how many people.
struct Counts {
    origins: BTreeMap<TagId, BTreeMap<String, i64>>,
}

impl Counts {
    fn of(tx: &ReadTx<'_>, bots: &[BotId]) -> Result<Self> {
        let mut origins: BTreeMap<TagId, BTreeMap<String, i64>> = BTreeMap::new();
        for bot in bots {
            for (tag, by) in contacts::tag_origins(tx, *bot)? {
                let sums = origins.entry(tag).or_default();
                for (origin, count) in by {
                    *sums.entry(origin).or_default() += count;
                }
            }
        }
        Ok(Self { origins })
    }

    fn shown(&self, tag: Tag, mentions: &[(User, Mentions)]) -> TagInUse {
        let applied_by = self.origins.get(&tag.id).cloned().unwrap_or_default();
        let users = mentions.iter().filter(|(_, mentions)| mentions.names_tag(&tag.name));
        TagInUse {
            people: applied_by.values().sum(),
            applied_by,
            used_by: users.map(|(user, _)| user.clone()).collect(),
            tag,
        }
    }
}

/// A colour of the palette.
///
/// # Errors
/// It is none, under `path`.
fn checked_color(path: &str, color: &str) -> Result<String> {
    if tags::COLORS.contains(&color) {
        return Ok(color.to_owned());
    }
    let message = format!("must be one of {}", tags::COLORS.join(", "));
    Err(EngineError::field(path, "unknown_color", message))
}

fn checked_description(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > DESCRIPTION_CHARS_MAX {
        let message = format!("must have at most {DESCRIPTION_CHARS_MAX} characters");
        return Err(EngineError::field("/description", "too_long", message));
    }
    Ok(text.to_owned())
}
