//! What a function is: a name, what triggers it, and how its handler is built.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::fault::FaultPoints;
use crate::ids::Ids;

/// A lookup of configuration by name: the process environment in Lambda, the template's in `local`.
#[derive(Clone)]
pub struct Environment(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// An environment that answers from `lookup`.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// An environment that holds exactly `variables`.
    pub fn from_map(variables: HashMap<String, String>) -> Self {
        Self::new(move |name| variables.get(name).cloned())
    }

    /// The variable `name`, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Environment")
    }
}

/// What a function is built with.
#[derive(Clone)]
pub struct Setup {
    /// Where names and endpoints come from.
    pub environment: Environment,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and randomness.
    pub ids: Arc<dyn Ids>,
    /// The fault points of every external call.
    pub faults: FaultPoints,
}

/// What is known about one invocation beside its event.
#[derive(Debug, Clone)]
pub struct InvocationContext {
    /// The invocation's id, as it stands in the logs.
    pub request_id: String,
    /// When the invocation is cut off.
    pub deadline: Timestamp,
}

/// Why an invocation has no response: the runtime reports it and, for streams, retries.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// A built function: event in, response out.
pub type Handler = Arc<
    dyn Fn(Value, InvocationContext) -> BoxFuture<'static, Result<Value, HandlerError>>
        + Send
        + Sync,
>;

/// What invokes a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A route of the HTTP API.
    Http {
        /// Upper case.
        method: &'static str,
        /// With `{names}`.
        path: &'static str,
    },
    /// A route of the WebSocket API: `$connect`, `$disconnect` or `$default`.
    Socket {
        /// The route key.
        route_key: &'static str,
    },
    /// The table's stream.
    Stream,
    /// The clock.
    Schedule,
    /// Another function, asynchronously: it has no event in the template, only a grant to who invokes it.
    Invocation,
}

/// One Lambda function.
#[derive(Clone, Copy)]
pub struct Function {
    /// The name of its bin, `verb-noun`.
    pub name: &'static str,
    /// What invokes it.
    pub trigger: Trigger,
    /// Reads the configuration and makes the handler; an error names the variable that is wrong.
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
