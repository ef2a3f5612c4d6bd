//! `GET /api/quarantine` returns a page of quarantined requests, the newest first. Admins only.

use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::LocalizedTextView;
use shared::store::QuarantineEntry;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated};
use crate::paging::parse_limit;
use crate::webhooks::quarantine::{body_text, full_body};

/// The length of a body in the response, in bytes. With 100 entries, and six bytes for each after JSON escaping, the
/// response stays below Lambda's 6 MB.
const MAX_SHOWN_BODY: usize = 8 * 1024;

/// A quarantined request.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineItem {
    /// The ID of the quarantine entry.
    quarantine_id: String,
    /// The reason as a stable code.
    reason: String,
    /// The reason in English.
    detail: String,
    /// `detail` as a localized text.
    localized_detail: Option<LocalizedTextView>,
    /// The path of the request.
    path: String,
    /// The `Content-Type` header.
    content_type: Option<String>,
    /// How many times the request was received.
    count: u64,
    /// When it was first received.
    #[schema(value_type = String, format = DateTime)]
    date_created: String,
    /// When it was last received.
    #[schema(value_type = String, format = DateTime)]
    date_updated: String,
    /// The beginning of the body as text, at most 8 KB. Invalid UTF-8 is replaced.
    body: String,
    /// The length of the whole body, in bytes.
    length: u64,
    /// The SHA-256 of the whole body, hex.
    hash: String,
    /// Whether the request was too large to store in full, so that it cannot be released.
    truncated: bool,
    /// Whether the Twilio signature is valid.
    signed: bool,
}

/// A page of quarantined requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineList {
    /// The requests, the newest first.
    items: Vec<QuarantineItem>,
    /// The cursor of the next page; null at the end.
    cursor: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(
        setup,
        Needs::parameters(&[Parameter::Install]),
        |app| app.parameters.install_key(),
        handle,
    )
}

#[utoipa::path(
    get, path = "/api/quarantine", operation_id = "list-quarantine",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = QuarantineList)),
)]
pub(crate) async fn handle(
    Cx { app, state: key, caller }: Cx<InstallKey, Caller>,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    request.reject_unknown_query(&["cursor", "limit"])?;
    let limit = parse_limit(&request, 20)?;
    let before = request.query_param("cursor");
    let before = before.map(|text| cursor::decode(&key, "quarantine", text)).transpose()?;
    let (items, next) = app.store.list_quarantine(before.as_deref(), limit).await?;
    Response::json(
        200,
        &QuarantineList {
            items: items.iter().map(to_item).collect(),
            cursor: next.map(|next| cursor::encode(&key, "quarantine", &next)),
        },
    )
}

fn to_item(entry: &QuarantineEntry) -> QuarantineItem {
    QuarantineItem {
        quarantine_id: entry.id.clone(),
        reason: entry.reason.clone(),
        detail: entry.detail.clone(),
        localized_detail: entry.localized_detail.clone(),
        path: entry.path.clone(),
        content_type: entry.content_type.clone(),
        count: entry.count,
        date_created: entry.created_at.to_string(),
        date_updated: entry.updated_at.to_string(),
        body: body_text(entry, MAX_SHOWN_BODY),
        length: entry.length,
        hash: entry.hash.clone(),
        truncated: full_body(entry).is_none(),
        signed: entry.signed,
    }
}
