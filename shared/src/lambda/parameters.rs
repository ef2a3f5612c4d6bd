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
pub async fn read(setup: &Setup, access: &AwsAccess, wanted: &[Parameter]) -> Result<Parameters> {
    let prefix = setup
        .environment
        .get("PARAMETERS")
        .ok_or_else(|| Error::configuration("PARAMETERS", "is not set"))?;
    if wanted.is_empty() {
        return Ok(Parameters::new(&prefix, HashMap::new()));
    }
    if let Some(Fault::Refuse | Fault::LoseAnswer) = setup.faults.pass("parameters.get").await {
        return Err(Error::Busy("fault point parameters.get".into()));
    }
    let names = wanted.iter().map(|parameter| format!("{prefix}/{}", parameter.name())).collect();
    let call = client(setup, access).get_parameters().set_names(Some(names)).with_decryption(true);
    let answer = call.send().await.map_err(Error::failed)?;
    let mut values = HashMap::new();
    for given in answer.parameters.unwrap_or_default() {
        let is_given = |parameter: &&Parameter| {
            let full = given.name.as_deref().unwrap_or_default();
            full.strip_prefix(&*prefix).and_then(|rest| rest.strip_prefix('/'))
                == Some(parameter.name())
        };
        if let (Some(parameter), Some(value)) = (wanted.iter().find(is_given), given.value) {
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
