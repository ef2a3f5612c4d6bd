//! Keeps the parameters of a function current: an execution environment can live for hours.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::error::Result;
use shared::lambda::Setup;

use super::clients::App;
use super::cx::Cx;
use super::variables::Needs;

/// The age from which parameters are read again.
const MAX_AGE: Duration = Duration::from_mins(5);

/// Makes the state of a function from its clients and parameters.
pub(super) type MakeState<S> = Box<dyn Fn(&App) -> Result<S> + Send + Sync>;

/// The clients, parameters and state of a function, as they were loaded last.
pub(super) struct Loader<S> {
    setup: Setup,
    needs: Needs,
    make_state: MakeState<S>,
    current: RwLock<Cx<S>>,
    /// Held while parameters are read, so that concurrent requests read them once.
    reading: tokio::sync::Mutex<()>,
}

impl<S: Send + Sync> Loader<S> {
    /// Reads the environment, loads the parameters and creates the state.
    pub(super) async fn new(
        setup: Setup,
        (needs, retry_budget): (Needs, Duration),
        make_state: MakeState<S>,
    ) -> Result<Self> {
        let app = App::new(&setup, needs, retry_budget).await?;
        let state = Arc::new(make_state(&app)?);
        let current = RwLock::new(Cx { app: Arc::new(app), state, caller: () });
        Ok(Self { setup, needs, make_state, current, reading: tokio::sync::Mutex::default() })
    }

    /// Returns the clients and the state. Reads the parameters again if they are older than five minutes.
    pub(super) async fn current(&self) -> Cx<S> {
        self.no_older_than(MAX_AGE).await
    }

    /// Returns the clients and the state with parameters that are read now, unless another request has just read them.
    pub(super) async fn reloaded(&self) -> Cx<S> {
        self.no_older_than(Duration::from_secs(1)).await
    }

    /// If the parameters cannot be read, or are invalid, the old ones stay.
    async fn no_older_than(&self, max_age: Duration) -> Cx<S> {
        let cx = self.loaded();
        if self.needs.all_parameters().is_empty() || cx.app.age() < max_age {
            return cx;
        }
        let _reading = self.reading.lock().await;
        let cx = self.loaded();
        if cx.app.age() < max_age {
            return cx;
        }
        match self.reload(&cx).await {
            Ok(reloaded) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = reloaded.clone();
                reloaded
            }
            Err(error) => {
                let cause = error.cause_chain();
                tracing::warn!(error = cause, "Parameters not read again: {error}");
                cx
            }
        }
    }

    fn loaded(&self) -> Cx<S> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reload(&self, cx: &Cx<S>) -> Result<Cx<S>> {
        let app = cx.app.reload(&self.setup, self.needs).await?;
        let state = Arc::new((self.make_state)(&app)?);
        Ok(Cx { app: Arc::new(app), state, caller: () })
    }
}
