//! The options of the function host.

use std::sync::Arc;

use shared::clock::Clock;
use shared::fault::FaultPoints;
use shared::ids::Ids;
use shared::lambda::Function;

use super::environment::Endpoints;
use crate::template::Template;

/// The options of a function host.
pub struct FunctionHostOptions<'a> {
    /// Which functions exist, their timeouts and environments.
    pub template: &'a Template,
    /// The handlers.
    pub table: &'a [Function],
    /// Where the peers are.
    pub endpoints: &'a Endpoints,
    /// Time, by which invocations are cut off.
    pub clock: Arc<dyn Clock>,
    /// Request ids; handed on to the functions.
    pub ids: Arc<dyn Ids>,
    /// Fault points; handed on to the functions.
    pub faults: FaultPoints,
    /// `cargo lambda watch`'s address, to send events there instead.
    pub invoke_url: Option<reqwest::Url>,
}
