//! What the definition of a function may refer to.

use super::model::{QueueSpec, TableSpec};
use super::node::Node;
use super::scope::Scope;

/// The parts of a template that a function may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct FunctionContext<'a> {
    /// The resolved names.
    pub(super) scope: &'a Scope,
    /// `Globals.Function`.
    pub(super) globals: Option<&'a Node>,
    /// The tables, for stream events.
    pub(super) tables: &'a [TableSpec],
    /// The queues, for failed records.
    pub(super) queues: &'a [QueueSpec],
    /// The id of the HTTP API.
    pub(super) http_api: Option<&'a str>,
}
