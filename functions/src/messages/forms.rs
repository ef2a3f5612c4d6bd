//! Twilio's forms, processed by what they contain: inbound messages and status reports, whichever URL they arrive at.

use shared::error::Result;
use shared::message::delivery_status::StatusRecord;
use shared::store::{DeliveryOutcome, DeliveryReport, InboundOutcome};
use shared::twilio::callback::parse_callback_path;
use shared::twilio::webhook::{
    InboundMessage, StatusCallback, is_inbound_message, is_status_report,
};

use super::intake::{Intake, store_inbound};
use crate::app::App;
use crate::webhooks::quarantine::QuarantineReason;
use crate::webhooks::verify::FormResult;

/// What a form was.
#[derive(Debug)]
pub enum Processed {
    /// An inbound message.
    Inbound(InboundOutcome),
    /// A status report.
    Report(DeliveryOutcome),
}

/// Processes a form that arrived at `path`. The inner error is the reason for quarantine.
pub async fn process_form(
    app: &App,
    intake: &Intake,
    path: &str,
    form: FormResult,
) -> Result<Result<Processed, QuarantineReason>> {
    let form = match form {
        Ok(form) => form,
        Err(error) => return Ok(Err(QuarantineReason::invalid_form(error))),
    };
    let callback = parse_callback_path(path);
    let is_inbound = match callback {
        Some(_) => is_inbound_message(&form),
        None => !is_status_report(&form),
    };
    if is_inbound {
        let parsed = InboundMessage::parse(&form).map_err(QuarantineReason::invalid_webhook);
        return match parsed.and_then(|inbound| intake.to_new_inbound(app, inbound)) {
            Ok(inbound) => store_inbound(app, inbound).await.map(|it| Ok(Processed::Inbound(it))),
            Err(reason) => {
                reason.require_current_parameters(app)?;
                Ok(Err(reason))
            }
        };
    }
    let report = match StatusCallback::parse(&form) {
        Ok(report) if report.account != intake.verifier.account.account_sid => {
            return Ok(Err(QuarantineReason::foreign_account()));
        }
        Ok(report) => delivery_report(app, report),
        Err(error) => return Ok(Err(QuarantineReason::invalid_webhook(error))),
    };
    let location = match callback {
        Some(location) => Some(location),
        None => app.store.find_message_by_sid(&report.sid).await?,
    };
    let Some((conversation, message)) = location else {
        return Ok(Err(QuarantineReason::unknown_message()));
    };
    let outcome = app.store.record_delivery(&conversation, message, &report).await?;
    if outcome == DeliveryOutcome::OtherMessage {
        tracing::warn!(
            conversation.id = %conversation,
            message.id = %message,
            message.sid = %report.sid,
            "Delivery report of another message ignored"
        );
    }
    Ok(Ok(Processed::Report(outcome)))
}

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
