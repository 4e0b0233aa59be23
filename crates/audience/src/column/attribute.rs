//! Attributes: for each key, who has a number, a text or a flag, and which.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::contact::AttributeValue;
use domain::expression::{AttributeOp, AttributeTest};
use parking_lot::RwLock;

use crate::bytes::{Damaged, Input, Output, ensure, is_rising};
use crate::dictionary::{Dictionary, Occurring, Renumbering};
use crate::members::reserve_frugally;
use crate::operand::Operand;

/// The keys, and for each its texts.
#[derive(Debug, Default)]
pub(crate) struct AttributeDictionaries {
    keys: Dictionary,
    texts: RwLock<BTreeMap<u32, Arc<Dictionary>>>,
}

impl AttributeDictionaries {
    fn texts(&self, key: u32) -> Arc<Dictionary> {
        if let Some(known) = self.texts.read().get(&key) {
            return Arc::clone(known);
        }
        Arc::clone(self.texts.write().entry(key).or_default())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.keys.bytes() + self.texts.read().values().map(|texts| texts.bytes()).sum::<usize>()
    }
}

/// The numbers that keys and each key's texts have in what is written.
pub(crate) struct AttributeNumbers {
    keys: Renumbering,
    /// By the key's number here.
    texts: BTreeMap<u32, Renumbering>,
}

impl AttributeDictionaries {
    /// Writes the keys and texts that occur in the columns.
    pub(crate) fn write<'c>(
        &self,
        columns: impl Iterator<Item = &'c AttributeColumn>,
        out: &mut Output,
    ) -> AttributeNumbers {
        let mut keys = Occurring::default();
        let mut texts: BTreeMap<u32, Occurring> = BTreeMap::new();
        for (key, values) in columns.flat_map(AttributeColumn::held) {
            keys.note(key);
            let occurring = texts.entry(key).or_default();
            values.texts.values.iter().for_each(|code| occurring.note(*code));
        }
        let keys = self.keys.write(&keys, out);
        let texts = texts.into_iter().map(|(key, occurring)| (key, self.texts(key).write(&occurring, out)));
        AttributeNumbers { keys, texts: texts.collect() }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let keys = Dictionary::read(input)?;
        let mut texts = BTreeMap::new();
        for key in 1..=keys.len() as u32 {
            texts.insert(key, Arc::new(Dictionary::read(input)?));
        }
        Ok(Self { keys, texts: RwLock::new(texts) })
    }
}

/// One chunk, sorted by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttributeColumn {
    keys: Vec<(u32, Arc<Values>)>,
}

/// One key's values by kind. A contact stands in one of them at most.
#[derive(Debug, Clone, Default)]
struct Values {
    numbers: Sparse<f64>,
    texts: Sparse<u32>,
    flags: Sparse<bool>,
}

#[derive(Debug, Clone)]
struct Sparse<T> {
    lows: Vec<u16>,
    values: Vec<T>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self { lows: Vec::new(), values: Vec::new() }
    }
}

impl<T> Sparse<T> {
    fn set(&mut self, low: u16, value: T) {
        match self.lows.binary_search(&low) {
            Ok(place) => self.values[place] = value,
            Err(place) => {
                reserve_frugally(&mut self.lows);
                reserve_frugally(&mut self.values);
                self.lows.insert(place, low);
                self.values.insert(place, value);
            }
        }
    }

    fn remove(&mut self, low: u16) {
        if let Ok(place) = self.lows.binary_search(&low) {
            self.lows.remove(place);
            self.values.remove(place);
        }
    }

    fn matching(&self, test: impl Fn(&T) -> bool, found: &mut Vec<u16>) {
        let pairs = self.lows.iter().zip(&self.values);
        found.extend(pairs.filter(|(_, value)| test(value)).map(|(low, _)| *low));
    }

    fn write(&self, out: &mut Output, mut write: impl FnMut(&T, &mut Output)) {
        out.shorts(&self.lows);
        self.values.iter().for_each(|value| write(value, out));
    }

    fn read(
        input: &mut Input<'_>,
        mut read: impl FnMut(&mut Input<'_>) -> Result<T, Damaged>,
    ) -> Result<Self, Damaged> {
        let lows = input.shorts()?;
        ensure(is_rising(&lows), "attributes are out of order")?;
        let values = lows.iter().map(|_| read(input)).collect::<Result<_, _>>()?;
        Ok(Self { lows, values })
    }

    fn bytes(&self) -> usize {
        self.lows.capacity() * 2 + self.values.capacity() * size_of::<T>()
    }
}

impl Values {
    fn is_empty(&self) -> bool {
        self.numbers.lows.is_empty() && self.texts.lows.is_empty() && self.flags.lows.is_empty()
    }

    fn write(&self, texts: Option<&Renumbering>, out: &mut Output) {
        self.numbers.write(out, |number, out| out.long(number.to_bits() as i64));
        self.texts.write(out, |code, out| out.number(texts.map_or(0, |texts| texts.of(*code))));
        self.flags.write(out, |flag, out| out.byte(u8::from(*flag)));
    }

    fn read(input: &mut Input<'_>, texts: &Dictionary) -> Result<Self, Damaged> {
        let known = texts.len() as u32;
        Ok(Self {
            numbers: Sparse::read(input, |input| Ok(f64::from_bits(input.long()? as u64)))?,
            texts: Sparse::read(input, |input| {
                let code = input.number()?;
                ensure((1..=known).contains(&code), "an attribute has no text")?;
                Ok(code)
            })?,
            flags: Sparse::read(input, |input| Ok(input.byte()? != 0))?,
        })
    }
}

impl AttributeColumn {
    /// The keys that somebody has a value of.
    fn held(&self) -> impl Iterator<Item = (u32, &Values)> {
        let held = self.keys.iter().filter(|(_, values)| !values.is_empty());
        held.map(|(key, values)| (*key, &**values))
    }

    pub(crate) fn write(&self, numbers: &AttributeNumbers, out: &mut Output) {
        out.length(self.held().count());
        for (key, values) in self.held() {
            out.number(numbers.keys.of(key));
            values.write(numbers.texts.get(&key), out);
        }
    }

    pub(crate) fn read(input: &mut Input<'_>, names: &AttributeDictionaries) -> Result<Self, Damaged> {
        let count = input.length(4)?;
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let key = input.number()?;
            ensure((1..=names.keys.len() as u32).contains(&key), "an attribute has no name")?;
            keys.push((key, Arc::new(Values::read(input, &names.texts(key))?)));
        }
        let codes: Vec<u32> = keys.iter().map(|(key, _)| *key).collect();
        ensure(is_rising(&codes), "attributes are out of order")?;
        Ok(Self { keys })
    }

    /// Sets or, with none, removes.
    pub(crate) fn set(
        &mut self,
        low: u16,
        key: &str,
        value: Option<&AttributeValue>,
        names: &AttributeDictionaries,
    ) {
        let key = names.keys.code(key);
        let place = match self.keys.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(place) => place,
            Err(_) if value.is_none() => return,
            Err(place) => {
                self.keys.insert(place, (key, Arc::default()));
                place
            }
        };
        let values = Arc::make_mut(&mut self.keys[place].1);
        values.numbers.remove(low);
        values.texts.remove(low);
        values.flags.remove(low);
        match value {
            None => {}
            Some(AttributeValue::Number(number)) => values.numbers.set(low, *number),
            Some(AttributeValue::Text(text)) => values.texts.set(low, names.texts(key).code(text)),
            Some(AttributeValue::Bool(flag)) => values.flags.set(low, *flag),
        }
    }

    /// Removes everything of a contact.
    pub(crate) fn erase(&mut self, low: u16) {
        for (_, values) in &mut self.keys {
            let values = Arc::make_mut(values);
            values.numbers.remove(low);
            values.texts.remove(low);
            values.flags.remove(low);
        }
    }

    pub(crate) fn matching(&self, plan: &AttributePlan) -> Operand<'static> {
        let Some(key) = plan.key else { return Operand::Nobody };
        let Ok(place) = self.keys.binary_search_by_key(&key, |(key, _)| *key) else { return Operand::Nobody };
        let values = &self.keys[place].1;
        let mut found = Vec::new();
        let test = &plan.test;
        values.numbers.matching(|value| test.matches(Some(&AttributeValue::Number(*value))), &mut found);
        values.flags.matching(|value| test.matches(Some(&AttributeValue::Bool(*value))), &mut found);
        values.texts.matching(|code| plan.texts.binary_search(code).is_ok(), &mut found);
        found.sort_unstable();
        Operand::of_list(found)
    }

    /// Adds how many have a value of each key: true or false, a number, a text.
    pub(crate) fn count(&self, names: &AttributeDictionaries, counts: &mut BTreeMap<String, [u64; 3]>) {
        for (key, values) in self.held() {
            let sums = counts.entry(names.keys.text(key)).or_default();
            let found = [values.flags.lows.len(), values.numbers.lows.len(), values.texts.lows.len()];
            sums.iter_mut().zip(found).for_each(|(sum, count)| *sum += count as u64);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let held = self.keys.iter().map(|(_, values)| {
            size_of::<Values>() + values.numbers.bytes() + values.texts.bytes() + values.flags.bytes()
        });
        held.sum::<usize>() + self.keys.capacity() * 16
    }
}

/// A test with its texts looked up once for all chunks.
#[derive(Debug)]
pub(crate) struct AttributePlan {
    key: Option<u32>,
    test: AttributeTest,
    /// The numbers of the texts that match, sorted.
    texts: Vec<u32>,
}

impl AttributePlan {
    pub(crate) fn new(test: &AttributeTest, names: &AttributeDictionaries) -> Self {
        let key = names.keys.find(&test.key);
        let texts = key.map_or_else(Vec::new, |key| {
            let texts = names.texts(key);
            match (test.op, &test.value) {
                (AttributeOp::Eq, Some(AttributeValue::Text(text))) => texts.find(text).into_iter().collect(),
                _ => texts.matching(|text| test.matches(Some(&AttributeValue::Text(text.to_owned())))),
            }
        });
        Self { key, test: test.clone(), texts }
    }
}
