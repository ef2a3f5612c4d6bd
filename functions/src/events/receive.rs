//! `POST /twilio/events` receives batches of Event Streams.
//!
//! Each event is processed by itself. An invalid event is quarantined, and the others are stored. A batch that is too
//! large for one request is answered 503 and completed by Twilio's repeats, which skip the stored messages by one look-up.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use shared::conversation::ConversationId;
use shared::error::{Error, Result};
use shared::ids::MessageId;
use shared::lambda::{Request, Response, Setup};
use shared::media::Media;
use shared::sid::MessageSid;
use shared::store::{DeliveryOutcome, DeliveryReport, InboundOutcome, NewInbound};
use shared::twilio::event_streams::{self, TwilioEvent};

use crate::app::{App, Build, Cx, Needs, public};
use crate::messages::forms::delivery_report;
use crate::messages::intake::{Intake, PARAMETERS, store_inbound};
use crate::webhooks::quarantine::{QuarantineReason, quarantine_request};
use crate::webhooks::signed_request::SignedRequest;

/// The path of the route, as configured at Twilio.
pub const PATH: &str = "/twilio/events";

/// The number of events processed concurrently.
const CONCURRENCY: usize = 32;

/// How long a batch is processed. A sink waits 5 s for the response and repeats a batch that got a 5xx.
const BATCH_TIME: Duration = Duration::from_secs(4);

/// The content of a Twilio event.
#[derive(Debug)]
pub enum IncomingEvent {
    /// An inbound message.
    Message(Box<NewInbound>),
    /// A delivery report.
    Report(Box<DeliveryReport>),
    /// An event that is not used.
    Ignored,
}

impl IncomingEvent {
    /// Returns the SID of the message that the event is about.
    fn sid(&self) -> Option<&MessageSid> {
        match self {
            Self::Message(new_inbound) => new_inbound.message.sid.as_ref(),
            Self::Report(report) => Some(&report.sid),
            Self::Ignored => None,
        }
    }
}

/// The outcome of processing an event.
#[derive(Debug)]
pub enum IngestOutcome {
    /// An inbound message was stored, or is a duplicate.
    Received(InboundOutcome),
    /// A delivery report was recorded.
    Reported,
    /// The event is not used, or its message is unknown.
    Ignored,
}

/// Parses an event. The error is the reason for quarantine.
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
            // The event has only the number of media. The webhook of the same message has everything.
            let media_count = inbound.media_count;
            let mut new_inbound = intake.to_new_inbound(app, *inbound)?;
            new_inbound.partial = true;
            new_inbound.message.media = vec![Media::Announced; media_count];
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

/// Stores the content of an event. `known` holds the messages of the batch that were stored before it came.
async fn ingest(
    app: &App,
    incoming: IncomingEvent,
    known: &HashMap<MessageSid, (ConversationId, MessageId)>,
) -> Result<IngestOutcome> {
    let location = incoming.sid().and_then(|sid| known.get(sid));
    match incoming {
        IncomingEvent::Ignored => Ok(IngestOutcome::Ignored),
        IncomingEvent::Message(_) if location.is_some() => {
            Ok(IngestOutcome::Received(InboundOutcome::Duplicate))
        }
        IncomingEvent::Message(new_inbound) => {
            store_inbound(app, *new_inbound).await.map(IngestOutcome::Received)
        }
        IncomingEvent::Report(report) => {
            let recorded = match location {
                Some((conversation, message)) => {
                    app.store.record_delivery(conversation, *message, &report).await?
                        == DeliveryOutcome::Recorded
                }
                None => false,
            };
            Ok(if recorded { IngestOutcome::Reported } else { IngestOutcome::Ignored })
        }
    }
}

/// Processes a quarantined event again.
pub async fn reprocess(app: &App, intake: &Intake, event: &Value) -> Result<IngestOutcome> {
    let incoming =
        parse_event(app, intake, event).map_err(|reason| Error::Unprocessable(reason.text))?;
    let mut known = HashMap::new();
    if let Some(sid) = incoming.sid()
        && let Some(location) = app.store.find_message_by_sid(sid).await?
    {
        known.insert(sid.clone(), location);
    }
    match ingest(app, incoming, &known).await? {
        IngestOutcome::Ignored => {
            Err(Error::Unprocessable(QuarantineReason::unknown_message().text))
        }
        outcome => Ok(outcome),
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

async fn handle(Cx { app, state: intake, .. }: Cx<Intake>, request: Request) -> Result<Response> {
    let signed_request = SignedRequest::from_request(&request, PATH);
    if let Err(response) = intake.verifier.verify_json(&app, &signed_request).await? {
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
    let batch = ingest_batch(&app, &intake, &signed_request, events);
    match tokio::time::timeout(BATCH_TIME, batch).await {
        Ok(ingested) => ingested.map(|()| Response::empty(204)),
        // What is stored stays stored, and the repeat skips it.
        Err(_) => Err(Error::Unavailable("the batch needs another request".into())),
    }
}

/// Processes the events of a batch, several at a time.
async fn ingest_batch(
    app: &App,
    intake: &Intake,
    signed_request: &SignedRequest<'_>,
    events: Vec<Value>,
) -> Result<()> {
    let parsed: Vec<_> = events
        .into_iter()
        .map(|event| {
            let incoming = parse_event(app, intake, &event);
            (event, incoming)
        })
        .collect();
    let incoming = parsed.iter().filter_map(|(_, incoming)| incoming.as_ref().ok());
    let sids = incoming.filter_map(IncomingEvent::sid).cloned().collect();
    let known = app.store.find_messages_by_sid(&sids).await?;
    futures_util::stream::iter(parsed)
        .map(|(event, incoming)| {
            let (app, signed_request, known) = (app, *signed_request, &known);
            async move { ingest_one(app, &signed_request, &event, incoming, known).await }
        })
        .buffered(CONCURRENCY)
        .try_collect::<()>()
        .await
}

async fn ingest_one(
    app: &App,
    signed_request: &SignedRequest<'_>,
    event: &Value,
    incoming: Result<IncomingEvent, QuarantineReason>,
    known: &HashMap<MessageSid, (ConversationId, MessageId)>,
) -> Result<()> {
    match incoming {
        Ok(incoming) => {
            let outcome = ingest(app, incoming, known).await?;
            tracing::info!(
                event.stored = !matches!(outcome, IngestOutcome::Ignored),
                "Event processed"
            );
        }
        Err(reason) => {
            reason.require_current_parameters(app)?;
            let event_json = event.to_string();
            let event_request = signed_request.with_body(event_json.as_bytes());
            quarantine_request(app, &event_request, &reason).await?;
        }
    }
    Ok(())
}
