//! Tests of the gateway over HTTP and WebSockets, with small functions behind it.

mod http;
mod sockets;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::{Clock as _, OffsetClock};
use shared::fault::FaultPoints;
use shared::ids::RandomIds;
use shared::lambda::{Function, Handler, HandlerError, Trigger};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use super::hosts::Hosts;
use super::socket::{Sockets, management};
use super::{GatewayOptions, router};
use crate::lambda::{Endpoints, FunctionHost, FunctionHostOptions};
use crate::permissions::Permissions;
use crate::server::Server;
use crate::template::Template;

const SOURCE: &str = include_str!("../../../../../template.yaml");

/// A gateway with small functions behind it.
struct GatewayFixture {
    server: Server,
    management: Server,
    sockets: Sockets,
    functions: Arc<FunctionHost>,
    clock: OffsetClock,
    events: broadcast::Receiver<Value>,
    _folder: tempfile::TempDir,
}

impl GatewayFixture {
    async fn start() -> Self {
        Self::with_functions(SOURCE, &[]).await
    }

    /// Starts a gateway for the template `source`, with `extra_functions` in addition to the usual ones.
    async fn with_functions(source: &str, extra_functions: &[&'static str]) -> Self {
        let template = Template::parse(source).unwrap();
        let clock = OffsetClock::new();
        let usual = ["get-health", "receive-message", "connect", "disconnect", "receive-frame"];
        let table: Vec<_> =
            usual.iter().chain(extra_functions).map(|name| instructed_function(name)).collect();
        let (key, events) = new_event_channel();
        let endpoints =
            Endpoints { variables: [("WIRE".to_owned(), key)].into(), replacements: Vec::new() };
        let functions = Arc::new(
            FunctionHost::new(FunctionHostOptions {
                template: &template,
                table: &table,
                endpoints: &endpoints,
                clock: Arc::new(clock.clone()),
                ids: Arc::new(RandomIds),
                faults: FaultPoints::default(),
                invoke_url: None,
            })
            .unwrap(),
        );
        let (time, ids) = (Arc::new(clock.clone()), Arc::new(RandomIds));
        let sockets = Sockets::from_template(&template, Arc::clone(&functions), time, ids).unwrap();
        let permissions = Arc::new(Permissions::from_template(&template, &[]));
        let folder = tempfile::tempdir().unwrap();
        let options = GatewayOptions {
            template: &template,
            functions: Arc::clone(&functions),
            sockets: Some(sockets.clone()),
            bucket: None,
            extra_routes: None,
            page_dir: folder.path(),
            hosts: Hosts::Loopback,
            clock: Arc::new(clock.clone()),
            ids: Arc::new(RandomIds),
        };
        Self {
            server: Server::start(free_listener().await, router(options, 3000)).unwrap(),
            management: Server::start(
                free_listener().await,
                management::router(sockets.clone(), permissions),
            )
            .unwrap(),
            sockets,
            functions,
            clock,
            events,
            _folder: folder,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Returns the next event that a function was invoked with.
    async fn event(&mut self) -> Value {
        self.events.recv().await.unwrap()
    }

    async fn stop(self) {
        self.sockets.close_all().await;
        self.server.stop(&self.clock).await;
        self.management.stop(&self.clock).await;
    }

    /// Advances the clock by `duration`.
    fn advance(&self, duration: Duration) -> jiff::Timestamp {
        self.clock.advance(duration);
        self.clock.now()
    }
}

async fn free_listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Creates a channel that functions find by a name in their environment.
fn new_event_channel() -> (String, broadcast::Receiver<Value>) {
    let (sender, receiver) = broadcast::channel(64);
    let mut wires = EVENT_CHANNELS.lock().unwrap();
    wires.push(sender);
    ((wires.len() - 1).to_string(), receiver)
}

static EVENT_CHANNELS: std::sync::Mutex<Vec<broadcast::Sender<Value>>> =
    std::sync::Mutex::new(Vec::new());

/// Returns a function that reports its event and follows the instruction in the request.
///
/// The instruction is the response, or `panic`, `fail` or `hang`.
fn instructed_function(name: &'static str) -> Function {
    Function {
        name,
        trigger: Trigger::Schedule,
        build: |setup| {
            let wire: usize = setup.environment.get("WIRE").unwrap().parse().unwrap();
            let wire = EVENT_CHANNELS.lock().unwrap()[wire].clone();
            let handler: Handler = Arc::new(move |event, _| {
                wire.send(event.clone()).unwrap();
                Box::pin(async move { run_instruction(&event).await })
            });
            Box::pin(async move { Ok(handler) })
        },
    }
}

async fn run_instruction(event: &Value) -> Result<Value, HandlerError> {
    let instruction = event["headers"]["x-order"].as_str().or(event["headers"]["X-Order"].as_str());
    match instruction.or(event["body"].as_str()) {
        Some("panic") => panic!("as instructed"),
        Some("fail") => Err("as instructed".into()),
        Some("hang") => std::future::pending().await,
        Some(order) => Ok(serde_json::from_str(order).unwrap_or(json!({ "statusCode": 200 }))),
        None => Ok(json!({ "statusCode": 200, "body": "hello" })),
    }
}
