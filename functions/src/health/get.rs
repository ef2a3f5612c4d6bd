//! `GET /api/health` returns `ok` and the version. It needs no sign-in.
//!
//! It is for monitoring and makes no other requests.

use futures_util::FutureExt;
use serde::Serialize;
use shared::lambda::{ContentEncoding, Handler, Response, Setup};
use utoipa::ToSchema;

use crate::app::Build;

/// The health of Partyline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The version of Partyline.
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
