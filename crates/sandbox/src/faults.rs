//! Trouble on demand: waits, refusals, gateways, server errors, broken connections, delays.

use crate::dice;
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 with `retry_after_s`; not executed.
    #[serde(rename = "429", alias = "too_many_requests")]
    TooMany,
    /// `status` (default 500); executed only if `executed`.
    #[serde(rename = "5xx", alias = "server_error")]
    ServerError,
    /// The connection breaks; the call was not executed.
    ResetBefore,
    /// The call was executed, then the connection breaks without an answer.
    ResetAfter,
    /// The call is executed `delay_ms` late.
    Delay,
    /// `status` with `description`, as Telegram words a refusal; not executed.
    Refusal,
    /// `status` with a page of HTML, as a proxy or gateway in between refuses; not executed.
    Gateway,
}

/// An order for trouble. It holds for `count` calls, or for `for_ms`, or until it is cleared.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub kind: FaultKind,
    /// Methods it is for, in any case; empty is all but `getUpdates`.
    #[serde(default)]
    pub methods: Vec<String>,
    /// The chat that it is for; none is all.
    #[serde(default)]
    pub chat_id: Option<i64>,
    /// Hits one call in so many, drawn at random but alike in each run; none is all.
    #[serde(default)]
    pub one_in: Option<u64>,
    /// What a refusal says.
    #[serde(default)]
    pub description: String,
    /// Calls still to be hit.
    #[serde(default)]
    pub count: Option<u64>,
    /// Calls that pass unharmed first.
    #[serde(default)]
    pub skip: u64,
    /// Milliseconds from the order on.
    #[serde(default)]
    pub for_ms: Option<i64>,
    #[serde(default, alias = "retry_after")]
    pub retry_after_s: Option<i64>,
    #[serde(default)]
    pub status: Option<u16>,
    #[serde(default)]
    pub executed: bool,
    #[serde(default)]
    pub delay_ms: u64,
    /// Set when the order is taken.
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Calls that were hit.
    #[serde(default)]
    pub hits: u64,
    /// Calls that were drawn for.
    #[serde(default)]
    pub drawn: u64,
}

impl Fault {
    /// Trouble of one kind for every call until it is cleared.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            methods: Vec::new(),
            chat_id: None,
            one_in: None,
            description: String::new(),
            count: None,
            skip: 0,
            for_ms: None,
            retry_after_s: None,
            status: None,
            executed: false,
            delay_ms: 0,
            until_ms: None,
            hits: 0,
            drawn: 0,
        }
    }

    fn is_over(&self, now_ms: i64) -> bool {
        self.count == Some(0) || self.until_ms.is_some_and(|until_ms| now_ms >= until_ms)
    }

    fn is_for(&self, method: &str, chat_id: Option<i64>) -> bool {
        if self.chat_id.is_some() && self.chat_id != chat_id {
            return false;
        }
        if self.methods.is_empty() {
            return !method.eq_ignore_ascii_case("getUpdates");
        }
        self.methods.iter().any(|one| one.eq_ignore_ascii_case(method))
    }

    /// Draws whether a call is hit.
    fn draws(&mut self) -> bool {
        self.drawn += 1;
        self.one_in.is_none_or(|one_in| dice::mixed(self.drawn).is_multiple_of(one_in.max(1)))
    }

    /// Seconds that a 429 of this order tells: as ordered, else what is left of it.
    pub fn retry_after_s(&self, now_ms: i64) -> i64 {
        let left_s = self.until_ms.map(|until_ms| (until_ms - now_ms + 999) / 1000);
        self.retry_after_s.or(left_s).unwrap_or(1).max(1)
    }
}

/// All orders, oldest first.
#[derive(Debug, Default)]
pub struct Faults {
    orders: Vec<Fault>,
}

/// Orders that are kept at once; the oldest goes first.
const ORDERS_MAX: usize = 100;

impl Faults {
    /// Takes an order.
    pub fn add(&mut self, mut fault: Fault, now_ms: i64) {
        fault.until_ms = fault.for_ms.map(|for_ms| now_ms.saturating_add(for_ms));
        fault.hits = 0;
        if self.orders.len() >= ORDERS_MAX {
            self.orders.remove(0);
        }
        self.orders.push(fault);
    }

    /// Forgets all orders.
    pub fn clear(&mut self) {
        self.orders.clear();
    }

    /// The orders with what they hit so far.
    pub fn list(&self) -> &[Fault] {
        &self.orders
    }

    /// The first order that hits this call, used up by one.
    pub fn next(&mut self, method: &str, chat_id: Option<i64>, now_ms: i64) -> Option<Fault> {
        let mut orders =
            self.orders.iter_mut().filter(|one| !one.is_over(now_ms) && one.is_for(method, chat_id));
        let hit = orders.find_map(|one| {
            if one.skip == 0 {
                return one.draws().then_some(one);
            }
            one.skip -= 1;
            None
        })?;
        hit.hits += 1;
        hit.count = hit.count.map(|count| count - 1);
        Some(hit.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_end_by_count_and_by_time() {
        let mut faults = Faults::default();
        faults.add(Fault { count: Some(2), skip: 1, ..Fault::new(FaultKind::ServerError) }, 0);
        faults.add(
            Fault {
                for_ms: Some(5000),
                methods: vec!["sendmessage".into()],
                ..Fault::new(FaultKind::TooMany)
            },
            0,
        );
        let mut kind = |method, now_ms| faults.next(method, Some(7), now_ms).map(|fault| fault.kind);
        assert_eq!(kind("getUpdates", 0), None);
        assert_eq!(kind("getMe", 0), None, "skipped");
        assert_eq!(kind("getMe", 0), Some(FaultKind::ServerError));
        assert_eq!(kind("sendMessage", 0), Some(FaultKind::ServerError));
        assert_eq!(kind("getMe", 0), None, "used up");
        assert_eq!(kind("sendMessage", 4999), Some(FaultKind::TooMany));
        assert_eq!(kind("sendMessage", 5000), None, "over");
        assert_eq!(faults.list()[1].retry_after_s(1500), 4);
    }

    #[test]
    fn an_order_may_be_for_one_chat_or_for_a_share_of_the_calls() {
        let mut faults = Faults::default();
        faults.add(Fault { chat_id: Some(7), ..Fault::new(FaultKind::TooMany) }, 0);
        faults.add(Fault { one_in: Some(10), ..Fault::new(FaultKind::Gateway) }, 0);
        let mut hits = [0; 2];
        for chat in (0..10_000).map(|call| call % 10) {
            if let Some(fault) = faults.next("sendMessage", Some(chat), 0) {
                hits[usize::from(fault.kind == FaultKind::Gateway)] += 1;
                assert!(fault.kind == FaultKind::Gateway || chat == 7);
            }
        }
        assert_eq!(hits[0], 1_000);
        assert!((800..1_000).contains(&hits[1]), "{hits:?}");
    }
}
