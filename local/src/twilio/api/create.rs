//! `POST …/Messages.json`: a message for a phone.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::refusal::Refusal;
use super::{authorize, resource};
use crate::twilio::exchange::{Exchange, Order};
use crate::twilio::line::Line;
use crate::twilio::message::Message;
use crate::twilio::number;
use crate::twilio::observed::CreateSeen;
use crate::twilio::rule::Call;
use crate::twilio::script::CreateFault;
use crate::twilio::store::{phones, work};

/// Creates a message, or refuses to, as Twilio would or as the script says.
pub(super) async fn create(
    State(exchange): State<Arc<Exchange>>,
    Path(account): Path<String>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    authorize(&exchange, &account, &headers)?;
    let form = Form::parse(&body);
    let to = form.get("To").and_then(number::parse).unwrap_or_default();
    let text = form.get("Body").unwrap_or_default();
    let call = Call { number: &to, body: text, status: None };
    let fault = exchange.script.create_meets(call, exchange.now());

    let seen = |sid| CreateSeen { to: to.clone(), body: text.to_owned(), sid };
    match fault {
        Some(CreateFault::Answer { status }) => {
            exchange.observed.create(seen(None));
            return Err(Refusal::scripted(status));
        }
        Some(CreateFault::Cut) => {
            exchange.observed.create(seen(None));
            line.cut();
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Some(CreateFault::Slow { by }) => exchange.clock.sleep(by).await,
        _ => {}
    }
    let accepted = check(&exchange, &form).and_then(|order| {
        let hurried = fault == Some(CreateFault::CallbacksFirst);
        Ok(exchange.accept(Order { hurried, ..order })?)
    });
    exchange.observed.create(seen(accepted.as_ref().ok().map(|message| message.sid.clone())));
    let message = accepted?;
    hold_answer(&exchange, &line, &message, fault).await;
    let answer = Json(resource::resource(&exchange.account_sid, &message));
    Ok((StatusCode::CREATED, answer).into_response())
}

/// What the script does to the answer of an accepted message.
async fn hold_answer(
    exchange: &Exchange,
    line: &Line,
    message: &Message,
    fault: Option<CreateFault>,
) {
    match fault {
        Some(CreateFault::LoseAnswer) => line.cut(),
        Some(CreateFault::Stall) => {
            let mut stopping = exchange.stopping.subscribe();
            // Ends with the caller's patience, or with the simulator.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            line.cut();
        }
        Some(CreateFault::AnswerLate { by }) => exchange.clock.sleep(by).await,
        Some(CreateFault::CallbacksFirst) => all_posted(exchange, message).await,
        _ => {}
    }
}

/// Completes when nothing is left to do for the message.
async fn all_posted(exchange: &Exchange, message: &Message) {
    let mut left = exchange.left.subscribe();
    // Asked between two looks at the count, never during one: whoever counts holds the store.
    while exchange.store.with(|db| work::is_left_for(db, &message.sid)).unwrap_or(false) {
        if left.changed().await.is_err() {
            return;
        }
    }
}

/// A call's form. Of a repeated field the last counts.
struct Form(HashMap<String, String>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Twilio's rules for a new message, in its order.
fn check(exchange: &Exchange, form: &Form) -> Result<Order, Refusal> {
    let to = recipient(form)?;
    if form.get("MessagingServiceSid").is_some() {
        return Err(Refusal::bad(21701, "The Messaging Service resource does not exist."));
    }
    let from = sender(exchange, form)?;
    if to == from {
        return Err(Refusal::bad(21266, "'To' and 'From' number cannot be the same"));
    }
    if form.get("MediaUrl").is_some() || form.get("ContentSid").is_some() {
        return Err(Refusal::bad(21620, "Invalid media URL(s): this network carries text only."));
    }
    let body = form.get("Body").ok_or_else(|| Refusal::bad(21602, "Message body is required."))?;
    if body.chars().count() > 1600 {
        let message = "The concatenated message body exceeds the 1600 character limit.";
        return Err(Refusal::bad(21617, message));
    }
    let status_callback = form.get("StatusCallback").map(callback).transpose()?;
    if exchange.store.with(|db| phones::has_opted_out(db, &to, &from))? {
        return Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient"));
    }
    Ok(Order { to, from, body: body.to_owned(), status_callback, hurried: false })
}

fn recipient(form: &Form) -> Result<String, Refusal> {
    let given =
        form.get("To").ok_or_else(|| Refusal::bad(21604, "A 'To' phone number is required."))?;
    let invalid =
        || Refusal::bad(21211, format!("The 'To' number {given} is not a valid phone number."));
    let to = number::parse(given).ok_or_else(invalid)?;
    match to.as_str() {
        "+15005550001" => Err(invalid()),
        "+15005550002" => {
            Err(Refusal::bad(21612, "The 'To' phone number cannot be reached from this 'From'."))
        }
        "+15005550003" => Err(Refusal::bad(
            21408,
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
        )),
        "+15005550004" => Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient")),
        "+15005550009" => {
            Err(Refusal::bad(21614, format!("'To' number {to} is not a valid mobile number")))
        }
        _ => Ok(to),
    }
}

fn sender(exchange: &Exchange, form: &Form) -> Result<String, Refusal> {
    let given = form
        .get("From")
        .ok_or_else(|| Refusal::bad(21603, "A 'From' phone number is required."))?;
    let invalid =
        || Refusal::bad(21212, format!("The 'From' number {given} is not a valid phone number."));
    let from = number::parse(given).ok_or_else(invalid)?;
    match from.as_str() {
        "+15005550001" => Err(invalid()),
        "+15005550006" => Ok(from),
        "+15005550008" => Err(Refusal::bad(
            21611,
            "This 'From' number has exceeded the maximum number of queued messages.",
        )),
        _ if exchange.numbers.contains(&from) => Ok(from),
        _ => Err(Refusal::bad(
            21606,
            format!(
                "The 'From' phone number {from} is not a valid, message-capable Twilio phone number for this account."
            ),
        )),
    }
}

/// An absolute web address whose host has no underscore.
fn callback(given: &str) -> Result<String, Refusal> {
    let legal = Url::parse(given).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.contains('_'))
    });
    if legal {
        return Ok(given.to_owned());
    }
    Err(Refusal::bad(21609, format!("The 'StatusCallback' URL {given} is not a valid URL.")))
}
