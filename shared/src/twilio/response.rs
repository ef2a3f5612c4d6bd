//! Responses of Twilio's REST API, and their conversion to results and errors.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

use super::error::{ClientError, CreateError, CreatedMessage};
use super::message_list::{MessageEntry, MessageListPage};
use crate::message::delivery_status::DeliveryStatus;
use crate::sid::{MediaSid, MessageSid};

/// An HTTP response with its whole body.
pub(super) struct ApiResponse {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

/// The error of a request without a response.
pub(super) enum NoResponse {
    /// There was no connection, so Twilio did not process the request.
    NotProcessed,
    /// Twilio may have processed the request.
    Unanswered(String),
}

/// A response that is not a success.
enum ErrorResponse {
    Busy { retry_after: Option<Duration> },
    Rejected { code: u32, message: String },
    Invalid(String),
}

#[derive(Deserialize)]
struct ErrorBody {
    code: Option<u32>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct CreatedBody {
    sid: MessageSid,
    #[serde(default)]
    status: String,
    num_segments: Option<String>,
}

/// The media list of a message.
#[derive(Deserialize)]
struct MediaListBody {
    media_list: Vec<MediaEntry>,
}

/// A media resource of a message.
#[derive(Deserialize)]
pub(super) struct MediaEntry {
    pub(super) sid: MediaSid,
    pub(super) content_type: Option<String>,
}

/// Sends a request and reads the whole response.
pub(super) async fn send(request: RequestBuilder) -> Result<ApiResponse, NoResponse> {
    let response = request.send().await.map_err(|error| {
        if error.is_connect() {
            NoResponse::NotProcessed
        } else {
            NoResponse::Unanswered(error.without_url().to_string())
        }
    })?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs));
    let body = response.bytes().await;
    let body =
        body.map_err(|error| NoResponse::Unanswered(error.without_url().to_string()))?.to_vec();
    Ok(ApiResponse { status, retry_after, body })
}

impl ApiResponse {
    /// Parses the created message.
    pub(super) fn parse_created(&self) -> Result<CreatedMessage, CreateError> {
        let body: CreatedBody = self.parse()?;
        Ok(CreatedMessage {
            sid: body.sid,
            status: DeliveryStatus::parse_or_queued(&body.status),
            num_segments: body.num_segments.and_then(|text| text.parse().ok()),
        })
    }

    /// Parses one page of messages.
    pub(super) fn parse_page(&self) -> Result<MessageListPage, ClientError> {
        Ok(self.parse()?)
    }

    /// Parses one message.
    pub(super) fn parse_message(&self) -> Result<MessageEntry, ClientError> {
        Ok(self.parse()?)
    }

    /// Parses the media list of a message.
    pub(super) fn parse_media(&self) -> Result<Vec<MediaEntry>, ClientError> {
        let list: MediaListBody = self.parse()?;
        Ok(list.media_list)
    }

    /// Checks that the response is a success. Its body is ignored.
    pub(super) fn check_success(&self) -> Result<(), ClientError> {
        if self.status.is_success() { Ok(()) } else { Ok(self.parse()?) }
    }

    fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, ErrorResponse> {
        if self.status.is_success() {
            return serde_json::from_slice(&self.body).map_err(|error| {
                ErrorResponse::Invalid(format!("{} with an invalid body: {error}", self.status))
            });
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(ErrorResponse::Busy { retry_after: self.retry_after });
        }
        // A proxy that sends 408 may have forwarded the request.
        if !self.status.is_client_error() || self.status == StatusCode::REQUEST_TIMEOUT {
            return Err(ErrorResponse::Invalid(self.status.to_string()));
        }
        let error_body: Option<ErrorBody> = serde_json::from_slice(&self.body).ok();
        let (code, message) = error_body.map_or((None, None), |body| (body.code, body.message));
        Err(ErrorResponse::Rejected {
            code: code.unwrap_or_else(|| u32::from(self.status.as_u16())),
            message: message.unwrap_or_else(|| self.status.to_string()),
        })
    }
}

impl From<NoResponse> for CreateError {
    fn from(error: NoResponse) -> Self {
        match error {
            NoResponse::NotProcessed => Self::NotProcessed { retry_after: None },
            NoResponse::Unanswered(reason) => Self::Ambiguous(reason),
        }
    }
}

impl From<NoResponse> for ClientError {
    fn from(error: NoResponse) -> Self {
        match error {
            NoResponse::NotProcessed => Self::NotProcessed { retry_after: None },
            NoResponse::Unanswered(reason) => Self::Failed(reason),
        }
    }
}

impl From<ErrorResponse> for CreateError {
    fn from(error: ErrorResponse) -> Self {
        match error {
            ErrorResponse::Busy { retry_after } => Self::NotProcessed { retry_after },
            ErrorResponse::Rejected { code, message } => Self::Rejected { code, message },
            ErrorResponse::Invalid(reason) => Self::Ambiguous(reason),
        }
    }
}

impl From<ErrorResponse> for ClientError {
    fn from(error: ErrorResponse) -> Self {
        match error {
            ErrorResponse::Busy { retry_after } => Self::NotProcessed { retry_after },
            ErrorResponse::Rejected { code, message } => Self::Rejected { code, message },
            ErrorResponse::Invalid(reason) => Self::Failed(reason),
        }
    }
}
