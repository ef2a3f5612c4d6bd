//! `POST /twilio/deliveries/{conversation}/{message}` records a delivery report.

use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::MessageId;
use shared::lambda::{Request, Response, Setup};
use shared::localized;
use shared::message::delivery_status::StatusRecord;
use shared::store::DeliveryReport;
use shared::twilio::callback::{CALLBACK_PREFIX, parse_callback_path};
use shared::twilio::webhook::StatusCallback;

use crate::app::{App, Build, Cx, Needs, public};
use crate::webhooks::quarantine::{QuarantineReason, quarantine_request};
use crate::webhooks::signed_request::SignedRequest;
use crate::webhooks::verify::{FormResult, WebhookVerifier};

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls];

/// Returns the delivery report of a status callback.
pub fn delivery_report(app: &App, callback: StatusCallback) -> DeliveryReport {
    DeliveryReport {
        sid: callback.sid,
        status: callback.status,
        record: StatusRecord { at: app.clock.now(), error_code: callback.error_code },
        sent_by: callback.from.map(|from| from.channel()),
        segments: callback.num_segments,
        price: callback.price,
    }
}

/// Returns the message that a callback's path names, and its delivery report.
///
/// The error is the reason for quarantine.
pub fn parse_callback(
    app: &App,
    verifier: &WebhookVerifier,
    path: &str,
    form: FormResult,
) -> Result<(ConversationId, MessageId, DeliveryReport), QuarantineReason> {
    let (conversation, message) = parse_callback_path(path).ok_or_else(unknown_message_reason)?;
    let form = form.map_err(QuarantineReason::invalid_form)?;
    let callback = StatusCallback::parse(&form).map_err(QuarantineReason::invalid_webhook)?;
    if callback.account != verifier.account.account_sid {
        return Err(QuarantineReason::foreign_account());
    }
    Ok((conversation, message, delivery_report(app, callback)))
}

/// Returns the reason for quarantining a report on an unknown message.
pub fn unknown_message_reason() -> QuarantineReason {
    QuarantineReason::new("unknown_message", localized::quarantine::unknown_message())
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), WebhookVerifier::from_app, handle)
}

async fn handle(
    Cx { app, state: verifier, .. }: Cx<WebhookVerifier>,
    request: Request,
) -> Result<Response> {
    let request_path = format!(
        "{CALLBACK_PREFIX}{}/{}",
        request.path_param("conversation"),
        request.path_param("message")
    );
    let signed_request = SignedRequest::from_request(&request, &request_path);
    let form = match verifier.verify_form(&app, &signed_request).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let (conversation, message, report) = match parse_callback(&app, &verifier, &request_path, form)
    {
        Ok(parsed) => parsed,
        Err(reason) => return quarantine_request(&app, &signed_request, &reason).await,
    };
    let recorded = app.store.record_delivery(&conversation, message, &report).await?;
    tracing::info!(
        conversation.id = %conversation,
        message.id = %message,
        message.status = report.status.as_str(),
        recorded,
        "Delivery report processed"
    );
    Ok(Response::empty(204))
}
