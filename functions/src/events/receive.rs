//! `POST /twilio/events`: a sink of Event Streams. Each event is taken by itself; one that cannot be read waits in
//! quarantine while the others are stored.

use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Request, Response, Setup};
use shared::media::Media;
use shared::store::{DeliveryReport, InboundOutcome, NewInbound};
use shared::twilio::event_streams::{self, TwilioEvent};

use crate::app::{App, Build, Cx, Needs, public};
use crate::messages::receive::{Intake, store_inbound};
use crate::messages::record_delivery::{delivery_report, unknown_message_reason};
use crate::webhooks::quarantine::{QuarantineReason, quarantine_request};
use crate::webhooks::signed_request::SignedRequest;

/// The route, as Twilio is told it.
pub const PATH: &str = "/twilio/events";

/// How many events of a batch are stored at once: Twilio waits five seconds.
const CONCURRENCY: usize = 8;

const PARAMETERS: &[Parameter] =
    &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];

/// What an event means to this desk.
#[derive(Debug)]
pub enum IncomingEvent {
    /// A message that arrives.
    Message(Box<NewInbound>),
    /// News of a message of ours.
    Report(Box<DeliveryReport>),
    /// Nothing.
    Ignored,
}

/// What became of an event.
#[derive(Debug)]
pub enum IngestOutcome {
    /// A message arrived, now or before.
    Received(InboundOutcome),
    /// A report was added.
    Reported,
    /// It concerns no message of ours.
    Ignored,
}

/// Reads an event; or why it cannot be filed.
pub fn parse_event(
    app: &App,
    intake: &Intake,
    event: &Value,
) -> Result<IncomingEvent, QuarantineReason> {
    let twilio_event =
        event_streams::parse_event(event).map_err(QuarantineReason::invalid_webhook)?;
    match twilio_event {
        TwilioEvent::Ignored => Ok(IncomingEvent::Ignored),
        TwilioEvent::Inbound(inbound) => {
            // The event counts the media and tells nothing else that came: the webhook of the same message does.
            let media_count = inbound.media_count;
            let mut new_inbound = intake.to_new_inbound(app, *inbound)?;
            new_inbound.partial = true;
            new_inbound.message.media = vec![Media::without_url(); media_count];
            Ok(IncomingEvent::Message(Box::new(new_inbound)))
        }
        TwilioEvent::Status(callback)
            if callback.account != intake.verifier.account.account_sid =>
        {
            Err(QuarantineReason::foreign_account())
        }
        TwilioEvent::Status(callback) => {
            Ok(IncomingEvent::Report(Box::new(delivery_report(app, *callback))))
        }
    }
}

/// Stores what an event told.
pub async fn ingest(app: &App, incoming: IncomingEvent) -> Result<IngestOutcome> {
    match incoming {
        IncomingEvent::Ignored => Ok(IngestOutcome::Ignored),
        IncomingEvent::Message(new_inbound) => {
            store_inbound(app, *new_inbound).await.map(IngestOutcome::Received)
        }
        IncomingEvent::Report(report) => {
            let recorded = match app.store.find_message_by_sid(&report.sid).await? {
                Some((conversation, message)) => {
                    app.store.record_delivery(&conversation, message, &report).await?
                }
                None => false,
            };
            Ok(if recorded { IngestOutcome::Reported } else { IngestOutcome::Ignored })
        }
    }
}

/// Takes one kept event in again.
pub async fn reprocess(app: &App, intake: &Intake, event: &Value) -> Result<IngestOutcome> {
    let incoming =
        parse_event(app, intake, event).map_err(|reason| Error::Unprocessable(reason.text))?;
    match ingest(app, incoming).await? {
        IngestOutcome::Ignored => Err(Error::Unprocessable(unknown_message_reason().text)),
        outcome => Ok(outcome),
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

async fn handle(Cx { app, state: intake, .. }: Cx<Intake>, request: Request) -> Result<Response> {
    let signed_request = SignedRequest::from_request(&request, PATH);
    if let Err(response) = intake.verifier.verify_json(&app, &signed_request).await {
        return Ok(response);
    }
    let events = match event_streams::parse_batch(signed_request.body) {
        Ok(events) => events,
        Err(error) => {
            quarantine_request(&app, &signed_request, &QuarantineReason::invalid_webhook(error))
                .await?;
            return Ok(Response::empty(204));
        }
    };
    futures_util::stream::iter(events)
        .map(|event| {
            let (app, intake, signed_request) = (app.clone(), intake.clone(), &signed_request);
            async move { ingest_one(&app, &intake, signed_request, &event).await }
        })
        .buffered(CONCURRENCY)
        .try_collect::<()>()
        .await?;
    Ok(Response::empty(204))
}

async fn ingest_one(
    app: &App,
    intake: &Intake,
    signed_request: &SignedRequest<'_>,
    event: &Value,
) -> Result<()> {
    match parse_event(app, intake, event) {
        Ok(incoming) => {
            let outcome = ingest(app, incoming).await?;
            tracing::info!(
                event.stored = !matches!(outcome, IngestOutcome::Ignored),
                "Event processed"
            );
        }
        Err(reason) => {
            let event_json = event.to_string();
            let event_request = signed_request.with_body(event_json.as_bytes());
            quarantine_request(app, &event_request, &reason).await?;
        }
    }
    Ok(())
}
