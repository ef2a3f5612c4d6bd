//! What comes back from Twilio's REST API, and what to think of it.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

use super::client::{ClientError, CreateError, Created};
use super::listed::{Entry, Page};
use crate::sid::{MediaSid, MessageSid};
use crate::status::MessageStatus;

/// An HTTP answer, read to its end.
pub(super) struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

/// A request without an answer.
pub(super) enum Lost {
    /// No connection, so Twilio has not seen it.
    NotProcessed,
    /// Twilio may have seen it.
    Unanswered(String),
}

/// What an answer that is no success says.
enum Complaint {
    Busy { retry_after: Option<Duration> },
    Refusal { code: u32, message: String },
    Senseless(String),
}

#[derive(Deserialize)]
struct Problem {
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

/// The files of a message.
#[derive(Deserialize)]
struct MediaList {
    media_list: Vec<File>,
}

/// One of them.
#[derive(Deserialize)]
pub(super) struct File {
    pub(super) sid: MediaSid,
    pub(super) content_type: Option<String>,
}

/// Sends `request` and reads the whole answer.
pub(super) async fn answered(request: RequestBuilder) -> Result<Answer, Lost> {
    let response = request.send().await.map_err(|error| {
        if error.is_connect() {
            Lost::NotProcessed
        } else {
            Lost::Unanswered(error.without_url().to_string())
        }
    })?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs));
    let body = response.bytes().await;
    let body = body.map_err(|error| Lost::Unanswered(error.without_url().to_string()))?.to_vec();
    Ok(Answer { status, retry_after, body })
}

impl Answer {
    /// The message that was created.
    pub(super) fn created(&self) -> Result<Created, CreateError> {
        let body: CreatedBody = self.read()?;
        Ok(Created {
            sid: body.sid,
            status: status(&body.status),
            num_segments: body.num_segments.and_then(|text| text.parse().ok()),
        })
    }

    /// One page of messages.
    pub(super) fn page(&self) -> Result<Page, ClientError> {
        Ok(self.read()?)
    }

    /// One message.
    pub(super) fn entry(&self) -> Result<Entry, ClientError> {
        Ok(self.read()?)
    }

    /// The files of a message.
    pub(super) fn files(&self) -> Result<Vec<File>, ClientError> {
        let list: MediaList = self.read()?;
        Ok(list.media_list)
    }

    /// That it is done, without a word.
    pub(super) fn done(&self) -> Result<(), ClientError> {
        if self.status.is_success() { Ok(()) } else { Ok(self.read()?) }
    }

    fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Complaint> {
        if self.status.is_success() {
            return serde_json::from_slice(&self.body).map_err(|error| {
                Complaint::Senseless(format!(
                    "{} with a body that is not as promised: {error}",
                    self.status
                ))
            });
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Complaint::Busy { retry_after: self.retry_after });
        }
        // 408 comes from a proxy that may have passed the request on.
        if !self.status.is_client_error() || self.status == StatusCode::REQUEST_TIMEOUT {
            return Err(Complaint::Senseless(self.status.to_string()));
        }
        let problem: Option<Problem> = serde_json::from_slice(&self.body).ok();
        let (code, message) = problem.map_or((None, None), |p| (p.code, p.message));
        Err(Complaint::Refusal {
            code: code.unwrap_or_else(|| u32::from(self.status.as_u16())),
            message: message.unwrap_or_else(|| self.status.to_string()),
        })
    }
}

/// Twilio's word for a status. Should Twilio invent one, the message is at least queued.
pub(super) fn status(word: &str) -> MessageStatus {
    MessageStatus::parse(word).unwrap_or(MessageStatus::Queued)
}

impl From<Lost> for CreateError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotProcessed => Self::NotProcessed { retry_after: None },
            Lost::Unanswered(why) => Self::Ambiguous(why),
        }
    }
}

impl From<Lost> for ClientError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotProcessed => Self::NotProcessed { retry_after: None },
            Lost::Unanswered(why) => Self::Failed(why),
        }
    }
}

impl From<Complaint> for CreateError {
    fn from(complaint: Complaint) -> Self {
        match complaint {
            Complaint::Busy { retry_after } => Self::NotProcessed { retry_after },
            Complaint::Refusal { code, message } => Self::Refused { code, message },
            Complaint::Senseless(why) => Self::Ambiguous(why),
        }
    }
}

impl From<Complaint> for ClientError {
    fn from(complaint: Complaint) -> Self {
        match complaint {
            Complaint::Busy { retry_after } => Self::NotProcessed { retry_after },
            Complaint::Refusal { code, message } => Self::Refused { code, message },
            Complaint::Senseless(why) => Self::Failed(why),
        }
    }
}
