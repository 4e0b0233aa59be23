//! Attributes: for each key, who has a number, a text or a flag, and which.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::contact::AttributeValue;
use domain::expression::{AttributeOp, AttributeTest};
use parking_lot::RwLock;

use crate::dictionary::Dictionary;
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

    fn bytes(&self) -> usize {
        self.lows.capacity() * 2 + self.values.capacity() * size_of::<T>()
    }
}

impl AttributeColumn {
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
