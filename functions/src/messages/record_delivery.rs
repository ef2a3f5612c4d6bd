//! `POST /twilio/deliveries/{conversation}/{message}`: Twilio's word on a message of ours.

use std::sync::Arc;

use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::Ulid;
use shared::lambda::{Request, Response, Setup};
use shared::message::created_at;
use shared::status::Seen;
use shared::twilio::webhook::StatusCallback;

use super::webhook::{Door, Reason, quarantine};
use crate::app::{App, Build, public};

/// WhatsApp's and Messenger's window for free answers is closed.
const WINDOW_CLOSED: u32 = 63016;

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls];

/// The path that a message's callbacks come in by: signed, so nobody else can name another message.
pub fn path(conversation: &ConversationId, message: Ulid) -> String {
    format!("/twilio/deliveries/{conversation}/{message}")
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Door::open, handle)
}

async fn handle(app: Arc<App>, door: Arc<Door>, request: Request) -> Result<Response> {
    let named = [request.path("conversation"), request.path("message")];
    let own_path = format!("/twilio/deliveries/{}/{}", named[0], named[1]);
    let form = match door.admit(&app, &request, &own_path).await {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal),
    };
    let (Some(conversation), Ok(message)) =
        (ConversationId::parse(named[0]), Ulid::from_string(named[1]))
    else {
        let reason = Reason::new("unknown_message", "It reports on a message that is not ours.");
        return quarantine(&app, &request, &reason).await;
    };
    let callback = form
        .map_err(|wrong| Reason::new(wrong.word(), wrong.to_string()))
        .and_then(|form| {
            StatusCallback::parse(&form)
                .map_err(|wrong| Reason::new("unreadable", wrong.to_string()))
        })
        .and_then(|callback| {
            let own = callback.account == door.account.account_sid;
            let foreign =
                || Reason::new("foreign_account", "It belongs to another Twilio account.");
            if own { Ok(callback) } else { Err(foreign()) }
        });
    let callback = match callback {
        Ok(callback) => callback,
        Err(reason) => return quarantine(&app, &request, &reason).await,
    };
    let seen = Seen { at: app.clock.now(), code: callback.error_code };
    let report = (callback.status, seen);
    let known = app.store.record_status(&conversation, message, report, &callback.sid).await?;
    if callback.error_code == Some(WINDOW_CLOSED) {
        app.store.close_window(&conversation, created_at(message)).await?;
    }
    tracing::info!(
        conversation.id = %conversation,
        message.id = %message,
        message.status = callback.status.as_str(),
        known,
        "Twilio reported on a message"
    );
    Ok(Response::empty(204))
}
