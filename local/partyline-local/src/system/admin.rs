//! The local system's own access to the tables, and the loading of the demo.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use shared::fault::FaultPoints;
use shared::secret::Secret;
use shared::store::{AwsAccess, Store, StoreOptions};

use super::SystemError;
use crate::demo::{self, DemoError};
use crate::options::Options;
use aws_emulator::dynamodb::DynamoDb;
use aws_emulator::permissions::LOCAL_ADMIN;
use aws_emulator::s3::S3;
use aws_emulator::template::{REGION, Template};
use twilio_simulator::Twilio;

/// How long the local system retries its own store operations.
const STORE_RETRY_BUDGET: Duration = Duration::from_secs(3);

/// Opens the tables for the local system itself, with all permissions.
pub(super) fn store(template: &Template, options: &Options, dynamodb: &DynamoDb) -> Store {
    store_at(template, options, dynamodb, Arc::new(options.clock.clone()))
}

/// Opens the tables with another clock.
fn store_at(
    template: &Template,
    options: &Options,
    dynamodb: &DynamoDb,
    clock: Arc<dyn Clock>,
) -> Store {
    let variable = |name: &str| {
        let mut environments = template.functions.iter().map(|f| &f.environment);
        environments.find_map(|variables| variables.get(name).cloned()).unwrap_or_default()
    };
    Store::new(StoreOptions {
        access: AwsAccess {
            region: REGION.to_owned(),
            access_key: LOCAL_ADMIN.to_owned(),
            secret_key: Secret::new("local"),
            session_token: None,
        },
        endpoint: Some(dynamodb.url().to_owned()),
        table: variable("TABLE_NAME"),
        connections: variable("CONNECTIONS_TABLE"),
        retry_budget: STORE_RETRY_BUDGET,
        clock,
        ids: Arc::clone(&options.ids),
        faults: FaultPoints::default(),
    })
}

/// Loads the demo if the options require it.
///
/// Runs before the streams are read, because the demo's messages must not be sent.
pub(super) async fn load_demo(
    template: &Template,
    options: &Options,
    base_url: String,
    dynamodb: &DynamoDb,
    twilio: Option<&Twilio>,
    s3: &S3,
) -> Result<(), SystemError> {
    if !options.demo {
        return Ok(());
    }
    let context = demo::DemoContext {
        settings: &options.settings,
        base_url,
        now: options.clock.now(),
        ids: Arc::clone(&options.ids),
        open_store: &|clock| store_at(template, options, dynamodb, clock),
        s3,
    };
    let count = demo::seed(&context, twilio.ok_or(DemoError::RealTwilio)?).await?;
    tracing::info!(conversations = count, "Demo loaded");
    Ok(())
}
