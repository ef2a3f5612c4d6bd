//! The endpoint of the WebSocket API, resolved once.

use std::sync::OnceLock;

use aws_sdk_apigatewaymanagement::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};

/// Resolves the endpoint at the first call and reuses it.
///
/// The SDK evaluates its rules, regular expressions included, for every call. The endpoint of a function never
/// changes.
#[derive(Debug, Default)]
pub(super) struct FixedEndpoint {
    rules: DefaultResolver,
    endpoint: OnceLock<Endpoint>,
}

impl ResolveEndpoint for FixedEndpoint {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        if let Some(endpoint) = self.endpoint.get() {
            return EndpointFuture::ready(Ok(endpoint.clone()));
        }
        EndpointFuture::new(async move {
            let resolved = ResolveEndpoint::resolve_endpoint(&self.rules, params).await?;
            Ok(self.endpoint.get_or_init(|| resolved).clone())
        })
    }
}
