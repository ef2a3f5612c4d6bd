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
    /// The template with the functions, their timeouts and environments.
    pub template: &'a Template,
    /// The handlers.
    pub table: &'a [Function],
    /// The local endpoints.
    pub endpoints: &'a Endpoints,
    /// The clock of timeouts and functions.
    pub clock: Arc<dyn Clock>,
    /// The source of request IDs, also for the functions.
    pub ids: Arc<dyn Ids>,
    /// The fault points of the functions.
    pub faults: FaultPoints,
    /// The URL of `cargo lambda watch`, if the functions run there.
    pub invoke_url: Option<reqwest::Url>,
}
