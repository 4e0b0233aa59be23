//! Counted events: for each kind and object the contacts' numbers, one entry an event, in order of the
//! workspace's days. A count reads the days of its window and tallies bytes.

use std::ops::Range;
use std::sync::Arc;

use domain::event::{Event, EventBody, has_named_objects, object_key};
use domain::expression::EventTest;

use crate::bytes::{Damaged, Input, Output, ensure, is_rising};
use crate::dictionary::{Dictionary, Occurring, Renumbering};
use crate::kernel;
use crate::members::{Members, reserve_frugally};
use crate::operand::{Operand, Scratch};
use crate::words::{self, CHUNK_CONTACTS};

/// Kinds with a place in the column. The last is an import's last interaction, which only the kind
/// `interaction` counts.
pub(crate) const KINDS: [&str; 9] =
    ["start", "message", "command", "button", "click", "conversion", "blocked", "link_visit", "imported"];
const IMPORTED: usize = 8;
/// Kinds that `interaction` stands for.
const INTERACTIONS: [usize; 5] = [1, 2, 3, 4, IMPORTED];

/// Entries after which a segment is closed and the next begun: what an event copies while a reader looks.
const SEGMENT_EVENTS: usize = 8_192;
/// Objects with fewer events than this in a chunk stand in one common list: a payload that one person came
/// with must not cost a series of its own.
const SERIES_MIN: usize = 32;
/// Below this many events of a window, each is looked at; above, all contacts of the chunk.
const TALLY_MIN: usize = 8_192;

/// The kind's place in the column.
pub(crate) fn kind_of(body: &EventBody) -> Option<usize> {
    KINDS.iter().position(|kind| *kind == body.kind())
}

/// One dictionary of objects a kind.
#[derive(Debug, Default)]
pub(crate) struct ObjectDictionaries {
    kinds: [Dictionary; KINDS.len()],
}

impl ObjectDictionaries {
    fn code(&self, kind: usize, object: Option<&str>) -> u32 {
        object.map_or(0, |object| self.kinds[kind].code(object))
    }

    /// The numbers of an object in each of its spellings.
    fn codes_of(&self, kind: usize, object: &str) -> Vec<u32> {
        let name = KINDS[kind];
        let key = object_key(name, object);
        if !has_named_objects(name) {
            return self.kinds[kind].find(object).into_iter().collect();
        }
        self.kinds[kind].matching(|known| object_key(name, known) == key)
    }

    /// Writes the objects that occur in the columns. Gives their numbers by kind.
    pub(crate) fn write<'c>(
        &self,
        columns: impl Iterator<Item = &'c CountedColumn> + Clone,
        out: &mut Output,
    ) -> Vec<Renumbering> {
        let written = self.kinds.iter().enumerate().map(|(place, names)| {
            let mut occurring = Occurring::default();
            columns.clone().for_each(|column| column.kinds[place].note(&mut occurring));
            names.write(&occurring, out)
        });
        written.collect()
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let mut names = Self::default();
        for dictionary in &mut names.kinds {
            *dictionary = Dictionary::read(input)?;
        }
        Ok(names)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.kinds.iter().map(Dictionary::bytes).sum()
    }
}

/// One chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct CountedColumn {
    kinds: [Arc<KindEvents>; KINDS.len()],
}

#[derive(Debug, Clone, Default)]
struct KindEvents {
    /// Sorted by the object's number.
    series: Vec<(u32, Series)>,
    /// Sorted by object and day.
    rare: Vec<RareEvent>,
    /// Who has any event of the kind at all: the stages ask for it again and again.
    ever: Members,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RareEvent {
    object: u32,
    day: i32,
    low: u16,
}

/// The events of one object. Segments follow each other in order of their first days.
#[derive(Debug, Clone, Default)]
struct Series {
    segments: Vec<Arc<Segment>>,
}

#[derive(Debug, Clone, Default)]
struct Segment {
    /// Each day with events, and where its entries end.
    days: Vec<(i32, u32)>,
    lows: Vec<u16>,
}

impl Segment {
    fn first_day(&self) -> i32 {
        self.days.first().map_or(i32::MIN, |(day, _)| *day)
    }

    fn last_day(&self) -> i32 {
        self.days.last().map_or(i32::MIN, |(day, _)| *day)
    }

    fn add(&mut self, day: i32, low: u16) {
        reserve_frugally(&mut self.lows);
        if day >= self.last_day() {
            self.lows.push(low);
            let end = self.lows.len() as u32;
            match self.days.last_mut() {
                Some(last) if last.0 == day => last.1 = end,
                _ => self.days.push((day, end)),
            }
            return;
        }
        // A late event: later days move up by one.
        let place = self.days.partition_point(|(known, _)| *known < day);
        let start = if place == 0 { 0 } else { self.days[place - 1].1 };
        if self.days[place].0 != day {
            self.days.insert(place, (day, start));
        }
        self.lows.insert(start as usize, low);
        self.days[place..].iter_mut().for_each(|(_, end)| *end += 1);
    }

    /// Takes a contact's entries out; whether any is left.
    fn erase(&mut self, low: u16) -> bool {
        let mut start = 0;
        let mut kept = Vec::with_capacity(self.lows.len());
        for (_, end) in &mut self.days {
            let next = *end as usize;
            kept.extend(self.lows[start..next].iter().filter(|known| **known != low));
            start = next;
            *end = kept.len() as u32;
        }
        self.lows = kept;
        let mut before = 0;
        self.days.retain(|(_, end)| std::mem::replace(&mut before, *end) != *end);
        !self.lows.is_empty()
    }

    fn write(&self, out: &mut Output) {
        out.length(self.days.len());
        for (day, end) in &self.days {
            out.number(*day as u32);
            out.number(*end);
        }
        out.shorts(&self.lows);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let count = input.length(8)?;
        let mut days = Vec::with_capacity(count);
        for _ in 0..count {
            days.push((input.number()? as i32, input.number()?));
        }
        let lows = input.shorts()?;
        let in_order = days.is_sorted_by(|(a, a_end), (b, b_end)| a < b && a_end < b_end);
        let ends = days.last().map_or(0, |(_, end)| *end as usize);
        ensure(in_order && ends == lows.len() && ends > 0, "days of events are out of order")?;
        Ok(Self { days, lows })
    }

    /// The entries of some days.
    fn within(&self, days: &Range<i32>) -> &[u16] {
        let end_before = |day: i32| match self.days.partition_point(|(known, _)| *known < day) {
            0 => 0,
            place => self.days[place - 1].1 as usize,
        };
        let start = end_before(days.start);
        &self.lows[start..end_before(days.end).max(start)]
    }
}

impl Series {
    fn add(&mut self, day: i32, low: u16) {
        let after = self.segments.partition_point(|segment| segment.first_day() <= day);
        let place = after.saturating_sub(1);
        let begin = match self.segments.get(place) {
            None => true,
            Some(segment) => {
                let last = place + 1 == self.segments.len();
                last && segment.lows.len() >= SEGMENT_EVENTS && day >= segment.last_day()
            }
        };
        if begin {
            self.segments.push(Arc::default());
        }
        let place = if begin { self.segments.len() - 1 } else { place };
        Arc::make_mut(&mut self.segments[place]).add(day, low);
    }

    /// Takes a contact's entries out; whether any is left.
    fn erase(&mut self, low: u16) -> bool {
        self.segments.retain_mut(|segment| !segment.lows.contains(&low) || Arc::make_mut(segment).erase(low));
        !self.segments.is_empty()
    }

    fn write(&self, out: &mut Output) {
        out.length(self.segments.len());
        self.segments.iter().for_each(|segment| segment.write(out));
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let count = input.length(8)?;
        ensure(count > 0, "an object has no events")?;
        let segments = (0..count).map(|_| Segment::read(input).map(Arc::new));
        let segments: Vec<Arc<Segment>> = segments.collect::<Result<_, _>>()?;
        let in_order = segments.is_sorted_by(|a, b| a.last_day() <= b.first_day());
        ensure(in_order, "days of events are out of order")?;
        Ok(Self { segments })
    }

    fn bytes(&self) -> usize {
        let held = |segment: &Arc<Segment>| {
            size_of::<Segment>() + segment.days.capacity() * 8 + segment.lows.capacity() * 2
        };
        self.segments.capacity() * 8 + self.segments.iter().map(held).sum::<usize>()
    }
}

impl KindEvents {
    fn add(&mut self, object: u32, day: i32, low: u16) {
        self.ever.put(low);
        let place = match self.series.binary_search_by_key(&object, |(object, _)| *object) {
            Ok(place) => return self.series[place].1.add(day, low),
            Err(place) => place,
        };
        let event = RareEvent { object, day, low };
        reserve_frugally(&mut self.rare);
        self.rare.insert(self.rare.partition_point(|known| *known < event), event);
        let run = self.run_of(object);
        if run.len() >= SERIES_MIN {
            let mut series = Series::default();
            self.rare.drain(run).for_each(|event| series.add(event.day, event.low));
            self.series.insert(place, (object, series));
        }
    }

    fn run_of(&self, object: u32) -> Range<usize> {
        let first = self.rare.partition_point(|event| event.object < object);
        first..first + self.rare[first..].partition_point(|event| event.object == object)
    }

    /// The entries of some days, of one object or of all.
    fn within<'k>(&'k self, object: Option<u32>, days: &Range<i32>, found: &mut Found<'k>) {
        let (series, rare) = match object {
            None => (&self.series[..], &self.rare[..]),
            Some(object) => match self.series.binary_search_by_key(&object, |(object, _)| *object) {
                Ok(place) => (&self.series[place..=place], &[][..]),
                Err(_) => (&[][..], &self.rare[self.run_of(object)]),
            },
        };
        for (_, series) in series {
            let segments = series.segments.iter();
            let met = segments.filter(|segment| segment.last_day() >= days.start);
            found.lists.extend(met.map(|segment| segment.within(days)).filter(|list| !list.is_empty()));
        }
        found.rare.extend(rare.iter().filter(|event| days.contains(&event.day)).map(|event| event.low));
    }

    /// Takes a contact out.
    fn erase(&mut self, low: u16) {
        self.ever.remove(low);
        self.rare.retain(|event| event.low != low);
        self.series.retain_mut(|(_, series)| series.erase(low));
    }

    fn note(&self, occurring: &mut Occurring) {
        self.series.iter().for_each(|(object, _)| occurring.note(*object));
        self.rare.iter().for_each(|event| occurring.note(event.object));
    }

    fn write(&self, numbers: &Renumbering, out: &mut Output) {
        out.length(self.series.len());
        for (object, series) in &self.series {
            out.number(numbers.of(*object));
            series.write(out);
        }
        out.length(self.rare.len());
        for event in &self.rare {
            out.number(numbers.of(event.object));
            out.number(event.day as u32);
            out.number(u32::from(event.low));
        }
        self.ever.write(out);
    }

    /// Reads events of a kind with `known` objects.
    fn read(input: &mut Input<'_>, known: usize) -> Result<Self, Damaged> {
        let count = input.length(8)?;
        let mut series = Vec::with_capacity(count);
        for _ in 0..count {
            series.push((input.number()?, Series::read(input)?));
        }
        let count = input.length(12)?;
        let mut rare = Vec::with_capacity(count);
        for _ in 0..count {
            let (object, day) = (input.number()?, input.number()? as i32);
            let low = u16::try_from(input.number()?).map_err(|_| Damaged("an event is of nobody"))?;
            rare.push(RareEvent { object, day, low });
        }
        let objects: Vec<u32> = series.iter().map(|(object, _)| *object).collect();
        ensure(is_rising(&objects) && rare.is_sorted(), "objects are out of order")?;
        let highest = objects.iter().copied().chain(rare.last().map(|event| event.object)).max();
        ensure(highest.unwrap_or(0) as usize <= known, "an object has no name")?;
        Ok(Self { series, rare, ever: Members::read(input)? })
    }

    fn bytes(&self) -> usize {
        let series: usize = self.series.iter().map(|(_, series)| series.bytes()).sum();
        series
            + self.series.capacity() * size_of::<(u32, Series)>()
            + self.rare.capacity() * size_of::<RareEvent>()
            + self.ever.bytes()
    }
}

/// The entries of a window.
#[derive(Default)]
struct Found<'k> {
    lists: Vec<&'k [u16]>,
    rare: Vec<u16>,
}

/// A test with its kinds and object looked up once for all chunks.
#[derive(Debug)]
pub(crate) struct CountPlan {
    /// Kinds, each with the object's number, or every object.
    wants: Vec<(usize, Option<u32>)>,
    days: Range<i32>,
    least: u32,
    most: u32,
}

impl CountPlan {
    pub(crate) fn new(test: &EventTest, days: Range<i32>, names: &ObjectDictionaries) -> Self {
        let kinds: Vec<usize> = match test.kind {
            "interaction" => INTERACTIONS.to_vec(),
            kind => KINDS.iter().position(|known| *known == kind).into_iter().collect(),
        };
        let known = |kind: usize| match &test.object {
            None => vec![(kind, None)],
            Some(object) => {
                let codes = names.codes_of(kind, object).into_iter();
                codes.map(|code| (kind, Some(code))).collect()
            }
        };
        let (least, most) = test.bounds();
        Self { wants: kinds.into_iter().flat_map(known).collect(), days, least, most }
    }
}

impl CountPlan {
    /// Once or more, or never, of any object at any time.
    fn asks_for_ever(&self) -> bool {
        self.days == (i32::MIN..i32::MAX)
            && matches!((self.least, self.most), (1, u32::MAX) | (0, 0))
            && self.wants.iter().all(|(_, object)| object.is_none())
    }
}

impl CountedColumn {
    /// Takes an event that counts, with its day in the workspace.
    pub(crate) fn add(&mut self, low: u16, event: &Event, day: i32, names: &ObjectDictionaries) {
        if let Some(kind) = kind_of(&event.body) {
            let object = names.code(kind, event.body.object());
            Arc::make_mut(&mut self.kinds[kind]).add(object, day, low);
        }
    }

    /// Takes an import's last interaction.
    pub(crate) fn add_imported(&mut self, low: u16, day: i32) {
        Arc::make_mut(&mut self.kinds[IMPORTED]).add(0, day, low);
    }

    /// Takes a contact out: what an erased person did counts for nobody, and its objects may be what they typed.
    pub(crate) fn erase(&mut self, low: u16) {
        for kind in self.kinds.iter_mut().filter(|kind| kind.ever.contains(low)) {
            Arc::make_mut(kind).erase(low);
        }
    }

    pub(crate) fn write(&self, numbers: &[Renumbering], out: &mut Output) {
        self.kinds.iter().zip(numbers).for_each(|(kind, numbers)| kind.write(numbers, out));
    }

    pub(crate) fn read(input: &mut Input<'_>, names: &ObjectDictionaries) -> Result<Self, Damaged> {
        let mut column = Self::default();
        for (kind, names) in column.kinds.iter_mut().zip(&names.kinds) {
            *kind = Arc::new(KindEvents::read(input, names.len())?);
        }
        Ok(column)
    }

    pub(crate) fn matching(&self, plan: &CountPlan, scratch: &mut Scratch) -> Operand<'_> {
        if plan.asks_for_ever() {
            let ever = plan.wants.iter().fold(Operand::Nobody, |joined, (kind, _)| {
                scratch.or(joined, Operand::from(&self.kinds[*kind].ever))
            });
            return if plan.least == 0 { scratch.not(ever) } else { ever };
        }
        let mut found = Found::default();
        for (kind, object) in &plan.wants {
            self.kinds[*kind].within(*object, &plan.days, &mut found);
        }
        if !found.rare.is_empty() {
            found.lists.push(&found.rare);
        }
        let events: usize = found.lists.iter().map(|list| list.len()).sum();
        if events == 0 {
            return if plan.least == 0 { Operand::Everyone } else { Operand::Nobody };
        }
        if plan.least == 1 && plan.most == u32::MAX {
            return any_event(&found.lists, scratch);
        }
        // Counts above the larger finite bound need not be told apart.
        let highest = if plan.most == u32::MAX { plan.least } else { plan.most + 1 };
        if highest <= u32::from(u8::MAX) {
            tally_bytes(&found.lists, events, plan, scratch)
        } else {
            tally_numbers(&found.lists, plan, scratch)
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.kinds.iter().map(|kind| kind.bytes()).sum()
    }

    pub(crate) fn shrink(&mut self) {
        for kind in &mut self.kinds {
            let kind = Arc::make_mut(kind);
            kind.rare.shrink_to_fit();
            kind.ever.shrink();
            for segment in kind.series.iter_mut().flat_map(|(_, series)| &mut series.segments) {
                let segment = Arc::make_mut(segment);
                segment.lows.shrink_to_fit();
                segment.days.shrink_to_fit();
            }
        }
    }
}

/// Everybody with an event.
fn any_event(lists: &[&[u16]], scratch: &mut Scratch) -> Operand<'static> {
    let mut out = scratch.take_filled(0);
    lists.iter().flat_map(|list| *list).for_each(|low| words::set(&mut out, *low));
    Operand::Own(out)
}

fn tally_bytes(lists: &[&[u16]], events: usize, plan: &CountPlan, scratch: &mut Scratch) -> Operand<'static> {
    let mut counts = scratch.take_counts();
    lists.iter().for_each(|list| kernel::tally(list, &mut counts));
    let most = u8::try_from(plan.most).unwrap_or(u8::MAX);
    let least = plan.least as u8;
    let mut out;
    if events >= TALLY_MIN {
        out = scratch.take();
        kernel::bytes_in_range(&counts[..], least, most, &mut out[..]);
        counts.fill(0);
    } else {
        out = scratch.take_filled(if least == 0 { u64::MAX } else { 0 });
        for low in lists.iter().flat_map(|list| *list) {
            settle(&mut out, *low, (least..=most).contains(&counts[usize::from(*low)]));
        }
        lists.iter().flat_map(|list| *list).for_each(|low| counts[usize::from(*low)] = 0);
    }
    scratch.give_back_counts(counts);
    Operand::Own(out)
}

/// For bounds that a byte does not hold.
fn tally_numbers(lists: &[&[u16]], plan: &CountPlan, scratch: &mut Scratch) -> Operand<'static> {
    let mut counts = vec![0_u32; CHUNK_CONTACTS];
    lists.iter().flat_map(|list| *list).for_each(|low| counts[usize::from(*low)] += 1);
    let mut out = scratch.take_filled(if plan.least == 0 { u64::MAX } else { 0 });
    for low in lists.iter().flat_map(|list| *list) {
        settle(&mut out, *low, (plan.least..=plan.most).contains(&counts[usize::from(*low)]));
    }
    Operand::Own(out)
}

fn settle(out: &mut words::Words, low: u16, wanted: bool) {
    if wanted {
        words::set(out, low);
    } else {
        words::clear(out, low);
    }
}
