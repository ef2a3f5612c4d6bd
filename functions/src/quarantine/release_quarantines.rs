//! `POST /api/quarantine/release`: all that waits for one reason, through its own doors again. Only an admin may.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use utoipa::ToSchema;

use super::release::readmitted;
use crate::app::{App, Build, people};
use crate::messages::receive::Desk;

/// How many kept things one request looks at.
const AT_ONCE: usize = 50;

/// What is to be tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantines {
    /// The reason, as the list has it.
    reason: String,
    /// Where to go on.
    #[serde(default)]
    cursor: Option<String>,
}

/// What became of one step: call again with the cursor until there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasedQuarantines {
    /// How many were released in this step.
    released: u32,
    /// How many stay, for they cannot be filed yet.
    kept: u32,
    /// Where to go on; null at the end.
    cursor: Option<String>,
}

/// What files, and the key of cursors.
#[derive(Debug)]
pub struct Hand {
    desk: Desk,
    key: InstallKey,
}

impl Hand {
    fn open(app: &App) -> Result<Self> {
        Ok(Self { desk: Desk::open(app)?, key: app.parameters.install_key()? })
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];
    people(setup, PARAMETERS, Hand::open, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/release", operation_id = "release-quarantines",
    request_body = ReleaseQuarantines,
    responses((status = 200, body = ReleasedQuarantines)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    hand: Arc<Hand>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.must_be_admin()?;
    let wanted: ReleaseQuarantines = request.json()?;
    let scope = format!("release\n{}", wanted.reason);
    let before = wanted.cursor.as_deref();
    let before = before.map(|text| cursor::decode(&hand.key, &scope, text)).transpose()?;
    let (items, next) = app.store.quarantined(before.as_deref(), AT_ONCE).await?;
    let (mut released, mut kept) = (0, 0);
    for item in items.iter().filter(|item| item.reason == wanted.reason) {
        match readmitted(&app, &hand.desk, item).await {
            Ok(_) => released += 1,
            Err(Error::Refused(_)) => kept += 1,
            Err(error) => return Err(error),
        }
    }
    let cursor = next.map(|next| cursor::encode(&hand.key, &scope, &next));
    Response::json(200, &ReleasedQuarantines { released, kept, cursor })
}
