//! Outbound messages: the create requests of the API, and Twilio's replies to keywords.

use std::time::Duration;

use super::carrier;
use super::extras::MessageExtras;
use super::keywords::Keyword;
use super::message::{Direction, Message, Status};
use super::state::SimulatorState;
use super::store::{messages, work};

/// A validated request to create a message.
#[derive(Debug, Clone)]
pub(super) struct CreateRequest {
    /// The recipient.
    pub(super) to: String,
    /// One of the account's senders.
    pub(super) from: String,
    /// The text.
    pub(super) body: String,
    /// The URL of status callbacks.
    pub(super) status_callback: Option<String>,
    /// What the message contains besides the text.
    pub(super) extras: MessageExtras,
    /// Whether the carrier delivers without delay.
    pub(super) hurried: bool,
    /// How long the message waits in the queue of its sender.
    pub(super) send_delay: Duration,
}

/// Accepts a message for a phone and stores it with its first step.
pub(super) fn accept(state: &SimulatorState, request: CreateRequest) -> rusqlite::Result<Message> {
    let mut message = state.new_message(Direction::Api, request.from, request.to, request.body);
    message.status_callback = request.status_callback;
    message.set_extras(request.extras);
    message.status = match (&message.extras.send_at, &message.extras.service) {
        (Some(_), _) => Status::Scheduled,
        (None, Some(_)) => Status::Accepted,
        (None, None) => Status::Queued,
    };
    let (due, step) = carrier::first_step(state, &message, request.hurried);
    let due = due.checked_add(request.send_delay).unwrap_or(due);
    state.store.transaction(|db| {
        messages::insert(db, &mut message)?;
        work::schedule(db, &message.sid, due, &step)
    })?;
    state.work_changed();
    Ok(message)
}

/// Sends Twilio's automatic reply to a keyword, which no webhook reports.
pub(super) fn reply_to_keyword(
    state: &SimulatorState,
    from: &str,
    to: &str,
    keyword: Keyword,
) -> rusqlite::Result<()> {
    let body = keyword.reply().to_owned();
    let mut message = state.new_message(Direction::Reply, from.to_owned(), to.to_owned(), body);
    let (due, step) = carrier::first_step(state, &message, false);
    state.store.transaction(|db| {
        messages::insert(db, &mut message)?;
        work::schedule(db, &message.sid, due, &step)
    })?;
    state.work_changed();
    Ok(())
}
