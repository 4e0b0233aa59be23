//! An index from its snapshot on the disk, against the same one built from rows in memory.

use std::path::Path;

use audience::Index;
use audience::bench::{Population, Record, Timer};
use domain::ids::BotId;
use engine::people::{Label, Opened, Shelf};

/// Reads of the file; the fastest counts, as everywhere.
const READS: usize = 3;

/// Builds a population's index, writes it into a folder of `place` and reads it again.
///
/// # Errors
/// The disk's; or what was read is another index, so that the figures mean nothing.
pub(crate) fn run(contacts: u32, place: &Path, timer: Timer<'_>) -> Result<Vec<Record>, String> {
    let folder = tempfile::tempdir_in(place).map_err(|error| error.to_string())?;
    let shelf = Shelf::new(folder.path().into()).map_err(|error| error.to_string())?;
    let begun = timer();
    let index = Population::new(contacts, 42).build();
    let built_s = timer() - begun;
    let begun = timer();
    let written = shelf.write(BotId(1), &label(&index), &index).and_then(engine::people::Draft::publish);
    written.and_then(|()| shelf.sync()).map_err(|error| error.to_string())?;
    let written_s = timer() - begun;
    let bytes = std::fs::metadata(shelf.path(BotId(1))).map_err(|error| error.to_string())?.len();
    let mut read_s = f64::INFINITY;
    for _ in 0..READS {
        let begun = timer();
        let read = shelf.open(BotId(1)).and_then(Opened::read).map_err(|error| error.to_string())?;
        read_s = read_s.min(timer() - begun);
        if !read.write().eq(index.write()) {
            return Err("start_from_snapshot: what was read is not what was written".into());
        }
    }
    let record = |case: &str, peer: &str, value: f64, unit, muster: f64| Record {
        bench: "audience",
        case: case.to_owned(),
        peer: peer.to_owned(),
        n: u64::from(contacts),
        value,
        unit,
        ratio: value / muster,
    };
    let bytes_a_contact = bytes as f64 / f64::from(contacts);
    Ok(vec![
        record("start_from_snapshot", "muster", read_s, "s", read_s),
        record("start_from_snapshot", "rows", built_s, "s", read_s),
        record("write_snapshot", "muster", written_s, "s", written_s),
        record("snapshot_contact", "muster", bytes_a_contact, "bytes", bytes_a_contact),
    ])
}

fn label(index: &Index) -> Label {
    Label {
        layout: audience::layout(),
        muster: env!("CARGO_PKG_VERSION").into(),
        log: "bench".into(),
        workspace: 1,
        bot: 1,
        zone: index.zone().name().into(),
        number: index.number(),
        event: String::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_measured_is_the_same_index() {
        let place = tempfile::tempdir().unwrap();
        let mut ticks = 0.0;
        let records = super::run(3_000, place.path(), &mut || {
            ticks += 1.0;
            ticks
        });
        assert_eq!(records.unwrap().len(), 4);
    }
}
