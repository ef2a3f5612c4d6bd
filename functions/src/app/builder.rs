//! Builds the handlers of all functions.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use shared::error::Result;
use shared::lambda::{Handler, HandlerError, InvocationContext, Setup};

use super::clients::App;
use super::variables::Needs;

/// A future that resolves to a handler.
pub type Build = BoxFuture<'static, Result<Handler, HandlerError>>;

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

/// Builds a handler that calls `invoke` for each event.
///
/// Reads the environment, loads the parameters and creates the function's state.
pub(super) fn build<S, F, Fut>(
    setup: Setup,
    (needs, retry_budget): (Needs, Duration),
    state: impl FnOnce(&App) -> Result<S> + Send + 'static,
    invoke: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Cx<S>, Value, InvocationContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, HandlerError>> + Send + 'static,
{
    async move {
        let app = App::new(setup, needs, retry_budget).await?;
        let state = Arc::new(state(&app)?);
        let cx = Cx { app: Arc::new(app), state, caller: () };
        let handler: Handler =
            Arc::new(move |event, context| invoke(cx.clone(), event, context).boxed());
        Ok(handler)
    }
    .boxed()
}
