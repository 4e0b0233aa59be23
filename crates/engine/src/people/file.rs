//! An index in a file: a label that says whose it is and what it holds, then its parts, each with its length and a
//! checksum.
//!
//! What is read is not believed: a length is held against the file's own before memory is asked for.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use audience::{Damaged, Index, WrittenChunk, WrittenIndex};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What every such file begins with.
const MAGIC: [u8; 8] = *b"MUSTERix";
/// A label is some hundred bytes.
const LABEL_BYTES_MAX: u64 = 1 << 16;
/// Threads that check and read parts.
const THREADS_MAX: usize = 4;

/// Whose index it is, what it was made by, and the event that it stands at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// How the columns are written, see [`audience::layout`].
    pub layout: String,
    /// The version of Muster: another one may fill columns by other rules.
    pub muster: String,
    /// The database's log, renewed when a backup is restored.
    pub log: String,
    pub workspace: i64,
    pub bot: i64,
    /// The zone that days were made with.
    pub zone: String,
    /// The last event that the index holds.
    pub number: i64,
    /// What is remembered of that event.
    pub event: String,
}

/// Why a file is not used.
#[derive(Debug, Error)]
pub enum Refusal {
    #[error("there is no snapshot")]
    Absent,
    #[error("the snapshot cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("the snapshot is damaged: {0}")]
    Damaged(&'static str),
    #[error("the snapshot is damaged: {0}")]
    Column(#[from] Damaged),
    #[error("the snapshot is of {0}")]
    Strange(&'static str),
}

/// Writes an index; what it wrote is on the disk when it returns.
///
/// # Errors
/// The disk's.
pub fn write(path: &Path, label: &Label, index: &Index) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, private(path)?);
    file.write_all(&MAGIC)?;
    write_part(&mut file, 0, &serde_json::to_vec(label)?)?;
    for (place, part) in (1..).zip(index.write()) {
        write_part(&mut file, place, &part)?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn write_part(file: &mut impl Write, place: u64, part: &[u8]) -> io::Result<()> {
    file.write_all(&(part.len() as u64).to_le_bytes())?;
    file.write_all(&checksum(place, part).to_le_bytes())?;
    file.write_all(part)
}

/// Of a part in its place, so that parts cannot stand for each other; and of its length, so that one of nothing has a
/// checksum too.
fn checksum(place: u64, part: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&place.to_le_bytes());
    hasher.update(&(part.len() as u64).to_le_bytes());
    hasher.update(part);
    hasher.finalize()
}

/// A file that only its owner reads: names and usernames stand in it.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file of which the label was read.
#[derive(Debug)]
pub struct Opened {
    pub label: Label,
    parts: Parts,
}

impl Opened {
    /// Opens a file and reads its label.
    ///
    /// # Errors
    /// It is not there, or is none.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::Absent),
            opened => opened?,
        };
        let left = file.metadata()?.len();
        let mut parts = Parts { file, left, place: 0 };
        if parts.take::<{ MAGIC.len() }>()? != MAGIC {
            return Err(Refusal::Damaged("it does not begin as one"));
        }
        let mut part = Vec::new();
        let place = parts.next(LABEL_BYTES_MAX, &mut part)?;
        let checked = place.ok_or(Refusal::Damaged("it ends too early"))?.check(&part)?;
        let label = serde_json::from_slice(checked).map_err(|_| Refusal::Damaged("it has no label"))?;
        Ok(Self { label, parts })
    }

    /// Reads the index, on several threads.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(mut self) -> Result<Index, Refusal> {
        let mut first = Vec::new();
        let place = self.parts.next(u64::MAX, &mut first)?.ok_or(Refusal::Damaged("it ends too early"))?;
        let written = WrittenIndex::read(place.check(&first)?)?;
        drop(first);
        let parts = Mutex::new(self.parts);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(THREADS_MAX).min(written.chunks());
        let mut chunks: Vec<(u64, WrittenChunk)> = std::thread::scope(|scope| {
            let readers = (0..threads).map(|_| scope.spawn(|| read_chunks(&parts, &written)));
            // All of them are begun before the first is waited for.
            let readers: Vec<_> = readers.collect();
            let mut all = Vec::new();
            for reader in readers {
                all.extend(reader.join().map_err(|_| Refusal::Damaged("reading it went wrong"))??);
            }
            Ok::<_, Refusal>(all)
        })?;
        chunks.sort_by_key(|(place, _)| *place);
        let index = written.finish(chunks.into_iter().map(|(_, chunk)| chunk).collect())?;
        let holds = index.number() == self.label.number && index.zone().name() == self.label.zone;
        if holds { Ok(index) } else { Err(Refusal::Damaged("it holds something else than its label says")) }
    }
}

/// Takes parts until there are none.
fn read_chunks(parts: &Mutex<Parts>, written: &WrittenIndex) -> Result<Vec<(u64, WrittenChunk)>, Refusal> {
    let (mut chunks, mut part) = (Vec::new(), Vec::new());
    loop {
        let Some(place) = parts.lock().next(u64::MAX, &mut part)? else { return Ok(chunks) };
        let chunk = written.chunk(place.check(&part)?)?;
        chunks.push((place.place, chunk));
    }
}

/// The parts of a file, one after another.
#[derive(Debug)]
struct Parts {
    file: File,
    /// Bytes that were not read yet.
    left: u64,
    place: u64,
}

/// Where a part stands, and what its checksum should be.
struct Place {
    place: u64,
    checksum: u32,
}

impl Place {
    fn check<'p>(&self, part: &'p [u8]) -> Result<&'p [u8], Refusal> {
        let same = checksum(self.place, part) == self.checksum;
        if same { Ok(part) } else { Err(Refusal::Damaged("a checksum differs")) }
    }
}

impl Parts {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        self.left = self.left.checked_sub(N as u64).ok_or(Refusal::Damaged("it ends too early"))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads the next part in place of what `part` held; nothing at the file's end.
    fn next(&mut self, bytes_max: u64, part: &mut Vec<u8>) -> Result<Option<Place>, Refusal> {
        if self.left == 0 {
            return Ok(None);
        }
        let length = u64::from_le_bytes(self.take()?);
        let checksum = u32::from_le_bytes(self.take()?);
        if length > self.left.min(bytes_max) {
            return Err(Refusal::Damaged("it ends too early"));
        }
        let more = (length as usize).saturating_sub(part.len());
        part.try_reserve_exact(more).map_err(|_| Refusal::Damaged("a part is larger than the memory"))?;
        part.resize(length as usize, 0);
        self.file.read_exact(part)?;
        self.left -= length;
        self.place += 1;
        Ok(Some(Place { place: self.place - 1, checksum }))
    }
}
