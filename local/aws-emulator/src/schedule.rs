//! The scheduler: invokes the scheduled functions by the injected clock or on request.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::Clock;
use shared::ids::Ids;
use tokio::task::JoinHandle;

use crate::lambda::{FunctionHost, InvokeError, request_id};
use crate::template::{ACCOUNT, REGION, Template, TriggerSpec};

/// The running schedules of the template.
pub struct Schedules {
    invoker: Arc<Invoker>,
    tasks: Vec<JoinHandle<()>>,
}

struct Invoker {
    functions: Arc<FunctionHost>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Schedules {
    /// Starts all schedules.
    ///
    /// The first run is after the first interval.
    pub fn start(
        template: &Template,
        functions: Arc<FunctionHost>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let invoker = Arc::new(Invoker { functions, clock, ids });
        let mut tasks = Vec::new();
        for function in &template.functions {
            for trigger in &function.triggers {
                if let TriggerSpec::Schedule { interval: every } = trigger {
                    let repeated = Arc::clone(&invoker).repeat(function.name.clone(), *every);
                    tasks.push(tokio::spawn(repeated));
                }
            }
        }
        Self { invoker, tasks }
    }

    /// Runs the scheduled function `name` now and returns its result.
    pub async fn run(&self, name: &str) -> Result<Value, InvokeError> {
        self.invoker.run(name).await
    }

    /// Stops all schedules.
    pub fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Invoker {
    async fn repeat(self: Arc<Self>, name: String, every: Duration) {
        loop {
            self.clock.sleep(every).await;
            // The host has logged the error. The next run is the retry.
            drop(self.run(&name).await);
        }
    }

    async fn run(&self, name: &str) -> Result<Value, InvokeError> {
        let event = json!({
            "version": "0",
            "id": request_id(self.ids.random()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": ACCOUNT,
            "time": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": REGION,
            "resources": [format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")],
            "detail": "{}",
        });
        self.functions.invoke(name, event).await
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::OffsetClock;
    use shared::fault::FaultPoints;
    use shared::ids::RandomIds;
    use shared::lambda::{Function, Handler, Trigger};

    use super::*;
    use crate::lambda::{Endpoints, FunctionHostOptions};

    /// Returns a `sweep` that responds with its event, and its schedule.
    fn schedules(clock: &OffsetClock) -> (Arc<FunctionHost>, Schedules) {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let sweep = Function {
            name: "sweep",
            trigger: Trigger::Schedule,
            build: |_| {
                let handler: Handler = Arc::new(|event, _| Box::pin(async move { Ok(event) }));
                Box::pin(async move { Ok(handler) })
            },
        };
        let functions = Arc::new(
            FunctionHost::new(FunctionHostOptions {
                template: &template,
                table: &[sweep],
                endpoints: &Endpoints::default(),
                clock: Arc::new(clock.clone()),
                ids: Arc::new(RandomIds),
                faults: FaultPoints::default(),
                invoke_url: None,
            })
            .unwrap(),
        );
        let (time, ids) = (Arc::new(clock.clone()), Arc::new(RandomIds));
        let schedules = Schedules::start(&template, Arc::clone(&functions), time, ids);
        (functions, schedules)
    }

    #[tokio::test]
    async fn a_schedule_runs_by_the_injected_clock() {
        let clock = OffsetClock::new();
        let (functions, schedules) = schedules(&clock);
        tokio::task::yield_now().await;
        assert_eq!(functions.invocations(), 0);
        while functions.invocations() < 3 {
            clock.advance(Duration::from_mins(1));
            tokio::task::yield_now().await;
        }
        schedules.stop();
    }

    #[tokio::test]
    async fn a_manual_run_gets_the_scheduler_event() {
        let (_, schedules) = schedules(&OffsetClock::new());
        let event = schedules.run("sweep").await.unwrap();
        assert_eq!(event["detail-type"], "Scheduled Event");
        assert_eq!(event["source"], "aws.scheduler");
        schedules.stop();
    }
}
