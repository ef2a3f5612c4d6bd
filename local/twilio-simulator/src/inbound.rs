//! Inbound messages, which phones send.

use super::extras::{MessageExtras, PhoneInput};
use super::keywords::Keyword;
use super::message::{Direction, Message, Status};
use super::phone_event::PhoneEvent;
use super::rule::Call;
use super::script::InboundFault;
use super::state::SimulatorState;
use super::store::work::{self, Post, TaskKind};
use super::store::{messages, phones};
use super::streams::event;
use super::{inbound_form, outbound};

/// Accepts a message from a phone and stores it with its webhook.
pub(super) fn accept(state: &SimulatorState, input: PhoneInput) -> rusqlite::Result<Message> {
    let keyword = state.keyword(&input.to, &input.body);
    let mut message = state.new_message(Direction::Inbound, input.from, input.to, input.body);
    message.sent_at = Some(message.created_at);
    let service = state.service_for(&message.to).map(str::to_owned);
    let (media, app_extras) = (input.media, input.extras);
    message.set_extras(MessageExtras { media, service, app_extras, ..MessageExtras::default() });
    let (from, to) = (message.from.clone(), message.to.clone());
    let fault = state.script.next_inbound_fault(
        Call { number: &from, body: &message.body, status: Some(Status::Received) },
        message.created_at,
    );
    let (due, copies) = match fault {
        Some(InboundFault::Late { by }) => (state.after(by), 1),
        Some(InboundFault::Copies { count }) => (message.created_at, count),
        None => (message.created_at, 1),
    };
    let name = state.store.with(|db| phones::find(db, &from))?.and_then(|phone| phone.name);
    let reported_keyword =
        keyword.filter(|_| message.extras.service.is_some() && state.script.has_advanced_opt_out());
    let form = inbound_form::form(state, &message, name.as_deref(), reported_keyword);
    let post = Post { inbound: true, url: state.inbound_url.clone(), form, copies, attempts: 0 };
    state.store.transaction(|db| {
        messages::insert(db, &mut message)?;
        work::schedule(db, &message.sid, due, &TaskKind::PostWebhook(post))?;
        event::emit(state, db, &message)?;
        match keyword {
            Some(Keyword::Stop) => phones::set_opt_out(db, &from, state.opt_out_key(&to), true),
            Some(Keyword::Start) => phones::set_opt_out(db, &from, state.opt_out_key(&to), false),
            Some(Keyword::Help) | None => Ok(()),
        }
    })?;
    state.work_changed();
    state.publish(PhoneEvent::message(&message));
    if let Some(keyword) = keyword {
        outbound::reply_to_keyword(state, &to, &from, keyword)?;
    }
    Ok(message)
}
