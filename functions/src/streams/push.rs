//! `push` converts stream records to live events and sends one frame per socket.
//!
//! It is the only function that writes to sockets. It never fails a batch: the page recovers at the next resync.

use futures_util::StreamExt;
use serde_json::Value;
use shared::conversation::Conversation;
use shared::error::Result;
use shared::lambda::Setup;
use shared::lambda::stream::{Record, StreamEvent, batch_item_failures};
use shared::live::{PostOutcome, SocketClient};
use shared::live_event::{LiveEvent, SerializedEvent, build_frame};
use shared::message::Message;
use shared::outbox::{OutboxEntry, Placement};
use shared::store::{Connection, from_stream_image};

use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};

/// The number of concurrent posts.
const CONCURRENCY: usize = 50;

/// A live event for all connections that see an inbox, or only those that watch the conversation.
struct ScopedEvent {
    inbox: String,
    watchers_only: bool,
    event: SerializedEvent,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(
        setup,
        Needs::NONE.variables(&[Variable::SocketEndpoint]),
        App::socket_client,
        handle,
    )
}

async fn handle(
    Cx { app, state: client, .. }: Cx<SocketClient>,
    Invocation { event, .. }: Invocation<StreamEvent>,
) -> Result<Value> {
    let events: Vec<ScopedEvent> = event.records.iter().filter_map(event_from_record).collect();
    if !events.is_empty() {
        let connections = app.store.list_connections().await?;
        let frames = connections.into_iter().filter_map(|connection| {
            Some((frame_for_connection(&connection, &events)?, connection))
        });
        let frames: Vec<(String, Connection)> = frames.collect();
        futures_util::stream::iter(frames)
            .for_each_concurrent(CONCURRENCY, |(frame, connection)| {
                post_frame(&app, &client, frame, connection)
            })
            .await;
    }
    Ok(batch_item_failures(&[]))
}

async fn post_frame(app: &App, client: &SocketClient, frame: String, connection: Connection) {
    match client.post(&connection.id, &frame).await {
        PostOutcome::Delivered => {}
        PostOutcome::Dropped => tracing::info!(connection.id = connection.id, "Frame dropped"),
        PostOutcome::Gone => {
            if let Err(error) = app.store.delete_connection(&connection.id).await {
                tracing::warn!(connection.id = connection.id, %error, "Connection row not deleted");
            }
        }
    }
}

/// Returns the frame with the events that a connection may see; `None` if there are none.
fn frame_for_connection(connection: &Connection, events: &[ScopedEvent]) -> Option<String> {
    let visible: Vec<&SerializedEvent> = events
        .iter()
        .filter(|scoped| connection.inboxes.contains(&scoped.inbox))
        .filter(|scoped| {
            let id = scoped.event.conversation_id().unwrap_or("");
            !scoped.watchers_only || connection.watched.iter().any(|watched| watched.as_str() == id)
        })
        .map(|scoped| &scoped.event)
        .collect();
    if visible.is_empty() {
        return None;
    }
    build_frame(&visible)
        .inspect_err(|error| tracing::error!(%error, "Frame serialization failed"))
        .ok()
}

/// Converts a stream record to a scoped live event. Returns `None` for irrelevant or invalid records.
fn event_from_record(record: &Record) -> Option<ScopedEvent> {
    let kind = record.sk().split('#').next().unwrap_or("");
    let event = match kind {
        "META" => conversation_event(record),
        "MSG" => message_event(record),
        "QUEUE" => outbox_event(record),
        _ => Ok(None),
    };
    let sequence_number = &*record.dynamodb.sequence_number;
    event.unwrap_or_else(|error| {
        let cause = error.cause_chain();
        tracing::error!(
            record.sequence_number = sequence_number,
            error = cause,
            "Invalid stream record"
        );
        None
    })
}

fn conversation_event(record: &Record) -> Result<Option<ScopedEvent>> {
    let Some(image) = &record.dynamodb.new_image else { return Ok(None) };
    let row: Conversation = from_stream_image(image)?;
    let event = match row.view() {
        Some(view) => LiveEvent::Conversation { conversation: Box::new(view) },
        // The conversation was deleted: the page reads it and gets `NotFound`.
        None => LiveEvent::Reload { conversation_ids: vec![row.id.to_string()] },
    };
    Ok(Some(ScopedEvent {
        inbox: row.inbox,
        watchers_only: false,
        event: SerializedEvent::new(&event)?,
    }))
}

fn message_event(record: &Record) -> Result<Option<ScopedEvent>> {
    let Some(image) = &record.dynamodb.new_image else { return Ok(None) };
    let row: Message = from_stream_image(image)?;
    let event = LiveEvent::Message { message: Box::new(row.view(None)) };
    Ok(Some(ScopedEvent {
        inbox: row.inbox,
        watchers_only: true,
        event: SerializedEvent::new(&event)?,
    }))
}

fn outbox_event(record: &Record) -> Result<Option<ScopedEvent>> {
    let images = &record.dynamodb;
    let deleted = images.new_image.is_none();
    let Some(image) = images.new_image.as_ref().or(images.old_image.as_ref()) else {
        return Ok(None);
    };
    let row: OutboxEntry = from_stream_image(image)?;
    if row.kind.plan().placement != Placement::Queue {
        return Ok(None);
    }
    let event = LiveEvent::Outbox {
        conversation_id: row.conversation_id.to_string(),
        message_id: row.message_id.to_string(),
        state: (!deleted).then_some(row.state),
        version: row.version + u64::from(deleted),
    };
    Ok(Some(ScopedEvent {
        inbox: row.inbox,
        watchers_only: true,
        event: SerializedEvent::new(&event)?,
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;
    use shared::conversation::ConversationId;
    use shared::session::Role;

    use super::*;

    const WATCHED: &str = "cccccccccccccccccccccccccc";

    fn event(inbox: &str, conversation_id: &str, watchers_only: bool) -> ScopedEvent {
        let event = LiveEvent::Outbox {
            conversation_id: conversation_id.to_owned(),
            message_id: format!("of {conversation_id}"),
            state: None,
            version: 1,
        };
        let event = SerializedEvent::new(&event).unwrap();
        ScopedEvent { inbox: inbox.to_owned(), watchers_only, event }
    }

    /// Returns the conversations of the events in the frame for a connection that sees the inbox `main`.
    fn frame(events: &[ScopedEvent]) -> Option<Vec<String>> {
        let connection = Connection {
            id: "connection".to_owned(),
            user: "anna".to_owned(),
            role: Role::Agent,
            inboxes: vec!["main".to_owned()],
            watched: BTreeSet::from([ConversationId::parse(WATCHED).unwrap()]),
            watch_sequence: None,
            expires_at: 0,
        };
        let text = frame_for_connection(&connection, events)?;
        let frame: Value = serde_json::from_str(&text).unwrap();
        let events = frame["events"].as_array().unwrap().iter();
        Some(events.map(|event| event["conversation_id"].as_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn a_frame_holds_the_events_of_visible_inboxes_and_watched_conversations() {
        let events = [
            event("main", "a", false),
            event("other", "b", false),
            event("main", WATCHED, true),
            event("main", "d", true),
            event("other", WATCHED, true),
        ];
        assert_eq!(frame(&events), Some(vec!["a".to_owned(), WATCHED.to_owned()]));
        assert_eq!(frame(&events[1..2]), None);
        assert_eq!(frame(&[]), None);
    }

    #[test]
    fn other_rows_and_invalid_records_have_no_event() {
        let record = |sk: &str| -> Record {
            let keys = json!({ "pk": { "S": "CONV#x" }, "sk": { "S": sk } });
            let image = json!({ "id": { "S": "x" } });
            let change = json!({ "Keys": keys, "NewImage": image, "SequenceNumber": "1" });
            serde_json::from_value(json!({ "eventName": "INSERT", "dynamodb": change })).unwrap()
        };
        for sk in ["JOB#1", "SID#1", "META", "MSG#1", "QUEUE#1"] {
            assert!(event_from_record(&record(sk)).is_none(), "{sk}");
        }
    }
}
