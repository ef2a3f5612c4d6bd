//! The carrier: takes an outbound message step by step to its phone, and plans a callback at each step.

use jiff::Timestamp;

use super::exchange::Exchange;
use super::message::{Message, Status};
use super::phones::News;
use super::rule::Call;
use super::script::CallbackFault;
use super::store::work::{self, Job, Post, Task};
use super::store::{messages, phones};
use super::webhook;

/// The first step of a message just accepted.
pub(super) fn first_step(exchange: &Exchange, hurried: bool) -> (Timestamp, Job) {
    let pace = exchange.script.pace();
    let due = if hurried { exchange.now() } else { exchange.after(pace.sending) };
    (due, Job::Step { to: Status::Sending, hurried })
}

/// Takes the message of `task` on to `to`.
pub(super) fn step(
    exchange: &Exchange,
    task: &Task,
    to: Status,
    hurried: bool,
) -> rusqlite::Result<()> {
    let Some(mut message) = exchange.store.with(|db| messages::find(db, &task.sid))? else {
        return exchange.store.with(|db| work::done(db, task.id));
    };
    let pace = exchange.script.pace();
    let wait = |duration| if hurried { exchange.now() } else { exchange.after(duration) };
    message.updated_at = exchange.now();
    let next = match to {
        Status::Sending => {
            message.status = to;
            Some((wait(pace.sent), Job::Step { to: Status::Sent, hurried }))
        }
        Status::Sent => {
            message.status = to;
            message.sent_at = Some(message.updated_at);
            Some((wait(pace.delivered), Job::Step { to: Status::Delivered, hurried }))
        }
        _ => {
            arrive(exchange, &mut message)?;
            None
        }
    };
    let callback = if message.waiting { None } else { callback(exchange, &message, to) };
    exchange.store.transaction(|db| {
        messages::update(db, &message)?;
        for (due, job) in next.iter().chain(&callback) {
            work::plan(db, &message.sid, *due, job)?;
        }
        work::done(db, task.id)
    })?;
    if message.status == Status::Delivered {
        exchange.tell(News::message(&message));
    }
    Ok(())
}

/// Brings the message to its phone, or finds out why not.
fn arrive(exchange: &Exchange, message: &mut Message) -> rusqlite::Result<()> {
    let known = exchange.store.with(|db| phones::find(db, &message.to))?;
    if let Some(code) = known.as_ref().and_then(|phone| phone.condition.error_code()) {
        message.status = Status::Undelivered;
        message.error_code = Some(code);
        return Ok(());
    }
    if exchange.phone_at(&message.to)?.airplane {
        message.waiting = true;
    } else {
        message.waiting = false;
        message.status = Status::Delivered;
    }
    Ok(())
}

/// Lets what the carrier held back for `phone` arrive.
pub(super) fn back_in_reach(exchange: &Exchange, phone: &str) -> rusqlite::Result<()> {
    exchange.store.transaction(|db| {
        for mut message in messages::waiting_for(db, phone)? {
            message.waiting = false;
            messages::update(db, &message)?;
            let step = Job::Step { to: Status::Delivered, hurried: false };
            work::plan(db, &message.sid, exchange.now(), &step)?;
        }
        Ok(())
    })?;
    exchange.changed();
    Ok(())
}

/// The callback that reports the message's present status, as the script wants it. `step` is the step just taken.
fn callback(exchange: &Exchange, message: &Message, step: Status) -> Option<(Timestamp, Job)> {
    let url = message.status_callback.clone()?;
    let call = Call { number: &message.to, body: &message.body, status: Some(message.status) };
    let pace = exchange.script.pace();
    let (due, copies) = match exchange.script.callback_meets(call, exchange.now()) {
        Some(CallbackFault::Dropped) => return None,
        Some(CallbackFault::Late { by }) => (exchange.after(by), 1),
        Some(CallbackFault::Copies { count }) => (exchange.now(), count),
        // Twice the time that the later steps take puts it behind their callbacks, whatever the pace.
        Some(CallbackFault::Reordered) => match step {
            Status::Sending => (exchange.after((pace.sent + pace.delivered) * 2), 1),
            Status::Sent => (exchange.after(pace.delivered * 2), 1),
            _ => (exchange.now(), 1),
        },
        None => (exchange.now(), 1),
    };
    let form = webhook::callback_form(&exchange.account_sid, message);
    Some((due, Job::Post(Post { inbound: false, url, form, copies, attempts: 0 })))
}
