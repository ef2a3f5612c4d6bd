//! One function invokes another, asynchronously: what is taken is run later, and again if it fails.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::fault::{Fault, FaultPoints};

/// An invocation that is not taken within this time counts as not taken.
const INVOKE_TIMEOUT: Duration = Duration::from_secs(5);

/// What an [`Invoker`] is made of.
pub struct InvokerOptions {
    /// Another endpoint than AWS's.
    pub endpoint: Option<String>,
    /// Region.
    pub region: String,
    /// Credentials.
    pub credentials: Credentials,
    /// Fault points.
    pub faults: FaultPoints,
}

/// Invokes other functions.
#[derive(Clone)]
pub struct Invoker {
    client: Client,
    faults: FaultPoints,
}

impl std::fmt::Debug for Invoker {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Invoker")
    }
}

impl Invoker {
    /// Makes the client; nothing is sent yet.
    pub fn new(options: InvokerOptions) -> Self {
        let mut config = aws_sdk_lambda::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(options.region))
            .credentials_provider(options.credentials)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(INVOKE_TIMEOUT).build());
        if let Some(endpoint) = options.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Self { client: Client::from_conf(config.build()), faults: options.faults }
    }

    /// Has the function of this name run with `event`. `Ok` means that it was taken, not that it has run; after an
    /// error it may have been taken all the same.
    pub async fn invoke<T: Serialize + Sync>(&self, function: &str, event: &T) -> Result<()> {
        let drop_response = match self.faults.check("lambda.invoke").await {
            Some(Fault::RefuseConnection) => {
                return Err(Error::Unavailable("fault point lambda.invoke".into()));
            }
            Some(Fault::DropResponse) => true,
            None => false,
        };
        let payload = serde_json::to_vec(event).map_err(Error::internal)?;
        let call = self.client.invoke().function_name(function);
        let call = call.invocation_type(InvocationType::Event).payload(Blob::new(payload));
        match call.send().await {
            Ok(_) if drop_response => Err(Error::Unavailable("the response was dropped".into())),
            Ok(_) => Ok(()),
            Err(error) => Err(Error::internal(error)),
        }
    }
}
