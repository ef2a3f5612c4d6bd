//! The local system's own way to the tables, with all rights.

use std::sync::Arc;
use std::time::Duration;

use shared::fault::Faults;
use shared::secret::Secret;
use shared::store::{AwsAccess, Store, StoreOptions};

use crate::dynamodb::DynamoDb;
use crate::options::Options;
use crate::permissions::LOCAL_ADMIN;
use crate::template::{REGION, Template};

/// How long the store is asked again when the local system itself writes.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// The tables as the functions see them, for the local system itself.
pub(super) fn store(template: &Template, options: &Options, dynamodb: &DynamoDb) -> Store {
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
        table: variable("TABLE"),
        connections: variable("CONNECTIONS"),
        patience: STORE_PATIENCE,
        clock: Arc::new(options.clock.clone()),
        ids: Arc::clone(&options.ids),
        faults: Faults::default(),
    })
}
