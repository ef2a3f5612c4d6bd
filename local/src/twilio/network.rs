//! The carrier: takes an outbound message step by step to its phone, and plans a callback at each step.

use std::time::Duration;

use jiff::Timestamp;

use super::address::Channel;
use super::exchange::Exchange;
use super::message::{Message, Status};
use super::phones::News;
use super::rule::Call;
use super::script::CallbackFault;
use super::store::work::{self, Job, Post, Task};
use super::store::{messages, phones};
use super::streams::event;
use super::{segments, webhook};

/// How long after a customer's last message free text is taken.
const WINDOW: Duration = Duration::from_hours(24);

/// The first step of a message just accepted.
pub(super) fn first_step(
    exchange: &Exchange,
    message: &Message,
    hurried: bool,
) -> (Timestamp, Job) {
    let more = &message.more;
    if let Some(at) = more.send_at {
        return (at, Job::Step { to: Status::Queued, hurried });
    }
    let now = exchange.now();
    if more.service.is_some() && message.status == Status::Accepted {
        return (now, Job::Step { to: Status::Queued, hurried });
    }
    if !more.media_urls.is_empty() {
        return (now, Job::Fetch { hurried });
    }
    let due = if hurried { now } else { exchange.after(exchange.script.pace().sending) };
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
    let refused = if to == Status::Sending { refusal(exchange, &message)? } else { None };
    let next = match to {
        Status::Queued => {
            message.status = to;
            message.more.send_at = None;
            Some(first_step(exchange, &message, hurried))
        }
        Status::Sending if refused.is_some() => {
            message.status = Status::Failed;
            message.error_code = refused;
            None
        }
        Status::Sending => {
            message.status = to;
            Some((wait(pace.sent), Job::Step { to: Status::Sent, hurried }))
        }
        Status::Sent => {
            fall_back(exchange, &mut message)?;
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
        if !message.waiting {
            event::emit(exchange, db, &message)?;
        }
        work::done(db, task.id)
    })?;
    if message.status == Status::Delivered {
        exchange.tell(News::message(&message));
    }
    Ok(())
}

/// Why the channel does not take the message, if it does not: its window is closed.
fn refusal(exchange: &Exchange, message: &Message) -> rusqlite::Result<Option<u32>> {
    if !Channel::of(&message.to).has_window() || message.more.content_sid.is_some() {
        return Ok(None);
    }
    let last = exchange.store.with(|db| messages::last_inbound(db, &message.to, &message.from))?;
    let ends = last.and_then(|at| at.checked_add(WINDOW).ok());
    Ok(if ends.is_some_and(|end| exchange.now() < end) { None } else { Some(63016) })
}

/// RCS that a Messaging Service tried with a plain number, and that finds no phone, goes as SMS from its first number.
fn fall_back(exchange: &Exchange, message: &mut Message) -> rusqlite::Result<()> {
    if Channel::of(&message.from) != Channel::Rcs || Channel::of(&message.to) != Channel::Sms {
        return Ok(());
    }
    let known = exchange.store.with(|db| phones::find(db, &message.phone()))?;
    let reached = known.is_some_and(|phone| phone.condition.error_code().is_none());
    let number = exchange.numbers.iter().find(|own| Channel::of(own) == Channel::Sms);
    if let (false, Some(number)) = (reached, number) {
        message.from.clone_from(number);
        message.segments = segments::of(message);
    }
    Ok(())
}

/// The customer opens the thread: what has arrived is read, and its senders are told where the channel tells.
pub(super) fn read(exchange: &Exchange, phone: &str) -> rusqlite::Result<()> {
    if !Channel::of(phone).has_receipts() {
        return Ok(());
    }
    let unread = exchange.store.with(|db| messages::unread_on(db, phone))?;
    for mut message in unread {
        message.status = Status::Read;
        message.updated_at = exchange.now();
        let callback = callback(exchange, &message, Status::Read);
        exchange.store.transaction(|db| {
            messages::update(db, &message)?;
            event::emit(exchange, db, &message)?;
            callback.iter().try_for_each(|(due, job)| work::plan(db, &message.sid, *due, job))
        })?;
        exchange.tell(News::message(&message));
    }
    exchange.changed();
    Ok(())
}

/// Brings the message to its phone, or finds out why not.
fn arrive(exchange: &Exchange, message: &mut Message) -> rusqlite::Result<()> {
    let (phone, channel) = (message.phone(), Channel::of(&message.from));
    let known = exchange.store.with(|db| phones::find(db, &phone))?;
    if let Some(code) = known.and_then(|phone| phone.condition.error_code_on(channel)) {
        message.status = Status::Undelivered;
        message.error_code = Some(code);
        return Ok(());
    }
    if exchange.phone_at(&phone)?.airplane {
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
pub(super) fn callback(
    exchange: &Exchange,
    message: &Message,
    step: Status,
) -> Option<(Timestamp, Job)> {
    let url = message.status_callback.clone()?;
    let phone = message.phone();
    let call = Call { number: &phone, body: &message.body, status: Some(message.status) };
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
