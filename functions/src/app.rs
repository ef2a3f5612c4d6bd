//! What every function is built from: configuration and clients, made once, and a door for each trigger.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use shared::bucket::{MediaBucket, MediaBucketOptions};
use shared::clock::Clock;
use shared::config::{Parameter, Parameters};
use shared::error::{Error, Result};
use shared::fault::FaultPoints;
use shared::ids::Ids;
use shared::lambda::{
    Caller, ContentEncoding, Environment, Handler, HandlerError, InvocationContext, Request,
    Response, Setup, SocketEvent, parameters, socket,
};
use shared::live::{SocketClient, SocketClientOptions};
use shared::secret::Secret;
use shared::session::TokenVerifier;
use shared::store::{AwsAccess, Store, StoreOptions};
use shared::twilio::client::{Client, ClientOptions};

/// How long a person's request tries to write.
const REQUEST_RETRY_BUDGET: Duration = Duration::from_secs(3);
/// How long a webhook tries to write: Twilio waits fifteen seconds.
const WEBHOOK_RETRY_BUDGET: Duration = Duration::from_secs(10);

/// What a built function holds.
pub struct App {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Fault points.
    pub faults: FaultPoints,
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
    async fn build(setup: Setup, requested: &[Parameter], retry_budget: Duration) -> Result<Self> {
        let required = |name: &str| {
            let value = setup.environment.get(name);
            value.ok_or_else(|| Error::configuration(name, "is not set"))
        };
        let access = AwsAccess {
            region: required("AWS_REGION")?,
            access_key: required("AWS_ACCESS_KEY_ID")?,
            secret_key: Secret::new(required("AWS_SECRET_ACCESS_KEY")?),
            session_token: setup.environment.get("AWS_SESSION_TOKEN").map(Secret::new),
        };
        let parameters = parameters::load(&setup, &access, requested).await?;
        let store = Store::new(StoreOptions {
            access: access.clone(),
            endpoint: setup.environment.get("AWS_ENDPOINT_URL_DYNAMODB"),
            table: required("TABLE_NAME")?,
            connections: required("CONNECTIONS_TABLE")?,
            retry_budget,
            clock: setup.clock.clone(),
            ids: setup.ids.clone(),
            faults: setup.faults.clone(),
        });
        let Setup { environment, clock, ids, faults } = setup;
        Ok(Self { clock, ids, faults, store, parameters, environment, access })
    }

    /// The variable `name` of the environment.
    pub fn env(&self, name: &str) -> Option<String> {
        self.environment.get(name)
    }

    /// Returns a Twilio client that authenticates with the API key, or with the auth token if there is none.
    pub fn twilio(&self) -> Result<Client> {
        let account = self.parameters.twilio()?;
        let auth_token_credentials = || -> Result<(String, Secret)> {
            let token = account.auth_tokens.first().cloned();
            let token = token.ok_or_else(|| Error::configuration("twilio", "has no auth token"))?;
            Ok((account.account_sid.to_string(), token))
        };
        let api_key = account.api_key_sid.clone().zip(account.api_key_secret.clone());
        let (user, password) = api_key.map_or_else(auth_token_credentials, Ok)?;
        Ok(Client::new(ClientOptions {
            base_url: self
                .env("TWILIO_API_URL")
                .unwrap_or_else(|| "https://api.twilio.com".to_owned()),
            account: account.account_sid.clone(),
            user,
            password,
            clock: self.clock.clone(),
            faults: self.faults.clone(),
        }))
    }

    /// Returns the media bucket.
    pub fn bucket(&self) -> Result<MediaBucket> {
        let bucket_name = self.env("MEDIA_BUCKET");
        MediaBucket::new(MediaBucketOptions {
            bucket: bucket_name
                .ok_or_else(|| Error::configuration("MEDIA_BUCKET", "is not set"))?,
            endpoint: self.env("AWS_ENDPOINT_URL_S3"),
            region: self.access.region.clone(),
            access_key: self.access.access_key.clone(),
            secret_key: self.access.secret_key.clone(),
            session_token: self.access.session_token.clone(),
            clock: self.clock.clone(),
            faults: self.faults.clone(),
        })
    }

    /// Posts to sockets.
    pub fn socket_client(&self) -> Result<SocketClient> {
        let endpoint = self.env("SOCKET_ENDPOINT");
        Ok(SocketClient::new(SocketClientOptions {
            endpoint: endpoint
                .ok_or_else(|| Error::configuration("SOCKET_ENDPOINT", "is not set"))?,
            region: self.access.region.clone(),
            credentials: self.access.credentials(),
            faults: self.faults.clone(),
        }))
    }
}

/// A function that answers a signed-in person. The caller is proven before the handler sees the request.
pub fn authenticated<S, F, Fut>(
    setup: Setup,
    requested: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Caller, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    async move {
        let parameters: Vec<Parameter> =
            requested.iter().copied().chain([Parameter::PublicKey]).collect();
        let app = Arc::new(App::build(setup, &parameters, REQUEST_RETRY_BUDGET).await?);
        let verifier = Arc::new(TokenVerifier::new(app.parameters.public_key()?)?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state, verifier) = (app.clone(), state.clone(), verifier.clone());
            respond(context, event, move |request| async move {
                let caller = Caller::authenticate(&request, &verifier, app.clock.now())?;
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
    requested: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, requested, WEBHOOK_RETRY_BUDGET).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            respond(context, event, move |request| handle(app, state, request))
        });
        Ok(handler)
    }
    .boxed()
}

/// A function of the socket: answers with a status.
pub fn socket<S, F, Fut>(
    setup: Setup,
    requested: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, SocketEvent) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, requested, REQUEST_RETRY_BUDGET).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            async move {
                let outcome = match SocketEvent::from_event(event) {
                    Ok(event) => handle(app, state, event).await,
                    Err(error) => Err(error),
                };
                Ok(outcome.unwrap_or_else(|error| {
                    log_error(&error, &context);
                    socket::socket_response(error.status(), None)
                }))
            }
            .boxed()
        });
        Ok(handler)
    }
    .boxed()
}

/// A function that is invoked with work to do: stream, schedule or another function. An error is the runtime's to report.
pub fn background<S, F, Fut>(
    setup: Setup,
    requested: &'static [Parameter],
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Arc<App>, Arc<S>, Value, InvocationContext) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    async move {
        let app = Arc::new(App::build(setup, requested, WEBHOOK_RETRY_BUDGET).await?);
        let state = Arc::new(state(&app)?);
        let handler: Handler = Arc::new(move |event, context| {
            let (app, state) = (app.clone(), state.clone());
            async move {
                let outcome = handle(app, state, event, context.clone()).await;
                outcome.map_err(|error| {
                    log_error(&error, &context);
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
pub fn no_state(_: &App) -> Result<()> {
    Ok(())
}

fn respond<Fut: Future<Output = Result<Response>> + Send>(
    context: InvocationContext,
    event: Value,
    handle: impl FnOnce(Request) -> Fut + Send + 'static,
) -> BoxFuture<'static, Result<Value, HandlerError>> {
    async move {
        let (encoding, outcome) = match Request::from_event(event) {
            Ok(request) => (request.accepted_encoding(), handle(request).await),
            Err(error) => (ContentEncoding::Identity, Err(error)),
        };
        let response = outcome.unwrap_or_else(|error| {
            log_error(&error, &context);
            Response::from(&error)
        });
        Ok(response.into_event(encoding))
    }
    .boxed()
}

/// An error is logged once, here, where it becomes a response.
fn log_error(error: &Error, context: &InvocationContext) {
    let request_id = &*context.request_id;
    let cause = error.cause_chain();
    if error.status() >= 500 {
        tracing::error!(request.id = request_id, status = error.status(), error = cause, "{error}");
    } else {
        tracing::debug!(request.id = request_id, status = error.status(), code = error.code());
    }
}
