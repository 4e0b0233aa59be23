//! Tests of attributes.

use crate::contact::AttributeValue;

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum AttributeOp {
    /// Same kind and same value; text to the letter.
    Eq,
    /// There, and not equal.
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    /// Text within text, case folded.
    Contains,
    /// There at all.
    Exists,
}

/// One comparison. A missing attribute matches nothing, not even `ne`; values of different kinds are unequal
/// and have no order.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeTest {
    pub key: String,
    pub op: AttributeOp,
    /// Absent for `exists` alone. Text for `contains`; a number or text for the four orders.
    pub value: Option<AttributeValue>,
}

/// What `contains` compares: lower case, by Unicode.
pub fn fold_case(text: &str) -> String {
    text.to_lowercase()
}

impl AttributeTest {
    /// Whether a contact's value matches.
    pub fn matches(&self, actual: Option<&AttributeValue>) -> bool {
        use AttributeValue::{Number, Text};
        let Some(actual) = actual else { return false };
        let Some(wanted) = &self.value else { return true };
        let order = match (actual, wanted) {
            (Number(a), Number(b)) => a.partial_cmp(b),
            (Text(a), Text(b)) => Some(a.cmp(b)),
            _ => None,
        };
        match self.op {
            AttributeOp::Exists => true,
            AttributeOp::Eq => actual == wanted,
            AttributeOp::Ne => actual != wanted,
            AttributeOp::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
            AttributeOp::Gte => order.is_some_and(std::cmp::Ordering::is_ge),
            AttributeOp::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
            AttributeOp::Lte => order.is_some_and(std::cmp::Ordering::is_le),
            AttributeOp::Contains => match (actual, wanted) {
                (Text(a), Text(b)) => fold_case(a).contains(&fold_case(b)),
                _ => false,
            },
        }
    }
}
