//! The OpenAPI document of the HTTP API, generated from the code. It also has schemas for live events and frames.

mod required_fields;

use std::collections::BTreeMap;

use serde::Serialize;
use shared::error::Error;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

use self::required_fields::RequiredFields;

/// The body of every error response (RFC 9457).
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`; `code` identifies the error.
    #[serde(rename = "type")]
    kind: String,
    /// A short summary of the kind of error.
    title: String,
    /// The HTTP status code.
    status: u16,
    /// What happened and what to do, in English.
    detail: String,
    /// The sentences of `detail`, in order, each with its key and values for translation.
    localized_detail: Vec<shared::localized::LocalizedTextView>,
    /// The error as a stable code.
    code: String,
    /// The current state of the conversation, on a conflict.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<shared::conversation::ConversationView>,
    /// Why the message cannot be sent.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<shared::sending::can_send::ReasonView>>,
}

/// The OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Partyline", description = "A messaging desk for Twilio"),
    paths(
        crate::sessions::sign_in::handle,
        crate::sessions::refresh::handle,
        crate::sessions::sign_out::handle,
        crate::users::create::handle,
        crate::conversations::list::handle,
        crate::conversations::get::handle,
        crate::conversations::start::handle,
        crate::conversations::update::handle,
        crate::conversations::mark_read::handle,
        crate::conversations::delete::handle,
        crate::messages::list::handle,
        crate::messages::get::handle,
        crate::messages::send::handle,
        crate::messages::retry::handle,
        crate::messages::check::handle,
        crate::consent::record::handle,
        crate::consent::list::handle,
        crate::messages::redact::handle,
        crate::media::get::handle,
        crate::media::retry::handle,
        crate::media::list::handle,
        crate::uploads::create::handle,
        crate::senders::list::handle,
        crate::numbers::check::handle,
        crate::quarantine::list::handle,
        crate::quarantine::release::handle,
        crate::quarantine::release_all::handle,
        crate::health::get::health,
        crate::sockets::issue_ticket::handle,
    ),
    components(schemas(
        Problem,
        shared::live_event::LiveEvent,
        shared::live_event::LiveFrame,
        shared::message::delivery_status::DeliveryStatus,
        shared::conversation::Filter,
        crate::sockets::receive_frame::ClientFrame,
    )),
    modifiers(&CommonResponses, &RequiredFields),
)]
#[derive(Debug)]
pub struct ApiDocument;

/// Adds the error response and, where it is required, the access token to each operation.
#[derive(Debug)]
struct CommonResponses;

/// The operations that need no access token.
const UNAUTHENTICATED_OPERATIONS: [&str; 4] =
    ["sign-in", "refresh-session", "sign-out", "get-health"];

impl Modify for CommonResponses {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = document.components.as_mut() {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
            components.add_security_scheme("access_token", SecurityScheme::Http(bearer.build()));
        }
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let id = operation.operation_id.as_deref().unwrap_or_default();
                if !UNAUTHENTICATED_OPERATIONS.contains(&id) {
                    let no_scopes: [&str; 0] = [];
                    operation.security =
                        Some(vec![SecurityRequirement::new("access_token", no_scopes)]);
                }
                operation
                    .responses
                    .responses
                    .insert("default".to_owned(), RefOr::T(problem_response()));
            }
        }
    }
}

fn problem_response() -> Response {
    let schema = utoipa::openapi::Ref::from_schema_name("Problem");
    ResponseBuilder::new()
        .description("Error; `detail` describes the cause")
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}

/// Returns the document as JSON, as it is served at `/openapi.json`.
pub fn json() -> Result<String, Error> {
    ApiDocument::openapi().to_pretty_json().map(|text| text + "\n").map_err(Error::internal)
}

/// Returns the texts for Twilio's error codes as JSON, by code, for translators.
pub fn twilio_codes() -> Result<String, Error> {
    let rows = shared::twilio_codes::all().map(|row| (row.code, row));
    to_pretty_json(&rows.collect::<BTreeMap<_, _>>())
}

/// Returns all localized texts and `extra` in English as JSON, by key, for translators.
pub fn localized_texts(extra: &[(&str, &str, &[&str])]) -> Result<String, Error> {
    let texts = shared::localized::ALL.iter().chain(extra);
    let english_by_key = texts.map(|(key, english, _)| (key, english));
    to_pretty_json(&english_by_key.collect::<BTreeMap<_, _>>())
}

/// Returns a value as indented JSON with a line feed at the end.
pub(crate) fn to_pretty_json(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Error::internal)
}
