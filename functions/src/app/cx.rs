//! The context of a call.

use std::sync::Arc;

use super::clients::App;

/// The context of a call: what a handler receives besides its request or event.
#[derive(Debug)]
pub struct Cx<S = (), C = ()> {
    /// Clients and parameters.
    pub app: Arc<App>,
    /// The state that the function created at initialization.
    pub state: Arc<S>,
    /// The signed-in user, in authenticated functions.
    pub caller: C,
}

impl<S> Clone for Cx<S> {
    fn clone(&self) -> Self {
        Self { app: Arc::clone(&self.app), state: Arc::clone(&self.state), caller: () }
    }
}
