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
use super::loader::Loader;
use super::variables::Needs;

/// A future that resolves to a handler.
pub type Build = BoxFuture<'static, Result<Handler, HandlerError>>;

/// Builds a handler that calls `invoke` for each event.
///
/// Reads the environment, loads the parameters and creates the function's state.
pub(super) fn build<S, F, Fut>(
    setup: Setup,
    needs: (Needs, Duration),
    state: impl Fn(&App) -> Result<S> + Send + Sync + 'static,
    invoke: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<Loader<S>>, Value, InvocationContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, HandlerError>> + Send + 'static,
{
    async move {
        let loader = Arc::new(Loader::new(setup, needs, Box::new(state)).await?);
        let handler: Handler =
            Arc::new(move |event, context| invoke(Arc::clone(&loader), event, context).boxed());
        Ok(handler)
    }
    .boxed()
}
