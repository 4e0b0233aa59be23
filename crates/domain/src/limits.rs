//! Every bound of Muster in one place: queues, batches, sizes, depths. Units are in the names.

/// A tag's name, in characters.
pub const TAG_NAME_CHARS_MAX: usize = 64;
/// Any other name that a person gives, in characters.
pub const NAME_CHARS_MAX: usize = 128;
/// An attribute's key, in characters.
pub const ATTRIBUTE_KEY_CHARS_MAX: usize = 64;
/// An attribute's text value, in characters.
pub const ATTRIBUTE_VALUE_CHARS_MAX: usize = 1_024;
/// Attributes a contact.
pub const ATTRIBUTES_MAX: usize = 100;
/// Nodes of one segment expression, after its segments and stages were filled in.
pub const EXPRESSION_NODES_MAX: usize = 2_000;
/// Nesting of one segment expression.
pub const EXPRESSION_DEPTH_MAX: usize = 24;
/// Entries of one list inside an expression.
pub const EXPRESSION_LIST_MAX: usize = 500;
/// The highest bound of a count inside an expression.
pub const EVENT_COUNT_MAX: i64 = 1_000_000;
/// Faults of one document that are told at once.
pub const FIELD_ERRORS_MAX: usize = 100;
/// Updates that one commit may hold.
pub const INGEST_BATCH_MAX: usize = 1_000;
/// Rows that one commit of an import may hold.
pub const IMPORT_BATCH_MAX: usize = 500;
/// Items on a page of the API.
pub const PAGE_ITEMS_MAX: usize = 500;
/// People that one test send may go to.
pub const TEST_CONTACTS_MAX: usize = 20;
/// Calls in flight for one bot.
pub const CALLS_IN_FLIGHT_MAX: usize = 30;
/// Nodes of one command flow.
pub const FLOW_NODES_MAX: usize = 500;
/// Nodes that one step may pass through before it must wait for the person.
pub const FLOW_STEP_NODES_MAX: usize = 100;
/// Stages of a workspace.
pub const STAGES_MAX: usize = 12;
