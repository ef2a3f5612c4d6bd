//! What every function is built from: configuration and clients, made once, and a door for each trigger.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use shared::clock::Clock;
use shared::config::{Parameter, Parameters};
use shared::error::{Error, Result};
use shared::fault::Faults;
use shared::ids::Ids;
use shared::lambda::{
    Caller, Context, Encoding, Environment, Handler, HandlerError, Request, Response, Setup,
    SocketEvent, parameters, socket,
};
use shared::live::{Sender, SenderOptions};
use shared::secret::Secret;
use shared::session::TokenReader;
use shared::store::{AwsAccess, Store, StoreOptions};

/// How long a person's request tries to write.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a webhook tries to write: Twilio waits fifteen seconds.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(10);

/// What a built function holds.
pub struct App {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Fault points.
    pub faults: Faults,
    /// The tables.
    pub store: Store,
    /// The parameters that the function asked for.
    pub parameters: Parameters,
    environment: Environment,
    /// Credentials and region.
    pub access: AwsAccess,
}

impl std::fmt::Debug for App {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("App").field("store", &self.store).finish_non_exhaustive()
    }
}

/// A function's door: what its handler is given beside the app.
pub type Build = BoxFuture<'static, Result<Handler, HandlerError>>;

impl App {
    async fn build(setup: Setup, wanted: &[Parameter], patience: Duration) -> Result<Self> {
        let named = |name: &str| {
            let value = setup.environment.get(name);
            value.ok_or_else(|| Error::configuration(name, "is not set"))
        };
        let access = AwsAccess {
            region: named("AWS_REGION")?,
            access_key: named("AWS_ACCESS_KEY_ID")?,
            secret_key: Secret::new(named("AWS_SECRET_ACCESS_KEY")?),
            session_token: setup.environment.get("AWS_SESSION_TOKEN").map(Secret::new),
        };
        let parameters = parameters::read(&setup, &access, wanted).await?;
        let store = Store::new(StoreOptions {
            access: access.clone(),
            endpoint: setup.environment.get("AWS_ENDPOINT_URL_DYNAMODB"),
            table: named("TABLE")?,
            connections: named("CONNECTIONS")?,
            patience,
            clock: setup.clock.clone(),
            ids: setup.ids.clone(),
            faults: setup.faults.clone(),
        });
        let Setup { environment, clock, ids, faults } = setup;
        Ok(Self { clock, ids, faults, store, parameters, environment, access })
    }

    /// The variable `name` of the environment.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(name)
    }

    /// Posts to sockets.
    pub fn sender(&self) -> Result<Sender> {
        let endpoint = self.variable("SOCKETS");
        Ok(Sender::new(SenderOptions {
            endpoint: endpoint.ok_or_else(|| Error::configuration("SOCKETS", "is not set"))?,
            region: self.access.region.clone(),
            credentials: self.access.credentials(),
            faults: self.faults.clone(),
        }))
    }
}

/// A function that answers a signed-in person. The caller is proven before the handler sees the request.
pub fn people<S, F, Fut>(
    setup: Setup,
    wanted: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Caller, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    async move {
        let all: Vec<Parameter> = wanted.iter().copied().chain([Parameter::PublicKey]).collect();
        let app = Arc::new(App::build(setup, &all, PATIENCE).await?);
        let reader = Arc::new(TokenReader::new(app.parameters.public_key()?)?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state, reader) = (app.clone(), state.clone(), reader.clone());
            answer(context, event, move |request| async move {
                let caller = Caller::of(&request, &reader, app.clock.now())?;
                handle(app, state, caller, request).await
            })
        });
        Ok(handler)
    }
    .boxed()
}

/// A function that answers anybody: it has its own proof, or needs none.
pub fn public<S, F, Fut>(
    setup: Setup,
    wanted: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, wanted, WEBHOOK_PATIENCE).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            answer(context, event, move |request| handle(app, state, request))
        });
        Ok(handler)
    }
    .boxed()
}

/// A function of the socket: answers with a status.
pub fn socket<S, F, Fut>(
    setup: Setup,
    wanted: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, SocketEvent) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, wanted, PATIENCE).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            async move {
                let outcome = match SocketEvent::read(event) {
                    Ok(event) => handle(app, state, event).await,
                    Err(error) => Err(error),
                };
                Ok(outcome.unwrap_or_else(|error| {
                    log(&error, &context);
                    socket::answer(error.status(), None)
                }))
            }
            .boxed()
        });
        Ok(handler)
    }
    .boxed()
}

/// A function that is invoked with work to do: stream, schedule or another function. An error is the runtime's to report.
pub fn work<S, F, Fut>(
    setup: Setup,
    wanted: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Value, Context) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, wanted, WEBHOOK_PATIENCE).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            async move {
                let outcome = handle(app, state, event, context.clone()).await;
                outcome.map_err(|error| {
                    log(&error, &context);
                    error.into()
                })
            }
            .boxed()
        });
        Ok(handler)
    }
    .boxed()
}

/// No state beside the app.
pub fn nothing(_: &App) -> Result<()> {
    Ok(())
}

fn answer<Fut: Future<Output = Result<Response>> + Send>(
    context: Context,
    event: Value,
    handle: impl FnOnce(Request) -> Fut + Send + 'static,
) -> BoxFuture<'static, Result<Value, HandlerError>> {
    async move {
        let (encoding, handled) = match Request::read(event) {
            Ok(request) => (request.encoding(), handle(request).await),
            Err(error) => (Encoding::Identity, Err(error)),
        };
        let response = handled.unwrap_or_else(|error| {
            log(&error, &context);
            Response::from(&error)
        });
        Ok(response.into_event(encoding))
    }
    .boxed()
}

/// An error is logged once, here, where it becomes a response.
fn log(error: &Error, context: &Context) {
    let request = &*context.request_id;
    let cause = error.causes();
    if error.status() >= 500 {
        tracing::error!(request.id = request, status = error.status(), cause, "{error}");
    } else {
        tracing::debug!(request.id = request, status = error.status(), code = error.code());
    }
}
