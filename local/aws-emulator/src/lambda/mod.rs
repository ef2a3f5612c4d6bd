//! The function host: builds each handler once and invokes it as Lambda does.
//!
//! Invocations end at their timeout, panics are caught, and errors are logged.
//!
//! - `hosted`: one function. `environment`: its environment. `error`: the errors of invocations.

mod environment;
mod error;
mod hosted;
mod options;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use shared::clock::Clock;
use shared::ids::Ids;
use shared::lambda::InvocationContext;
use tokio::sync::watch;

pub use environment::{Endpoints, remote_environment};
pub use error::InvokeError;
pub use options::FunctionHostOptions;

use hosted::HostedFunction;

/// The functions of the template.
pub struct FunctionHost {
    functions: HashMap<String, Arc<HostedFunction>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    invocations: watch::Sender<u64>,
    running: Arc<watch::Sender<usize>>,
}

impl FunctionHost {
    /// Creates the host of all functions of the template.
    pub fn new(options: FunctionHostOptions<'_>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let mut functions = HashMap::new();
        for spec in &options.template.functions {
            functions
                .insert(spec.name.clone(), Arc::new(HostedFunction::new(&options, &client, spec)));
        }
        Ok(Self {
            functions,
            clock: options.clock,
            ids: options.ids,
            invocations: watch::Sender::new(0),
            running: Arc::new(watch::Sender::new(0)),
        })
    }

    /// Invokes the function `name` (`verb-noun`) with `event`.
    pub async fn invoke(&self, name: &str, event: Value) -> Result<Value, InvokeError> {
        let function =
            self.functions.get(name).ok_or_else(|| InvokeError::Unknown(name.to_owned()))?;
        self.invocations.send_modify(|count| *count += 1);
        let request_id = request_id(self.ids.random());
        let now = self.clock.now();
        let deadline = now.checked_add(function.spec.timeout).unwrap_or(now);
        let context = InvocationContext { request_id, deadline };
        let guard = InvocationGuard::begin(Arc::clone(&self.running));
        let (task, clock) = (Arc::clone(function), Arc::clone(&self.clock));
        // A task of its own, so that the invocation continues if the caller goes away.
        let run = tokio::spawn(async move {
            let _guard = guard;
            task.run_with_timeout(event, context, &*clock).await
        });
        let aborted = || Err(InvokeError::Error("the invocation was aborted".to_owned()));
        run.await.unwrap_or_else(|_| aborted())
    }

    /// Builds all functions now, so that an invalid configuration is found at the start.
    ///
    /// Returns the name and error of the first function that fails.
    pub async fn warm_up(&self) -> Result<(), (String, InvokeError)> {
        for (name, function) in &self.functions {
            function.warm_up().await.map_err(|e| (name.clone(), e))?;
        }
        Ok(())
    }

    /// Returns the number of invocations so far.
    pub fn invocations(&self) -> u64 {
        *self.invocations.borrow()
    }

    /// Waits until no invocation runs.
    pub async fn wait_until_idle(&self) {
        let mut running = self.running.subscribe();
        // The sender lives as long as `self`.
        drop(running.wait_for(|running| *running == 0).await);
    }
}

/// Returns 128 random bits in the format of Lambda's request IDs.
pub(crate) fn request_id(random: u128) -> String {
    let hex = format!("{random:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Counts an invocation until it is dropped.
struct InvocationGuard(Arc<watch::Sender<usize>>);

impl InvocationGuard {
    fn begin(count: Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|running| *running += 1);
        Self(count)
    }
}

impl Drop for InvocationGuard {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use axum::Router;
    use axum::routing::post;
    use serde_json::json;
    use shared::clock::OffsetClock;
    use shared::ids::RandomIds;
    use shared::lambda::{Handler, HandlerError, Trigger};
    use tokio::net::TcpListener;

    use shared::fault::FaultPoints;
    use shared::lambda::Function;

    use super::*;
    use crate::permissions::LOCAL_ADMIN;
    use crate::server::Server;
    use crate::template::Template;

    const TEMPLATE: &str = include_str!("../../../../template.yaml");

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
                                Some("panic") => panic!("as instructed"),
                                Some("hang") => std::future::pending().await,
                                Some("fail") => Err(HandlerError::from("as instructed")),
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

    fn functions(clock: &OffsetClock) -> FunctionHost {
        functions_at(clock, None)
    }

    fn functions_at(clock: &OffsetClock, invoke_url: Option<reqwest::Url>) -> FunctionHost {
        let template = Template::parse(TEMPLATE).unwrap();
        let management = template.socket_api.as_ref().unwrap().management_url.clone();
        let endpoints = Endpoints {
            variables: BTreeMap::from([("TWILIO_API_URL".to_owned(), "http://twilio".to_owned())]),
            replacements: vec![(management, "http://sockets/live".to_owned())],
        };
        FunctionHost::new(FunctionHostOptions {
            template: &template,
            table: &[function("push"), function("sweep")],
            endpoints: &endpoints,
            clock: Arc::new(clock.clone()),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
            invoke_url,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_function_gets_the_template_environment_and_the_local_endpoints() {
        let functions = functions(&OffsetClock::new());
        let environment_value =
            async |name: &str| functions.invoke("push", json!({ "do": name })).await.unwrap();
        assert_eq!(environment_value("TABLE_NAME").await, "partyline-Table");
        assert_eq!(environment_value("SOCKET_ENDPOINT").await, "http://sockets/live");
        assert_eq!(environment_value("TWILIO_API_URL").await, "http://twilio");
        assert_eq!(environment_value("AWS_ACCESS_KEY_ID").await, "push");
        assert_eq!(functions.invocations(), 4);
    }

    #[tokio::test]
    async fn a_panic_or_an_error_fails_only_its_own_invocation() {
        let functions = functions(&OffsetClock::new());
        let panic = functions.invoke("push", json!({ "do": "panic" })).await.unwrap_err();
        assert_eq!(panic, InvokeError::Panic("as instructed".to_owned()));
        let error = functions.invoke("push", json!({ "do": "fail" })).await.unwrap_err();
        assert_eq!(
            error.payload(),
            json!({ "errorType": "Error", "errorMessage": "as instructed" })
        );
        assert_eq!(functions.invoke("push", json!({ "a": 1 })).await.unwrap()["a"], 1);
        functions.wait_until_idle().await;
    }

    #[tokio::test]
    async fn a_function_times_out_by_the_injected_clock() {
        let clock = OffsetClock::new();
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
        functions.wait_until_idle().await;
    }

    #[tokio::test]
    async fn events_are_sent_to_a_remote_runtime() {
        let router = Router::new()
            .route("/2015-03-31/functions/push/invocations", post(|body: String| async { body }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::start(listener, router).unwrap();
        let url = format!("http://{}", server.address()).parse().unwrap();
        let clock = OffsetClock::new();
        let functions = functions_at(&clock, Some(url));
        assert_eq!(functions.invoke("push", json!({ "a": 1 })).await.unwrap()["a"], 1);
        let unknown = functions.invoke("sweep", json!({})).await.unwrap_err();
        assert!(matches!(unknown, InvokeError::Error(_)));
        server.stop(&clock).await;
    }

    #[test]
    fn remote_functions_sign_as_the_local_system() {
        let template = Template::parse(TEMPLATE).unwrap();
        let environment = remote_environment(&template, &Endpoints::default());
        assert_eq!(environment["AWS_ACCESS_KEY_ID"], LOCAL_ADMIN);
        assert_eq!(environment["TABLE_NAME"], "partyline-Table");
        assert!(environment.contains_key("SOCKET_ENDPOINT"));
    }

    #[tokio::test]
    async fn a_function_without_a_handler_is_reported_when_it_is_invoked() {
        let functions = functions(&OffsetClock::new());
        let error = functions.invoke("connect", json!({})).await.unwrap_err();
        assert_eq!(error, InvokeError::Unknown("connect".to_owned()));
    }
}
