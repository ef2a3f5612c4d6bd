//! Asynchronous invocation of functions. Lambda runs accepted invocations later and retries failed ones.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::aws_request::{AwsService, AwsServiceOptions};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::fault::{Fault, FaultPoints};
use crate::ids::Ids;

/// The timeout of an invocation request.
const INVOKE_TIMEOUT: Duration = Duration::from_secs(5);
/// The characters that are escaped in a function's name: all except the unreserved ones of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The settings of an [`Invoker`].
pub struct InvokerOptions {
    /// An endpoint that replaces AWS's.
    pub endpoint: Option<String>,
    /// The AWS region.
    pub region: String,
    /// The AWS credentials.
    pub credentials: Credentials,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub ids: Arc<dyn Ids>,
    /// The fault point `lambda.invoke`.
    pub faults: FaultPoints,
}

/// Invokes other functions.
#[derive(Clone)]
pub struct Invoker {
    service: Arc<AwsService>,
    faults: FaultPoints,
}

impl std::fmt::Debug for Invoker {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Invoker")
    }
}

impl Invoker {
    /// Creates the client. It opens connections on demand.
    pub fn new(options: InvokerOptions) -> Self {
        let service = AwsService::new(AwsServiceOptions {
            name: "lambda",
            endpoint: options.endpoint,
            region: options.region,
            credentials: options.credentials,
            clock: options.clock,
            ids: options.ids,
            // A repeated invocation would run the function twice.
            attempts: 1,
            timeout: INVOKE_TIMEOUT,
        });
        Self { service: Arc::new(service), faults: options.faults }
    }

    /// Invokes a function with `event`.
    ///
    /// `Ok` means that Lambda accepted the invocation, not that the function has run. After an error, Lambda may have
    /// accepted it nevertheless.
    pub async fn invoke<T: Serialize + Sync>(&self, function: &str, event: &T) -> Result<()> {
        let drop_response = match self.faults.check("lambda.invoke").await {
            Some(Fault::RefuseConnection) => {
                return Err(Error::Unavailable("fault point lambda.invoke".into()));
            }
            Some(Fault::DropResponse) => true,
            None => false,
        };
        let payload = serde_json::to_vec(event).map_err(Error::internal)?;
        let name = utf8_percent_encode(function, ESCAPED);
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let headers = [("content-type", "application/json"), ("x-amz-invocation-type", "Event")];
        match self.service.post(&path, &headers, &payload).await {
            Ok(_) if drop_response => Err(Error::Unavailable("the response was dropped".into())),
            Ok(_) => Ok(()),
            Err(error) => Err(Error::internal(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::SystemClock;
    use crate::lambda::aws_request::tests::{NoJitter, Server};

    async fn invoke(server: &Server, function: &str) -> Result<()> {
        let invoker = Invoker::new(InvokerOptions {
            endpoint: Some(server.url.clone()),
            region: "eu-central-1".to_owned(),
            credentials: Credentials::new("AKID", "x", None, None, "test"),
            clock: Arc::new(SystemClock),
            ids: Arc::new(NoJitter),
            faults: FaultPoints::default(),
        });
        invoker.invoke(function, &json!({ "job": 1 })).await
    }

    #[tokio::test]
    async fn an_event_is_posted_to_the_functions_asynchronous_invocations() {
        let mut server = Server::start(&[(202, ""), (202, "")]).await;
        invoke(&server, "partyline-FetchMedia_1").await.unwrap();
        let request = server.request().await;
        let line = "POST /2015-03-31/functions/partyline-FetchMedia_1/invocations HTTP/1.1\r\n";
        assert!(request.starts_with(line), "{request}");
        assert!(request.contains("\r\nx-amz-invocation-type: Event\r\n"), "{request}");
        assert!(request.ends_with("\r\n\r\n{\"job\":1}"), "{request}");

        invoke(&server, "arn:aws:lambda:x:1:function:f").await.unwrap();
        let path = "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Ax%3A1%3Afunction%3Af/";
        assert!(server.request().await.starts_with(path));
    }

    #[tokio::test]
    async fn a_rejected_invocation_is_not_retried_and_its_error_has_the_reason() {
        let missing = r#"{"__type":"ResourceNotFoundException","Message":"no such function"}"#;
        for (answer, text) in [
            (
                (404, missing),
                "lambda responded with 404 Not Found: ResourceNotFoundException: no such function",
            ),
            ((503, ""), "lambda responded with 503 Service Unavailable: unknown error: "),
        ] {
            let server = Server::start(&[answer, (202, "")]).await;
            let error = invoke(&server, "f").await.unwrap_err();
            assert_eq!((error.status(), error.cause_chain()), (500, text.to_owned()));
            assert_eq!(server.further_requests(), 1);
        }
    }
}
