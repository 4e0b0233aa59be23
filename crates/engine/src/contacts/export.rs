//! People as a table, in the columns that an import reads.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat};
use domain::cells::written;
use domain::contact::{AttributeValue, Source};
use domain::ids::{BotId, TagId, WorkspaceId};
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::contacts::Contact;
use store::{ReadTx, Reader, contacts, tags};
use tokio::sync::mpsc;

use crate::cell_lists::listed;
use crate::{EngineError, Result};

/// People that one read fetches.
const ROWS_AT_ONCE: usize = 500;
/// Pieces that wait for a slow reader.
const PIECES_WAITING_MAX: usize = 4;

/// A table on its way, piece by piece. Dropping it ends the export.
#[derive(Debug)]
pub struct Export {
    pieces: mpsc::Receiver<Result<Vec<u8>>>,
}

/// What a workspace calls the columns and the tags.
struct Names {
    tags: HashMap<TagId, String>,
    attributes: Vec<String>,
}

impl Export {
    pub(super) async fn start(
        reader: Reader,
        workspace: WorkspaceId,
        bot: BotId,
        set: RoaringBitmap,
    ) -> Result<Self> {
        let names = reader.read(move |tx| Names::read(tx, workspace)).await?;
        let (sender, pieces) = mpsc::channel(PIECES_WAITING_MAX);
        tokio::spawn(async move {
            if let Err(error) = write_all(&reader, bot, names, &set, &sender).await {
                // Who reads the table is told by its broken end; a reader that went away needs no word.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(Self { pieces })
    }

    /// The next piece; `None` at the end. After an error nothing follows.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>>> {
        self.pieces.recv().await
    }
}

async fn write_all(
    reader: &Reader,
    bot: BotId,
    names: Names,
    set: &RoaringBitmap,
    sender: &mpsc::Sender<Result<Vec<u8>>>,
) -> Result<()> {
    let names = std::sync::Arc::new(names);
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(names.head()).map_err(broken)?;
    let mut piece = table.into_inner().map_err(broken)?;
    let numbers: Vec<u32> = set.iter().collect();
    for part in numbers.chunks(ROWS_AT_ONCE) {
        let (part, names) = (part.to_vec(), std::sync::Arc::clone(&names));
        piece.extend(reader.read(move |tx| rows(tx, bot, &names, &part)).await?);
        if sender.send(Ok(std::mem::take(&mut piece))).await.is_err() {
            return Ok(());
        }
    }
    if !piece.is_empty() {
        // An empty table still has its head; who went away does not need it.
        let _ = sender.send(Ok(piece)).await;
    }
    Ok(())
}

fn rows(tx: &ReadTx<'_>, bot: BotId, names: &Names, numbers: &[u32]) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for contact in contacts::by_numbers(tx, bot, numbers)? {
        let tags = contacts::tags(tx, bot, contact.number)?;
        let tags: Vec<TagId> = tags.into_iter().map(|tag| tag.tag).collect();
        table.write_record(names.row(&contact, &tags)).map_err(broken)?;
    }
    table.into_inner().map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(format!("a table cannot be written: {error}"))
}

impl Names {
    fn read(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Self> {
        let tags = tags::list(tx, workspace)?.into_iter().map(|tag| (tag.id, tag.name)).collect();
        Ok(Self { tags, attributes: tags::attribute_keys(tx, workspace)? })
    }

    fn head(&self) -> Vec<String> {
        let named = [
            "telegram_id",
            "username",
            "first_name",
            "last_name",
            "language",
            "tags",
            "source",
            "first_seen",
            "last_interaction",
        ];
        let attributes = self.attributes.iter().map(|key| format!("attr.{key}"));
        named.into_iter().map(str::to_owned).chain(attributes).collect()
    }

    fn row(&self, contact: &Contact, tags: &[TagId]) -> Vec<String> {
        let profile = &contact.profile;
        let text = |text: &Option<String>| safe(text.as_deref().unwrap_or_default());
        let tags: Vec<String> =
            tags.iter().filter_map(|tag| self.tags.get(tag)).map(|name| listed(name)).collect();
        let mut row = vec![
            contact.telegram_id.to_string(),
            text(&profile.username),
            text(&profile.first_name),
            text(&profile.last_name),
            text(&profile.language),
            safe(&tags.join(";")),
            safe(&source(&contact.source)),
            moment(contact.first_seen),
            contact.last_interaction.map(moment).unwrap_or_default(),
        ];
        row.extend(self.attributes.iter().map(|key| match contact.attributes.get(key) {
            None => String::new(),
            Some(value @ AttributeValue::Text(_)) => safe(&written(value)),
            Some(value) => written(value),
        }));
        row
    }
}

/// A spreadsheet would run a text that begins like a formula; people choose their names themselves. An import
/// takes the mark off again.
fn safe(text: &str) -> String {
    // A mark of the person's own gets one before it, so that an import takes off no other.
    let begins_like_one = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@']);
    if begins_like_one { format!("'{text}") } else { text.to_owned() }
}

fn source(source: &Source) -> String {
    source.iter().map(|(field, value)| format!("{field}={}", listed(value))).collect::<Vec<_>>().join(";")
}

fn moment(at: Millis) -> String {
    DateTime::from_timestamp_millis(at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}
