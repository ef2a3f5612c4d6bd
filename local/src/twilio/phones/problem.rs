//! How the phones API says no: RFC 9457 problem details, with a `code` and its values for pages in other languages.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// A refused call, in a sentence for the person at the phone. The page has the same under `phones.refused`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(super) enum Problem {
    #[error("That is the desk's own number.")]
    OwnNumber,
    #[error("{given} is no phone number. Write it with its country, like +1 206 555 0123.")]
    NoPhoneNumber { given: String },
    #[error("{given} is no id of a person on Messenger. It has letters and digits only.")]
    NoPersonId { given: String },
    #[error("All hundred invented numbers are taken. Write one of your own.")]
    AllTaken,
    #[error("A name has at most {most} characters.")]
    NameTooLong { most: usize },
    #[error("No phone with the number {number} stands here.")]
    NoPhone { number: String },
    #[error("Airplane mode is on. Turn it off to send.")]
    AirplaneMode,
    #[error("The desk has no sender on this channel. Name one in .env.")]
    NoSender,
    #[error("Nobody answers at {number}.")]
    NobodyThere { number: String },
    #[error("A text has at most 1,600 characters.")]
    TextTooLong,
    #[error("A message has at most ten files.")]
    TooManyFiles,
    #[error("There is nothing to send.")]
    NothingToSend,
    #[error("A file was not kept. Choose it again.")]
    FileNotKept,
    #[error("The file is empty.")]
    FileEmpty,
    #[error("No file {sid} is kept here.")]
    NoFile { sid: String },
    #[error("The simulator's file twilio.db cannot be read or written.")]
    Broken,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPhone { .. } | Self::NoFile { .. } => StatusCode::NOT_FOUND,
            Self::AllTaken | Self::AirplaneMode => StatusCode::CONFLICT,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(problem: rusqlite::Error) -> Self {
        tracing::error!(%problem, "The simulator's file failed");
        Self::Broken
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        if let (Value::Object(body), Ok(Value::Object(more))) =
            (&mut body, serde_json::to_value(&self))
        {
            body.extend(more);
        }
        let mut response = (status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_catalogue_has_every_sentence_under_its_code() {
        let catalogue = include_str!("../../../../frontend/src/strings.ts");
        let named = |name: &str| format!("{{{name}}}");
        let (given, number, sid) = (named("given"), named("number"), named("sid"));
        let all = [
            Problem::OwnNumber,
            Problem::NoPhoneNumber { given: given.clone() },
            Problem::NoPersonId { given },
            Problem::AllTaken,
            Problem::NameTooLong { most: 77 },
            Problem::NoPhone { number: number.clone() },
            Problem::AirplaneMode,
            Problem::NoSender,
            Problem::NobodyThere { number },
            Problem::TextTooLong,
            Problem::TooManyFiles,
            Problem::NothingToSend,
            Problem::FileNotKept,
            Problem::FileEmpty,
            Problem::NoFile { sid },
            Problem::Broken,
        ];
        for problem in all {
            let english = problem.to_string().replace("77", &named("most"));
            let code = serde_json::to_value(&problem).unwrap()["code"].as_str().unwrap().to_owned();
            let line = |quote: char| format!("{code}: {quote}{english}{quote}");
            assert!(
                [line('\''), line('"')].iter().any(|line| catalogue.contains(line)),
                "{}",
                line('\'')
            );
        }
    }
}
