//! `POST /twilio/deliveries/{conversation}/{message}`: Twilio's word on a message of ours.

use std::sync::Arc;

use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::Ulid;
use shared::lambda::{Request, Response, Setup};
use shared::status::Seen;
use shared::store::Report;
use shared::twilio::webhook::StatusCallback;

use super::webhook::{Door, Reason, quarantine};
use crate::app::{App, Build, public};

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls];

/// The path that a message's callbacks come in by: signed, so nobody else can name another message.
pub fn path(conversation: &ConversationId, message: Ulid) -> String {
    format!("/twilio/deliveries/{conversation}/{message}")
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
            if own { Ok(callback) } else { Err(Reason::foreign_account()) }
        });
    let callback = match callback {
        Ok(callback) => callback,
        Err(reason) => return quarantine(&app, &request, &reason).await,
    };
    let report = report(&app, callback);
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
