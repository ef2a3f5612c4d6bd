//! The definition of a function: its name, its trigger and how its handler is built.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::fault::FaultPoints;
use crate::ids::Ids;

/// Environment variables: those of the process in Lambda, those of the template in the local system.
#[derive(Clone)]
pub struct Environment(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// Creates an environment that gets each variable from `lookup`.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// Creates an environment with exactly these variables.
    pub fn from_map(variables: HashMap<String, String>) -> Self {
        Self::new(move |name| variables.get(name).cloned())
    }

    /// Returns the variable `name` if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Environment")
    }
}

/// The dependencies of a function.
#[derive(Clone)]
pub struct Setup {
    /// The environment variables.
    pub environment: Environment,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of IDs and randomness.
    pub ids: Arc<dyn Ids>,
    /// The fault points of all external calls.
    pub faults: FaultPoints,
}

/// The context of one invocation.
#[derive(Debug, Clone)]
pub struct InvocationContext {
    /// The request ID, as in the logs.
    pub request_id: String,
    /// The time at which Lambda ends the invocation.
    pub deadline: Timestamp,
}

/// The error of an invocation. The Lambda runtime reports it and, for streams, retries the batch.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// The handler of a built function. It turns an event into a response.
pub type Handler = Arc<
    dyn Fn(Value, InvocationContext) -> BoxFuture<'static, Result<Value, HandlerError>>
        + Send
        + Sync,
>;

/// The trigger of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A route of the HTTP API.
    Http {
        /// The method, in upper case.
        method: &'static str,
        /// The path, with parameters as `{name}`.
        path: &'static str,
    },
    /// A route of the WebSocket API: `$connect`, `$disconnect` or `$default`.
    Socket {
        /// The route key.
        route_key: &'static str,
    },
    /// The stream of the table.
    Stream,
    /// A schedule.
    Schedule,
    /// Another function, asynchronously. The template has no event for it, only a permission for the invoking function.
    Invocation,
}

/// One Lambda function.
#[derive(Clone, Copy)]
pub struct Function {
    /// The name of the function and its binary, `verb-noun`.
    pub name: &'static str,
    /// The trigger.
    pub trigger: Trigger,
    /// Loads the configuration and builds the handler. An error names the invalid variable.
    pub build: fn(Setup) -> BoxFuture<'static, Result<Handler, HandlerError>>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Function")
            .field("name", &self.name)
            .field("trigger", &self.trigger)
            .finish_non_exhaustive()
    }
}
