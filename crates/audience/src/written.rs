//! An index as bytes, and an index of bytes: in parts of some megabytes, so that nobody holds two of the whole.
//!
//! The first part is what all chunks share, then comes one for each. Whose index it is, and whether the bytes are
//! still those that were written, is for whoever keeps them to know.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono_tz::Tz;
use domain::contact::SOURCE_FIELDS;
use domain::ids::CampaignId;
use domain::named::Named;
use domain::recipient::Answers;

use crate::bytes::{Damaged, Input, Output, ensure};
use crate::chunk::{Chunk, Dictionaries, Numbers};
use crate::column::counted::KINDS;
use crate::column::enumerated::NUMBERED;
use crate::column::outcome::FrozenGroups;
use crate::index::{Day, Index};
use crate::words::CHUNK_CONTACTS;

/// Rises when the bytes of a column change, or what names are compared by.
const FORMAT: u32 = 4;

/// How the bytes are laid out and what the columns were filled by: whoever says another thing cannot read them.
pub fn layout() -> String {
    let mut layout = format!("format {FORMAT}; days by tzdb {}; counted", chrono_tz::IANA_TZDB_VERSION);
    let fields = NUMBERED.iter().map(|field| field.name());
    let answers = Answers::NAMED.iter().map(|(name, _)| *name);
    let lists: [(&str, Vec<&str>); 4] = [
        ("", KINDS.to_vec()),
        ("; profile", fields.collect()),
        ("; source", SOURCE_FIELDS.to_vec()),
        ("; answers", answers.collect()),
    ];
    for (title, names) in lists {
        // Writing to a string cannot fail.
        let _ = write!(layout, "{title} {}", names.join(","));
    }
    layout
}

impl Index {
    /// The bytes of this version: a first part, and one a chunk.
    pub fn write(&self) -> impl Iterator<Item = Vec<u8>> {
        let mut first = Output::default();
        first.text(self.zone.name());
        first.long(self.number);
        first.number(self.contacts);
        first.length(self.chunks.len());
        let numbers: Numbers = self.names.write(&self.chunks, &mut first);
        first.length(self.campaigns.len());
        for (campaign, groups) in self.campaigns.iter() {
            first.long(campaign.0);
            groups.write(&mut first);
        }
        let chunks = self.chunks.iter().map(move |chunk| {
            let mut out = Output::default();
            chunk.write(&numbers, &mut out);
            out.into_bytes()
        });
        std::iter::once(first.into_bytes()).chain(chunks)
    }
}

/// An index of which the first part was read.
#[derive(Debug)]
pub struct WrittenIndex {
    zone: Tz,
    number: i64,
    contacts: u32,
    chunks: usize,
    names: Dictionaries,
    campaigns: BTreeMap<CampaignId, Arc<FrozenGroups>>,
}

/// A chunk that was read.
#[derive(Debug)]
pub struct WrittenChunk(Arc<Chunk>);

impl WrittenIndex {
    /// Reads the first part.
    ///
    /// # Errors
    /// It is none. Nothing is believed: no length asks for more memory than a small multiple of the bytes.
    pub fn read(first: &[u8]) -> Result<Self, Damaged> {
        let mut input = Input::new(first);
        let zone = input.text()?.parse().map_err(|_| Damaged("its time zone is not known"))?;
        let (number, contacts) = (input.long()?, input.number()?);
        let chunks = input.number()? as usize;
        ensure(
            chunks == (contacts as usize).div_ceil(CHUNK_CONTACTS),
            "it has not as many chunks as people",
        )?;
        let names = Dictionaries::read(&mut input)?;
        let mut campaigns = BTreeMap::new();
        for _ in 0..input.length(8)? {
            let campaign = CampaignId(input.long()?);
            campaigns.insert(campaign, Arc::new(FrozenGroups::read(&mut input)?));
        }
        input.end()?;
        Ok(Self { zone, number, contacts, chunks, names, campaigns })
    }

    /// How many chunks follow.
    pub fn chunks(&self) -> usize {
        self.chunks
    }

    /// Reads a chunk's part. Threads may read several at a time.
    ///
    /// # Errors
    /// It is none.
    pub fn chunk(&self, part: &[u8]) -> Result<WrittenChunk, Damaged> {
        let mut input = Input::new(part);
        let chunk = Chunk::read(&mut input, &self.names)?;
        input.end()?;
        Ok(WrittenChunk(Arc::new(chunk)))
    }

    /// Puts the chunks together, in their order.
    ///
    /// # Errors
    /// There are more or fewer than the first part said.
    pub fn finish(self, chunks: Vec<WrittenChunk>) -> Result<Index, Damaged> {
        ensure(chunks.len() == self.chunks, "it has not as many chunks as it says")?;
        Ok(Index {
            zone: self.zone,
            number: self.number,
            contacts: self.contacts,
            chunks: chunks.into_iter().map(|WrittenChunk(chunk)| chunk).collect(),
            names: Arc::new(self.names),
            campaigns: Arc::new(self.campaigns),
            day: Day::default(),
        })
    }
}
