//! `GET /api/health`: for monitors, without signing in. It touches nothing.

use futures_util::FutureExt;
use serde::Serialize;
use shared::lambda::{ContentEncoding, Handler, Response, Setup};
use utoipa::ToSchema;

use crate::app::Build;

/// How the program is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Builds the function.
pub fn build(_setup: Setup) -> Build {
    async {
        let handler: Handler = std::sync::Arc::new(|_event, _context| {
            async { Ok(health()?.into_event(ContentEncoding::Identity)) }.boxed()
        });
        Ok(handler)
    }
    .boxed()
}

#[utoipa::path(
    get, path = "/api/health", operation_id = "get-health",
    responses((status = 200, body = Health)),
)]
pub(crate) fn health() -> shared::error::Result<Response> {
    Response::json(200, &Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
