//! The client that posts frames to sockets.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::{
    BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_sdk_apigatewaymanagement::error::SdkError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;

use super::endpoint::FixedEndpoint;
use crate::fault::{Fault, FaultPoints};

/// The timeout of a post. A lost frame is corrected by the next resync.
const POST_TIMEOUT: Duration = Duration::from_secs(2);

/// The outcome of posting a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostOutcome {
    /// The frame was delivered to the socket.
    Delivered,
    /// The socket no longer exists (410).
    Gone,
    /// The post was throttled, failed or timed out; the frame is lost.
    Dropped,
}

/// The settings of a [`SocketClient`].
pub struct SocketClientOptions {
    /// The management endpoint of the WebSocket API.
    pub endpoint: String,
    /// The AWS region.
    pub region: String,
    /// The AWS credentials.
    pub credentials: Credentials,
    /// The fault point `socket.post`.
    pub faults: FaultPoints,
}

/// Posts frames to sockets.
#[derive(Clone)]
pub struct SocketClient {
    client: Client,
    faults: FaultPoints,
}

impl std::fmt::Debug for SocketClient {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SocketClient")
    }
}

impl SocketClient {
    /// Creates the client. It opens connections on demand.
    pub fn new(options: SocketClientOptions) -> Self {
        let config = aws_sdk_apigatewaymanagement::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(options.region))
            .credentials_provider(options.credentials)
            .endpoint_url(options.endpoint)
            .endpoint_resolver(FixedEndpoint::default())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(POST_TIMEOUT).build())
            .build();
        Self { client: Client::from_conf(config), faults: options.faults }
    }

    /// Posts a frame to a socket.
    ///
    /// Repeats the call once if no response came: while a function is frozen, idle connections to AWS are closed, and the
    /// first call after it meets a closed one. A frame that arrives twice changes nothing more.
    pub async fn post(&self, connection: &str, frame: &str) -> PostOutcome {
        match self.faults.check("socket.post").await {
            Some(Fault::RefuseConnection | Fault::DropResponse) => return PostOutcome::Dropped,
            None => {}
        }
        let call = self.client.post_to_connection().connection_id(connection);
        let call = call.data(Blob::new(frame.as_bytes()));
        let result = match call.clone().send().await {
            Err(SdkError::DispatchFailure(failure)) if !failure.is_timeout() => call.send().await,
            result => result,
        };
        match result {
            Ok(_) => PostOutcome::Delivered,
            Err(error) => {
                let status = error.raw_response().map(|response| response.status().as_u16());
                let gone = status == Some(410)
                    || error
                        .as_service_error()
                        .is_some_and(PostToConnectionError::is_gone_exception);
                if gone { PostOutcome::Gone } else { PostOutcome::Dropped }
            }
        }
    }
}
