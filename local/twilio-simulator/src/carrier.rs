//! The carrier: moves outbound messages through their statuses and schedules the callbacks.

use std::time::Duration;

use jiff::Timestamp;

use super::address::Channel;
use super::message::{Message, Status};
use super::phone_event::PhoneEvent;
use super::rule::Call;
use super::script::CallbackFault;
use super::state::SimulatorState;
use super::store::work::{self, Post, Task, TaskKind};
use super::store::{messages, phones};
use super::streams::event;
use super::webhook;

/// How long after a customer's last message a free-form message is delivered.
const MESSAGING_WINDOW: Duration = Duration::from_hours(24);

/// Returns the first task of an accepted message and when it is due.
pub(super) fn first_step(
    state: &SimulatorState,
    message: &Message,
    hurried: bool,
) -> (Timestamp, TaskKind) {
    let extras = &message.extras;
    if let Some(at) = extras.send_at {
        return (at, TaskKind::AdvanceStatus { to: Status::Queued, hurried });
    }
    let now = state.now();
    if extras.service.is_some() && message.status == Status::Accepted {
        return (now, TaskKind::AdvanceStatus { to: Status::Queued, hurried });
    }
    if !extras.media_urls.is_empty() {
        return (now, TaskKind::FetchMedia { hurried });
    }
    let due = if hurried { now } else { state.after(state.script.pace().sending) };
    (due, TaskKind::AdvanceStatus { to: Status::Sending, hurried })
}

/// Changes the status of the task's message to `to` and schedules the next task.
pub(super) fn advance(
    state: &SimulatorState,
    task: &Task,
    to: Status,
    hurried: bool,
) -> rusqlite::Result<()> {
    let Some(mut message) = state.store.with(|db| messages::find(db, &task.sid))? else {
        return state.store.with(|db| work::complete(db, task.id));
    };
    let pace = state.script.pace();
    let due_after = |duration| if hurried { state.now() } else { state.after(duration) };
    message.updated_at = state.now();
    let rejection = if to == Status::Sending { rejection_code(state, &message)? } else { None };
    let next = match to {
        Status::Queued => {
            message.status = to;
            message.extras.send_at = None;
            Some(first_step(state, &message, hurried))
        }
        Status::Sending if rejection.is_some() => {
            message.status = Status::Failed;
            message.error_code = rejection;
            None
        }
        Status::Sending => {
            message.status = to;
            Some((due_after(pace.sent), TaskKind::AdvanceStatus { to: Status::Sent, hurried }))
        }
        Status::Sent => {
            fall_back_to_sms(state, &mut message)?;
            message.status = to;
            message.sent_at = Some(message.updated_at);
            Some((
                due_after(pace.delivered),
                TaskKind::AdvanceStatus { to: Status::Delivered, hurried },
            ))
        }
        _ => {
            deliver(state, &mut message)?;
            None
        }
    };
    let callback_task =
        if message.waiting_for_phone { None } else { status_callback(state, &message, to) };
    state.store.transaction(|db| {
        messages::update(db, &message)?;
        for (due, job) in next.iter().chain(&callback_task) {
            work::schedule(db, &message.sid, *due, job)?;
        }
        if !message.waiting_for_phone {
            event::emit(state, db, &message)?;
        }
        work::complete(db, task.id)
    })?;
    if message.status == Status::Delivered {
        state.publish(PhoneEvent::message(&message));
    }
    Ok(())
}

/// Returns 63016 if the channel's 24-hour window is closed, otherwise `None`.
fn rejection_code(state: &SimulatorState, message: &Message) -> rusqlite::Result<Option<u32>> {
    if !Channel::from_address(&message.to).has_window() || message.extras.content_sid.is_some() {
        return Ok(None);
    }
    let last_inbound =
        state.store.with(|db| messages::last_inbound(db, &message.to, &message.from))?;
    let window_end = last_inbound.and_then(|at| at.checked_add(MESSAGING_WINDOW).ok());
    Ok(if window_end.is_some_and(|now_limit| state.now() < now_limit) { None } else { Some(63016) })
}

/// Changes the sender to the first SMS number if RCS to a plain number reaches no phone.
fn fall_back_to_sms(state: &SimulatorState, message: &mut Message) -> rusqlite::Result<()> {
    if Channel::from_address(&message.from) != Channel::Rcs
        || Channel::from_address(&message.to) != Channel::Sms
    {
        return Ok(());
    }
    let stored_phone = state.store.with(|db| phones::find(db, &message.phone()))?;
    let is_reachable = stored_phone.is_some_and(|phone| phone.condition.error_code().is_none());
    let number = state.senders.iter().find(|sender| Channel::from_address(sender) == Channel::Sms);
    if let (false, Some(number)) = (is_reachable, number) {
        message.from.clone_from(number);
        message.segments = message.segment_count();
    }
    Ok(())
}

/// Marks the messages on a phone as read and schedules the callbacks, if the channel has receipts.
pub(super) fn mark_read(state: &SimulatorState, phone: &str) -> rusqlite::Result<()> {
    if !Channel::from_address(phone).has_receipts() {
        return Ok(());
    }
    let unread = state.store.with(|db| messages::list_unread_on(db, phone))?;
    for mut message in unread {
        message.status = Status::Read;
        message.updated_at = state.now();
        let callback_task = status_callback(state, &message, Status::Read);
        state.store.transaction(|db| {
            messages::update(db, &message)?;
            event::emit(state, db, &message)?;
            callback_task
                .iter()
                .try_for_each(|(due, job)| work::schedule(db, &message.sid, *due, job))
        })?;
        state.publish(PhoneEvent::message(&message));
    }
    state.work_changed();
    Ok(())
}

/// Sets the status to delivered or undelivered, or lets the message wait for a phone in airplane mode.
fn deliver(state: &SimulatorState, message: &mut Message) -> rusqlite::Result<()> {
    let (phone, channel) = (message.phone(), Channel::from_address(&message.from));
    let known_phone = state.store.with(|db| phones::find(db, &phone))?;
    if let Some(code) = known_phone.and_then(|phone| phone.condition.error_code_on(channel)) {
        message.status = Status::Undelivered;
        message.error_code = Some(code);
        return Ok(());
    }
    if state.get_or_add_phone(&phone)?.airplane {
        message.waiting_for_phone = true;
    } else {
        message.waiting_for_phone = false;
        message.status = Status::Delivered;
    }
    Ok(())
}

/// Schedules the delivery of the messages that wait for `phone`.
pub(super) fn release_waiting(state: &SimulatorState, phone: &str) -> rusqlite::Result<()> {
    state.store.transaction(|db| {
        for mut message in messages::list_waiting_for(db, phone)? {
            message.waiting_for_phone = false;
            messages::update(db, &message)?;
            let step = TaskKind::AdvanceStatus { to: Status::Delivered, hurried: false };
            work::schedule(db, &message.sid, state.now(), &step)?;
        }
        Ok(())
    })?;
    state.work_changed();
    Ok(())
}

/// Returns the task that reports the message's status, after the scripted callback fault.
///
/// `step` is the status that the message was advanced to. Returns `None` without a callback URL or if the fault drops
/// the callback.
pub(super) fn status_callback(
    state: &SimulatorState,
    message: &Message,
    step: Status,
) -> Option<(Timestamp, TaskKind)> {
    let url = message.status_callback.clone()?;
    let phone = message.phone();
    let call = Call { number: &phone, body: &message.body, status: Some(message.status) };
    let pace = state.script.pace();
    let (due, copies) = match state.script.next_callback_fault(call, state.now()) {
        Some(CallbackFault::Dropped) => return None,
        Some(CallbackFault::Late { by }) => (state.after(by), 1),
        Some(CallbackFault::Copies { count }) => (state.now(), count),
        // Twice the duration of the later steps puts it after their callbacks at any pace.
        Some(CallbackFault::Reordered) => match step {
            Status::Sending => (state.after((pace.sent + pace.delivered) * 2), 1),
            Status::Sent => (state.after(pace.delivered * 2), 1),
            _ => (state.now(), 1),
        },
        None => (state.now(), 1),
    };
    let form = webhook::callback_form(&state.account_sid, message);
    Some((due, TaskKind::PostWebhook(Post { inbound: false, url, form, copies, attempts: 0 })))
}
