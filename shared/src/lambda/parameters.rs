//! The parameter store: one `GetParameters` at init, for the functions that need any.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};

use super::function::Setup;
use crate::config::{Parameter, Parameters};
use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::store::AwsAccess;

/// Reads the parameters `wanted`, by name, in one call.
pub async fn load(
    setup: &Setup,
    access: &AwsAccess,
    requested: &[Parameter],
) -> Result<Parameters> {
    let prefix = setup
        .environment
        .get("PARAMETERS")
        .ok_or_else(|| Error::configuration("PARAMETERS", "is not set"))?;
    if requested.is_empty() {
        return Ok(Parameters::new(&prefix, HashMap::new()));
    }
    if let Some(Fault::RefuseConnection | Fault::DropResponse) =
        setup.faults.check("parameters.get").await
    {
        return Err(Error::Unavailable("fault point parameters.get".into()));
    }
    let names =
        requested.iter().map(|parameter| format!("{prefix}/{}", parameter.name())).collect();
    let call = client(setup, access).get_parameters().set_names(Some(names)).with_decryption(true);
    let response = call.send().await.map_err(Error::internal)?;
    let mut values = HashMap::new();
    for stored in response.parameters.unwrap_or_default() {
        let has_name = |parameter: &&Parameter| {
            let full_name = stored.name.as_deref().unwrap_or_default();
            full_name.strip_prefix(&*prefix).and_then(|rest| rest.strip_prefix('/'))
                == Some(parameter.name())
        };
        if let (Some(parameter), Some(value)) = (requested.iter().find(has_name), stored.value) {
            values.insert(parameter.name(), value);
        }
    }
    Ok(Parameters::new(&prefix, values))
}

fn client(setup: &Setup, access: &AwsAccess) -> Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(8)).build();
    let mut config = aws_sdk_ssm::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(access.region.clone()))
        .credentials_provider(access.credentials())
        // A thousand environments may start at once: the SDK's jittered retry spreads them.
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts);
    if let Some(endpoint) = setup.environment.get("AWS_ENDPOINT_URL_SSM") {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(config.build())
}
