//! `POST …/Messages.json`: a message for a phone.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::form::Form;
use super::order::check;
use super::refusal::Refusal;
use super::{authorize, resource};
use crate::twilio::address;
use crate::twilio::exchange::{Exchange, Order};
use crate::twilio::line::Line;
use crate::twilio::message::Message;
use crate::twilio::observed::CreateSeen;
use crate::twilio::rule::Call;
use crate::twilio::script::CreateFault;
use crate::twilio::store::work;

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
    let to = form.get("To").and_then(address::parse).unwrap_or_default();
    let text = form.get("Body").unwrap_or_default();
    let call = Call { number: &to, body: text, status: None };
    let fault = exchange.script.create_meets(call, exchange.now());

    let seen = |sid| CreateSeen {
        to: to.clone(),
        body: text.to_owned(),
        sid,
        at: exchange.now().as_millisecond(),
    };
    match fault {
        Some(CreateFault::Answer { status }) => {
            exchange.observed.create(seen(None));
            return Err(Refusal::scripted(status));
        }
        Some(CreateFault::Busy { seconds }) => {
            exchange.observed.create(seen(None));
            return Err(Refusal::busy(seconds));
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
        let wait = if hurried { Duration::ZERO } else { queue(&exchange, &order)? };
        Ok(exchange.accept(Order { hurried, wait, ..order })?)
    });
    exchange.observed.create(seen(accepted.as_ref().ok().map(|message| message.sid.clone())));
    let message = accepted?;
    hold_answer(&exchange, &line, &message, fault).await;
    let answer = Json(resource::resource(&exchange.account_sid, &message));
    Ok((StatusCode::CREATED, answer).into_response())
}

/// How long the message waits for those that its sender sends before.
fn queue(exchange: &Exchange, order: &Order) -> Result<Duration, Refusal> {
    if order.more.send_at.is_some() {
        return Ok(Duration::ZERO);
    }
    let (now, interval) = (exchange.now(), exchange.script.limits().interval);
    let turn = exchange.traffic.turn(&order.from, now, interval).ok_or_else(Refusal::full)?;
    Ok(Duration::try_from(turn.duration_since(now)).unwrap_or_default())
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
