//! The function host: builds each handler with its template's environment, keeps it warm, and invokes it the way Lambda
//! would: cut off at its timeout, a panic caught, what went wrong in the log.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::fault::Faults;
use shared::ids::Ids;
use shared::lambda::{Context, Environment, Function, Handler, Setup};
use tokio::sync::{OnceCell, watch};

use crate::template::{FunctionSpec, REGION, Template};

/// Why an invocation has no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The template names a function that nobody wrote.
    #[error("there is no function called {0}")]
    Unknown(String),
    /// The function ran longer than its template allows.
    #[error("{request_id} Task timed out after {}.00 seconds", timeout.as_secs())]
    Timeout {
        /// The invocation's id.
        request_id: String,
        /// What the template allows.
        timeout: Duration,
    },
    /// The function panicked.
    #[error("{0}")]
    Panic(String),
    /// The function could not be built, or returned an error.
    #[error("{0}")]
    Error(String),
}

impl InvokeError {
    /// Lambda's error payload: `errorType` and `errorMessage`.
    pub fn payload(&self) -> Value {
        let kind = match self {
            Self::Unknown(_) => "ResourceNotFoundException",
            Self::Timeout { .. } => "Sandbox.Timedout",
            Self::Panic(_) => "Panic",
            Self::Error(_) => "Error",
        };
        json!({ "errorType": kind, "errorMessage": self.to_string() })
    }
}

/// Where this machine answers for AWS, as the functions' environments say it.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// Variables that every function gets beside its template's (`AWS_ENDPOINT_URL_DYNAMODB`, …).
    pub variables: BTreeMap<String, String>,
    /// An address of AWS, and the local one that takes its place wherever the template names it.
    pub instead: Vec<(String, String)>,
}

/// What the host is made with.
pub struct FunctionsOptions<'a> {
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
    pub faults: Faults,
    /// `cargo lambda watch`'s address, to send events there instead.
    pub invoke_url: Option<reqwest::Url>,
}

/// Every function of the template, ready to be invoked.
pub struct Functions {
    hosted: HashMap<String, Arc<Hosted>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    invocations: watch::Sender<u64>,
    running: Arc<watch::Sender<usize>>,
}

struct Hosted {
    spec: FunctionSpec,
    place: Place,
}

/// Where a function runs.
enum Place {
    /// Here, built at its first invocation.
    Here { function: Function, setup: Box<Setup>, handler: OnceCell<Handler> },
    /// In another process that takes Lambda's `Invoke` call.
    There { client: reqwest::Client, url: reqwest::Url },
    /// Nowhere: nobody wrote it.
    Nowhere,
}

impl Functions {
    /// Hosts every function of the template.
    pub fn new(options: FunctionsOptions<'_>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let mut hosted = HashMap::new();
        for spec in &options.template.functions {
            let place = place(&options, &client, spec);
            if matches!(place, Place::Nowhere) {
                tracing::warn!(function.name = %spec.name, "the template names a function that has no handler");
            }
            hosted.insert(spec.name.clone(), Arc::new(Hosted { spec: spec.clone(), place }));
        }
        Ok(Self {
            hosted,
            clock: options.clock,
            ids: options.ids,
            invocations: watch::Sender::new(0),
            running: Arc::new(watch::Sender::new(0)),
        })
    }

    /// Invokes the function called `name` (`verb-noun`) with `event`.
    pub async fn invoke(&self, name: &str, event: Value) -> Result<Value, InvokeError> {
        let hosted = self.hosted.get(name).ok_or_else(|| InvokeError::Unknown(name.to_owned()))?;
        self.invocations.send_modify(|begun| *begun += 1);
        let request_id = request_id(self.ids.random());
        let now = self.clock.now();
        let deadline = now.checked_add(hosted.spec.timeout).unwrap_or(now);
        let context = Context { request_id, deadline };
        let run = Running::begin(Arc::clone(&self.running));
        let (task, clock) = (Arc::clone(hosted), Arc::clone(&self.clock));
        // On its own, so that a caller who goes away does not take the invocation with it.
        let run = tokio::spawn(async move {
            let _run = run;
            task.run_in_time(event, context, &*clock).await
        });
        let cut_off = || Err(InvokeError::Error("the invocation was cut off".to_owned()));
        run.await.unwrap_or_else(|_| cut_off())
    }

    /// Builds every function now, so that a wrong configuration is known at the start. Names the first that fails.
    pub async fn warm_up(&self) -> Result<(), (String, InvokeError)> {
        for (name, hosted) in &self.hosted {
            hosted.warm_up().await.map_err(|e| (name.clone(), e))?;
        }
        Ok(())
    }

    /// How many invocations were begun so far.
    pub fn invocations(&self) -> u64 {
        *self.invocations.borrow()
    }

    /// Waits until no invocation runs.
    pub async fn idle(&self) {
        let mut running = self.running.subscribe();
        // The sender lives as long as `self`.
        drop(running.wait_for(|running| *running == 0).await);
    }
}

impl Hosted {
    async fn warm_up(&self) -> Result<(), InvokeError> {
        if let Place::Here { function, setup, handler } = &self.place {
            built(function, setup, handler).await?;
        }
        Ok(())
    }

    async fn run_in_time(
        &self,
        event: Value,
        context: Context,
        clock: &dyn Clock,
    ) -> Result<Value, InvokeError> {
        let request_id = context.request_id.clone();
        let started = Instant::now();
        let timeout = self.spec.timeout;
        let outcome = tokio::select! {
            run = AssertUnwindSafe(self.run(event, context)).catch_unwind() => {
                run.unwrap_or_else(|panic| Err(panicked(&*panic)))
            }
            () = clock.sleep(timeout) => {
                Err(InvokeError::Timeout { request_id: request_id.clone(), timeout })
            }
        };
        report(&self.spec.name, &request_id, started.elapsed(), &outcome);
        outcome
    }

    async fn run(&self, event: Value, context: Context) -> Result<Value, InvokeError> {
        match &self.place {
            Place::Here { function, setup, handler } => {
                let handler = built(function, setup, handler).await?;
                handler(event, context).await.map_err(|e| InvokeError::Error(chain(&*e)))
            }
            Place::There { client, url } => post(client, url.clone(), event).await,
            Place::Nowhere => Err(InvokeError::Unknown(self.spec.name.clone())),
        }
    }
}

async fn built<'a>(
    function: &Function,
    setup: &Setup,
    cell: &'a OnceCell<Handler>,
) -> Result<&'a Handler, InvokeError> {
    cell.get_or_try_init(|| (function.build)(setup.clone()))
        .await
        .map_err(|e| InvokeError::Error(chain(&*e)))
}

fn place(options: &FunctionsOptions<'_>, client: &reqwest::Client, spec: &FunctionSpec) -> Place {
    if let Some(base) = &options.invoke_url {
        let mut url = base.clone();
        url.set_path(&format!("/2015-03-31/functions/{}/invocations", spec.name));
        return Place::There { client: client.clone(), url };
    }
    let Some(function) = options.table.iter().find(|function| function.name == spec.name) else {
        return Place::Nowhere;
    };
    let setup = Setup {
        environment: Environment::of(environment(spec, options.endpoints)),
        clock: Arc::clone(&options.clock),
        ids: Arc::clone(&options.ids),
        faults: options.faults.clone(),
    };
    Place::Here { function: *function, setup: Box::new(setup), handler: OnceCell::new() }
}

/// The environment of a function: the template's, what Lambda adds, and where the peers are.
fn environment(spec: &FunctionSpec, endpoints: &Endpoints) -> HashMap<String, String> {
    let lambda = [
        ("AWS_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        // Every client signs with its function's name: that is how the peers know who asks.
        ("AWS_ACCESS_KEY_ID", &spec.name),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ];
    let lambda = lambda.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let own = spec.environment.iter().map(|(name, value)| {
        let mut value = value.clone();
        for (aws, here) in &endpoints.instead {
            value = value.replace(aws, here);
        }
        (name.clone(), value)
    });
    let peers = endpoints.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
    lambda.into_iter().chain(peers).chain(own).collect()
}

async fn post(
    client: &reqwest::Client,
    url: reqwest::Url,
    event: Value,
) -> Result<Value, InvokeError> {
    let failed = |e: &reqwest::Error| InvokeError::Error(chain(e));
    let answer = client.post(url).json(&event).send().await.map_err(|e| failed(&e))?;
    let success =
        answer.status().is_success() && !answer.headers().contains_key("x-amz-function-error");
    let body: Value = answer.json().await.map_err(|e| failed(&e))?;
    if success { Ok(body) } else { Err(InvokeError::Error(body.to_string())) }
}

fn panicked(panic: &(dyn Any + Send)) -> InvokeError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    InvokeError::Panic(text.unwrap_or_else(|| "the function panicked".to_owned()))
}

/// An error with all its causes, as one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

fn report(name: &str, id: &str, took: Duration, outcome: &Result<Value, InvokeError>) {
    match outcome {
        Ok(_) => {
            tracing::debug!(function.name = name, request.id = id, duration = ?took, "function answered");
        }
        Err(error) => {
            tracing::error!(function.name = name, request.id = id, duration = ?took, %error, "function failed");
        }
    }
}

/// 128 random bits in the form of Lambda's request ids.
pub(crate) fn request_id(random: u128) -> String {
    let hex = format!("{random:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Counts an invocation for as long as it lives.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn begin(count: Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|running| *running += 1);
        Self(count)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::ShiftClock;
    use shared::ids::RandomIds;
    use shared::lambda::{HandlerError, Trigger};

    use super::*;

    const TEMPLATE: &str = include_str!("../../template.yaml");

    fn function(name: &'static str) -> Function {
        Function {
            name,
            trigger: Trigger::Schedule,
            build: |setup| {
                Box::pin(async move {
                    let handler: Handler = Arc::new(move |event: Value, _| {
                        let environment = setup.environment.clone();
                        Box::pin(async move {
                            match event["do"].as_str() {
                                Some("panic") => panic!("as told"),
                                Some("hang") => std::future::pending().await,
                                Some("fail") => Err(HandlerError::from("as told")),
                                Some(name) => Ok(json!(environment.get(name))),
                                None => Ok(event),
                            }
                        })
                    });
                    Ok(handler)
                })
            },
        }
    }

    fn functions(clock: &ShiftClock) -> Functions {
        let template = Template::parse(TEMPLATE).unwrap();
        let management = template.socket_api.as_ref().unwrap().management_url.clone();
        let endpoints = Endpoints {
            variables: BTreeMap::from([("TWILIO_API_URL".to_owned(), "http://twilio".to_owned())]),
            instead: vec![(management, "http://sockets/live".to_owned())],
        };
        Functions::new(FunctionsOptions {
            template: &template,
            table: &[function("push"), function("sweep")],
            endpoints: &endpoints,
            clock: Arc::new(clock.clone()),
            ids: Arc::new(RandomIds),
            faults: Faults::default(),
            invoke_url: None,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_function_answers_with_the_environment_of_the_template_and_the_local_endpoints() {
        let functions = functions(&ShiftClock::new());
        let told =
            async |name: &str| functions.invoke("push", json!({ "do": name })).await.unwrap();
        assert_eq!(told("TABLE").await, "partyline-Table");
        assert_eq!(told("SOCKETS").await, "http://sockets/live");
        assert_eq!(told("TWILIO_API_URL").await, "http://twilio");
        assert_eq!(told("AWS_ACCESS_KEY_ID").await, "push");
        assert_eq!(functions.invocations(), 4);
    }

    #[tokio::test]
    async fn a_panic_and_an_error_harm_only_their_own_invocation() {
        let functions = functions(&ShiftClock::new());
        let panic = functions.invoke("push", json!({ "do": "panic" })).await.unwrap_err();
        assert_eq!(panic, InvokeError::Panic("as told".to_owned()));
        let error = functions.invoke("push", json!({ "do": "fail" })).await.unwrap_err();
        assert_eq!(error.payload(), json!({ "errorType": "Error", "errorMessage": "as told" }));
        assert_eq!(functions.invoke("push", json!({ "a": 1 })).await.unwrap()["a"], 1);
        functions.idle().await;
    }

    #[tokio::test]
    async fn a_function_is_cut_off_at_its_timeout_by_the_injected_clock() {
        let clock = ShiftClock::new();
        let functions = Arc::new(functions(&clock));
        let host = Arc::clone(&functions);
        let hanging =
            tokio::spawn(async move { host.invoke("sweep", json!({ "do": "hang" })).await });
        let mut running = functions.running.subscribe();
        running.wait_for(|running| *running == 1).await.unwrap();
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(50));
        let error = hanging.await.unwrap().unwrap_err();
        assert!(matches!(error, InvokeError::Timeout { timeout, .. } if timeout.as_secs() == 50));
        functions.idle().await;
    }

    #[tokio::test]
    async fn a_function_without_a_handler_is_reported_when_it_is_invoked() {
        let functions = functions(&ShiftClock::new());
        let error = functions.invoke("connect", json!({})).await.unwrap_err();
        assert_eq!(error, InvokeError::Unknown("connect".to_owned()));
    }
}
