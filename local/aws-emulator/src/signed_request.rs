//! Requests to the local AWS endpoints, signed as an AWS SDK signs them.

use std::net::SocketAddr;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use serde_json::Value;
use shared::clock::{Clock as _, SystemClock};

use crate::template::REGION;

/// A POST request to an AWS service.
pub(crate) struct SignedRequest<'a> {
    /// The address of the service.
    pub(crate) server: SocketAddr,
    /// The service's name in the signature.
    pub(crate) service: &'a str,
    /// The access key, which locally is the name of the calling function.
    pub(crate) caller: &'a str,
    /// The path.
    pub(crate) path: &'a str,
    /// Headers in addition to those of the signature.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub(crate) body: Value,
}

impl SignedRequest<'_> {
    /// Sends the request and returns the status and the body.
    ///
    /// A body that is not JSON is `null`.
    pub(crate) async fn send(self) -> (u16, Value) {
        let url = format!("http://{}{}", self.server, self.path);
        let body = self.body.to_string();
        let identity = Credentials::new(self.caller, "x", None, None, "test").into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(self.service)
            .time(SystemTime::from(SystemClock.now()))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = self.headers.iter().copied();
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", &url, headers.clone(), signable).unwrap();
        let (signature, _) = sign(signable, &parameters).unwrap().into_parts();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.post(&url).body(body);
        for (name, value) in headers.chain(signature.headers()) {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }
}
