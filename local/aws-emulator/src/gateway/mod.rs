//! API Gateway: the page, the HTTP API and the WebSocket API on one port, with AWS's limits and errors.
//!
//! - [`routes`], [`request`], [`response`]: the HTTP API, payload format 2.0.
//! - [`socket`]: the WebSocket API and `@connections`.
//! - [`static_files`]: the page. [`bucket_proxy`]: the bucket. [`hosts`]: the accepted host names.

pub mod bucket_proxy;
pub mod hosts;
pub mod request;
pub mod response;
pub mod routes;
pub mod socket;
pub mod static_files;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use shared::clock::Clock;
use shared::ids::Ids;

use crate::lambda::{FunctionHost, InvokeError};
use crate::template::Template;
use bucket_proxy::BucketProxy;
use hosts::Hosts;
use request::RequestContext;
use response::{gateway_error, to_response};
use routes::{RouteMatch, Routes};
use socket::Sockets;
use static_files::StaticFiles;

/// The maximum size of a request body.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The maximum size of all header lines together.
const HEADER_LIMIT: usize = 10_240;
/// The maximum time of an invocation, whatever the function's own timeout is.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// The options of the gateway.
pub struct GatewayOptions<'a> {
    /// The template with the routes.
    pub template: &'a Template,
    /// The functions that the routes invoke.
    pub functions: Arc<FunctionHost>,
    /// The WebSocket API, served at `/ws`.
    pub sockets: Option<Sockets>,
    /// Routes in addition to those of the template.
    pub extra_routes: Option<Router>,
    /// The bucket, served at `/media` and `/uploads`.
    pub bucket: Option<BucketProxy>,
    /// The folder of the page, which contains `dist` once it is built.
    pub page_dir: &'a Path,
    /// The host names that are accepted.
    pub hosts: Hosts,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of request IDs.
    pub ids: Arc<dyn Ids>,
}

struct GatewayState {
    api_id: String,
    routes: Routes,
    functions: Arc<FunctionHost>,
    files: StaticFiles,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    port: u16,
}

/// Returns the router of the port.
///
/// `port` is the port number in events.
pub fn router(options: GatewayOptions<'_>, port: u16) -> Router {
    let api = options.template.http_api.as_ref();
    let state = GatewayState {
        api_id: api.map(|api| api.id.clone()).unwrap_or_default(),
        routes: Routes::from_template(options.template),
        functions: options.functions,
        files: StaticFiles::new(options.page_dir),
        clock: options.clock,
        ids: options.ids,
        port,
    };
    let mut router: Router<Arc<GatewayState>> = Router::new();
    if let Some(sockets) = options.sockets {
        router = router.route("/ws", get(socket::upgrade).with_state(sockets));
    }
    if let Some(proxy) = options.bucket {
        let proxy_route = axum::routing::any(bucket_proxy::serve).with_state(proxy);
        router = router
            .route("/media/{*key}", proxy_route.clone())
            .route("/uploads/{*key}", proxy_route);
    }
    let mut router = router.fallback(serve).with_state(Arc::new(state));
    if let Some(extra_routes) = options.extra_routes {
        router = router.merge(extra_routes);
    }
    router.layer(from_fn_with_state(options.hosts, require_known_host))
}

async fn require_known_host(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.accept(request.headers()) {
        next.run(request).await
    } else {
        gateway_error(StatusCode::FORBIDDEN, "Forbidden")
    }
}

async fn serve(
    State(state): State<Arc<GatewayState>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match state.routes.match_route(request.method().as_str(), request.uri().path()) {
        Some(route) => state.invoke(&route, from, request).await,
        None => match state.files.serve(request).await {
            Some(file) => file,
            None => gateway_error(StatusCode::NOT_FOUND, "Not Found"),
        },
    }
}

impl GatewayState {
    async fn invoke(
        &self,
        route: &RouteMatch,
        from: SocketAddr,
        request: Request<Body>,
    ) -> Response {
        let (parts, body) = request.into_parts();
        if header_size(&parts.headers) > HEADER_LIMIT {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return gateway_error(status, "Request Header Fields Too Large");
        }
        let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
            return gateway_error(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let context = RequestContext {
            api_id: &self.api_id,
            now: self.clock.now(),
            source_ip: from.ip(),
            port: self.port,
            random: self.ids.random(),
        };
        let event = request::event(&parts, &body, route, &context);
        tokio::select! {
            outcome = self.functions.invoke(&route.function, event) => match outcome {
                Ok(value) => to_response(&value),
                Err(InvokeError::Unknown(_)) => {
                    gateway_error(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
                }
                Err(_) => gateway_error(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            },
            () = self.clock.sleep(INTEGRATION_LIMIT) => {
                gateway_error(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out")
            }
        }
    }
}

fn header_size(headers: &HeaderMap) -> usize {
    // Each line has its `: ` and its end.
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}
