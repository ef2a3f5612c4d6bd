//! `POST /twilio/deliveries/{conversation}/{message}`: Twilio's word on a message of ours.

use std::sync::Arc;

use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::Ulid;
use shared::lambda::{Request, Response, Setup};
use shared::sentences;
use shared::status::Seen;
use shared::store::Report;
use shared::twilio::webhook::StatusCallback;

use super::webhook::{Door, Form, Reason, Signed, quarantine};
use crate::app::{App, Build, public};

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls];

/// What the path of every callback begins with.
pub const ROOT: &str = "/twilio/deliveries/";

/// The path that a message's callbacks come in by: signed, so nobody else can name another message.
pub fn path(conversation: &ConversationId, message: Ulid) -> String {
    format!("{ROOT}{conversation}/{message}")
}

/// What a callback reports.
pub fn report(app: &App, callback: StatusCallback) -> Report {
    Report {
        sid: callback.sid,
        status: callback.status,
        seen: Seen { at: app.clock.now(), code: callback.error_code },
        sent_by: callback.from.map(|from| from.channel()),
        segments: callback.num_segments,
        price: callback.price,
    }
}

/// The message that a callback's path names, and what the callback reports on it; or why it says nothing to us.
pub fn read(
    app: &App,
    door: &Door,
    path: &str,
    form: Form,
) -> Result<(ConversationId, Ulid, Report), Reason> {
    let named = path.strip_prefix(ROOT).and_then(|named| named.split_once('/'));
    let named = named.and_then(|(conversation, message)| {
        ConversationId::parse(conversation).zip(Ulid::from_string(message).ok())
    });
    let (conversation, message) = named.ok_or_else(unknown_message)?;
    let form = form.map_err(Reason::no_form)?;
    let callback = StatusCallback::parse(&form).map_err(Reason::unreadable)?;
    if callback.account != door.account.account_sid {
        return Err(Reason::foreign_account());
    }
    Ok((conversation, message, report(app, callback)))
}

/// It reports on a message that we do not know.
pub fn unknown_message() -> Reason {
    Reason::new("unknown_message", sentences::quarantine::unknown_message())
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Door::open, handle)
}

async fn handle(app: Arc<App>, door: Arc<Door>, request: Request) -> Result<Response> {
    let own_path = format!("{ROOT}{}/{}", request.path("conversation"), request.path("message"));
    let sent = Signed::of(&request, &own_path);
    let form = match door.admit(&app, &sent).await {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal),
    };
    let (conversation, message, report) = match read(&app, &door, &own_path, form) {
        Ok(read) => read,
        Err(reason) => return quarantine(&app, &sent, &reason).await,
    };
    let known = app.store.record_report(&conversation, message, &report).await?;
    tracing::info!(
        conversation.id = %conversation,
        message.id = %message,
        message.status = report.status.as_str(),
        known,
        "Twilio reported on a message"
    );
    Ok(Response::empty(204))
}
