//! `GET /api/quarantine`: what could not be filed, the newest first. Only an admin may.

use std::sync::Arc;

use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences::SentenceView;
use shared::store::Quarantined;
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::messages::webhook::{readable, whole};
use crate::paging::limit;

/// One thing in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineItem {
    /// Its id.
    quarantine_id: String,
    /// Why it is here, a stable word.
    reason: String,
    /// Why it is here, a sentence.
    detail: String,
    /// The same by its key; null for what was kept before sentences had keys.
    sentence: Option<SentenceView>,
    /// The path that it came to.
    path: String,
    /// Its content type.
    content_type: Option<String>,
    /// How often it came.
    count: u64,
    /// When it came first.
    #[schema(value_type = String, format = DateTime)]
    date_created: String,
    /// When it came last.
    #[schema(value_type = String, format = DateTime)]
    date_updated: String,
    /// The request's body.
    raw: String,
    /// Whether the body was longer than what is kept.
    truncated: bool,
    /// Whether Twilio's signature was right.
    signed: bool,
}

/// A page of quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineList {
    /// The newest first.
    items: Vec<QuarantineItem>,
    /// Where the next page begins; null at the end.
    cursor: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Install], |app| app.parameters.install_key(), handle)
}

#[utoipa::path(
    get, path = "/api/quarantine", operation_id = "list-quarantine",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = QuarantineList)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    key: Arc<InstallKey>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.must_be_admin()?;
    request.only_query(&["cursor", "limit"])?;
    let limit = limit(&request, 20)?;
    let before = request.query("cursor");
    let before = before.map(|text| cursor::decode(&key, "quarantine", text)).transpose()?;
    let (items, next) = app.store.quarantined(before.as_deref(), limit).await?;
    Response::json(
        200,
        &QuarantineList {
            items: items.iter().map(item).collect(),
            cursor: next.map(|next| cursor::encode(&key, "quarantine", &next)),
        },
    )
}

fn item(kept: &Quarantined) -> QuarantineItem {
    QuarantineItem {
        quarantine_id: kept.id.clone(),
        reason: kept.reason.clone(),
        detail: kept.detail.clone(),
        sentence: kept.sentence.clone(),
        path: kept.path.clone(),
        content_type: kept.content_type.clone(),
        count: kept.count,
        date_created: kept.created.to_string(),
        date_updated: kept.updated.to_string(),
        raw: readable(kept),
        truncated: whole(kept).is_none(),
        signed: kept.signed,
    }
}
