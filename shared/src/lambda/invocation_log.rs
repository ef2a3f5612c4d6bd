//! The log of invocations: a span with common fields for each line, and a last line with the outcome.

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::Value;
use tracing::Instrument;
use tracing_subscriber::fmt::MakeWriter;

use super::function::{Function, Handler, HandlerError, Setup};
use crate::clock::Clock;

impl Function {
    /// Builds the handler and adds a log span and a last line to each of its invocations.
    pub async fn start(&self, setup: Setup) -> Result<Handler, HandlerError> {
        let (function, clock) = (self.name, Arc::clone(&setup.clock));
        let inner = (self.build)(setup).await?;
        Ok(Arc::new(move |event, context| {
            // A span at this level passes any log filter.
            let span =
                tracing::error_span!("invocation", function, request.id = &*context.request_id);
            let (inner, clock) = (Arc::clone(&inner), Arc::clone(&clock));
            async move {
                let started_at = clock.now();
                let outcome = inner(event, context).await;
                log_outcome(&outcome, &*clock, started_at);
                outcome
            }
            .instrument(span)
            .boxed()
        }))
    }
}

fn log_outcome(
    outcome: &Result<Value, HandlerError>,
    clock: &dyn Clock,
    started_at: jiff::Timestamp,
) {
    let duration_ms = clock.now().duration_since(started_at).as_millis();
    let duration_ms = i64::try_from(duration_ms).unwrap_or(i64::MAX);
    match outcome {
        Ok(response) => {
            let status = response.get("statusCode").and_then(Value::as_u64);
            tracing::info!(outcome = "ok", status, duration_ms, "Invocation finished");
        }
        Err(error) => {
            tracing::info!(outcome = "error", %error, duration_ms, "Invocation finished");
        }
    }
}

/// Returns a subscriber that writes one JSON object per line, with the fields of the invocation's span.
pub(super) fn json_log<W>(writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let format = tracing_subscriber::fmt().json().with_target(false);
    format.with_current_span(true).with_span_list(false).with_writer(writer).finish()
}

/// Logs a panic as one line with its place.
///
/// The message of a panic can quote a message of a customer, so it is left out.
pub(super) fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "Panic");
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::clock::SystemClock;
    use crate::fault::FaultPoints;
    use crate::ids::RandomIds;
    use crate::lambda::{Environment, InvocationContext, Trigger};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const FUNCTION: Function = Function {
        name: "get-thing",
        trigger: Trigger::Invocation,
        build: |_| {
            let handler: Handler = Arc::new(|event: Value, _| {
                async move {
                    tracing::info!(thing.id = 7, "Thing read");
                    if event == "fail" { Err("no thing".into()) } else { Ok(event) }
                }
                .boxed()
            });
            async { Ok(handler) }.boxed()
        },
    };

    async fn lines_of(event: Value) -> Vec<Value> {
        let log = Log::default();
        let writer = log.clone();
        let _guard = tracing::subscriber::set_default(json_log(move || writer.clone()));
        let setup = Setup {
            environment: Environment::new(|_| None),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
        };
        let handler = FUNCTION.start(setup).await.unwrap();
        let deadline = jiff::Timestamp::MAX;
        let _ = handler(event, InvocationContext { request_id: "r-1".into(), deadline }).await;
        let log = log.0.lock().unwrap();
        let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn every_line_carries_function_and_request_and_the_last_one_the_outcome() {
        let lines = lines_of(json!({ "statusCode": 404 })).await;
        assert_eq!(lines.len(), 2);
        for line in &lines {
            assert_eq!(line["span"]["function"], "get-thing", "{line}");
            assert_eq!(line["span"]["request.id"], "r-1", "{line}");
        }
        let closing = &lines[1]["fields"];
        assert_eq!(closing["message"], "Invocation finished");
        assert_eq!((&closing["outcome"], &closing["status"]), (&json!("ok"), &json!(404)));
        assert!(closing["duration_ms"].as_i64().unwrap() >= 0);
    }

    #[tokio::test]
    async fn a_failed_invocation_is_closed_with_its_error() {
        let lines = lines_of(json!("fail")).await;
        let closing = &lines[1]["fields"];
        assert_eq!((&closing["outcome"], &closing["error"]), (&json!("error"), &json!("no thing")));
    }

    #[test]
    fn a_panic_is_one_line_with_its_place_and_without_its_message() {
        let log = Log::default();
        let writer = log.clone();
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(log_panic));
        let panicked = tracing::subscriber::with_default(json_log(move || writer.clone()), || {
            std::panic::catch_unwind(|| panic!("the customer wrote: secret"))
        });
        std::panic::set_hook(previous);
        assert!(panicked.is_err());
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let line: Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(line["fields"]["message"], "Panic");
        assert!(line["fields"]["place"].as_str().unwrap().contains("invocation_log.rs:"));
        assert!(!text.contains("secret"), "{text}");
    }
}
