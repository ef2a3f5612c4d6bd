//! `POST /twilio/messages` stores an inbound message before it is acknowledged.

use shared::error::Result;
use shared::lambda::{Request, Response, Setup};
use shared::store::InboundOutcome;

use super::forms::{Processed, process_form};
use super::intake::{Intake, PARAMETERS};
use crate::app::{Build, Cx, Needs, public};
use crate::webhooks::quarantine::quarantine_request;
use crate::webhooks::signed_request::SignedRequest;

/// The path of the route, as configured at Twilio.
pub const PATH: &str = "/twilio/messages";

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

async fn handle(Cx { app, state: intake, .. }: Cx<Intake>, request: Request) -> Result<Response> {
    let signed_request = SignedRequest::from_request(&request, PATH);
    let form = match intake.verifier.verify_form(&app, &signed_request).await? {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    match process_form(&app, &intake, PATH, form).await? {
        Ok(Processed::Inbound(InboundOutcome::Stored(message))) => tracing::info!(
            conversation.id = %message.conversation,
            message.id = %message.id,
            "Message stored"
        ),
        Ok(Processed::Inbound(InboundOutcome::Duplicate)) => {
            tracing::info!("Duplicate message ignored");
        }
        Ok(Processed::Report(outcome)) => tracing::info!(?outcome, "Delivery report processed"),
        Err(reason) => return quarantine_request(&app, &signed_request, &reason).await,
    }
    Ok(Response::twiml())
}
