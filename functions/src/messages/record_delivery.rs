//! `POST /twilio/deliveries/{conversation}/{message}` records a delivery report.

use shared::error::Result;
use shared::lambda::{Request, Response, Setup};
use shared::twilio::callback::CALLBACK_PREFIX;

use super::forms::{Processed, process_form};
use super::intake::{Intake, PARAMETERS};
use crate::app::{Build, Cx, Needs, public};
use crate::webhooks::quarantine::quarantine_request;
use crate::webhooks::signed_request::SignedRequest;

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

async fn handle(Cx { app, state: intake, .. }: Cx<Intake>, request: Request) -> Result<Response> {
    let (conversation, message) =
        (request.path_param("conversation"), request.path_param("message"));
    let request_path = format!("{CALLBACK_PREFIX}{conversation}/{message}");
    let signed_request = SignedRequest::from_request(&request, &request_path);
    let form = match intake.verifier.verify_form(&app, &signed_request).await? {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    match process_form(&app, &intake, &request_path, form).await? {
        Ok(Processed::Report(outcome)) => tracing::info!(
            conversation.id = conversation,
            message.id = message,
            ?outcome,
            "Delivery report processed"
        ),
        Ok(Processed::Inbound(_)) => {
            tracing::info!("Inbound message at a callback URL stored");
            return Ok(Response::twiml());
        }
        Err(reason) => return quarantine_request(&app, &signed_request, &reason).await,
    }
    Ok(Response::empty(204))
}
