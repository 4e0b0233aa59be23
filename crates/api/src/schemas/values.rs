//! Values of maps.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::contacts::Attribute;

/// What an attribute is to become: a value, or null, which removes it.
pub struct AttributeChange;

// Written out, since a derived schema of `()` allows everything.
impl PartialSchema for AttributeChange {
    fn schema() -> RefOr<Schema> {
        let value = Ref::from_schema_name(Attribute::name());
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let description = "A value, or null, which removes the key.";
        let either = OneOfBuilder::new().item(value).item(null).description(Some(description)).build();
        Schema::OneOf(either).into()
    }
}

impl ToSchema for AttributeChange {
    fn name() -> Cow<'static, str> {
        "AttributeChange".into()
    }
}

/// What a sentence names.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum SuggestionParam {
    Number(f64),
    Text(String),
}
