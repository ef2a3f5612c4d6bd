//! `push` converts stream records to live events and sends one frame per socket.
//!
//! It is the only function that writes to sockets. A batch fails only if the tables cannot be read. The page recovers at
//! the next resync.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use shared::conversation::{Conversation, ConversationId};
use shared::error::Result;
use shared::inbox_name::InboxName;
use shared::lambda::Setup;
use shared::lambda::stream::{Record, StreamEvent, batch_item_failures};
use shared::live::{PostOutcome, SocketClient};
use shared::live_event::{LiveEvent, SerializedEvent, build_frame};
use shared::message::Message;
use shared::outbox::{OutboxEntry, Placement};
use shared::store::{Connection, from_stream_image};

use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};

/// The longest time of a handshake. Only an older connection is deleted when its socket is gone.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// The number of concurrent posts.
const CONCURRENCY: usize = 50;

/// A live event for all connections that see an inbox, or only those that watch the conversation.
struct ScopedEvent {
    inbox: InboxName,
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
    let changes: Vec<Change> = event.records.iter().filter_map(Change::from_record).collect();
    if !changes.is_empty() {
        let connections = app.store.list_connections().await?;
        if !connections.is_empty() {
            push_changes(&app, &client, changes, connections).await?;
        }
    }
    Ok(batch_item_failures(&[]))
}

async fn push_changes(
    app: &App,
    client: &SocketClient,
    changes: Vec<Change>,
    connections: Vec<Connection>,
) -> Result<()> {
    let notes = app.store.get_notes(changes.iter().filter_map(Change::conversation)).await?;
    let events = changes.into_iter().filter_map(|change| change.into_event(&notes));
    let events: Vec<ScopedEvent> = events.collect();
    let frames = connections
        .into_iter()
        .filter_map(|connection| Some((frame_for_connection(&connection, &events)?, connection)));
    let frames: Vec<(String, Connection)> = frames.collect();
    futures_util::stream::iter(frames)
        .for_each_concurrent(CONCURRENCY, |(frame, connection)| {
            post_frame(app, client, frame, connection)
        })
        .await;
    Ok(())
}

async fn post_frame(app: &App, client: &SocketClient, frame: String, connection: Connection) {
    match client.post(&connection.id, &frame).await {
        PostOutcome::Delivered => {}
        PostOutcome::Dropped => tracing::info!(connection.id = connection.id, "Frame dropped"),
        // API Gateway also answers 410 while the handshake is not finished.
        PostOutcome::Gone if app.store.connection_age(&connection) < HANDSHAKE => {
            tracing::info!(connection.id = connection.id, "Frame dropped during the handshake");
        }
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
            let ids = scoped.event.conversation_ids();
            let is_watched =
                || connection.watched.iter().any(|id| ids.iter().any(|it| it == id.as_str()));
            !scoped.watchers_only || is_watched()
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

/// A changed row that the page shows.
enum Change {
    Conversation(Box<Conversation>),
    Message(Box<Message>),
    Outbox { entry: Box<OutboxEntry>, deleted: bool },
}

impl Change {
    /// Reads a stream record. Returns `None` for irrelevant or invalid records.
    fn from_record(record: &Record) -> Option<Self> {
        Self::parse(record).unwrap_or_else(|error| {
            let cause = error.cause_chain();
            tracing::error!(
                record.sequence_number = record.dynamodb.sequence_number,
                error = cause,
                "Invalid stream record"
            );
            None
        })
    }

    fn parse(record: &Record) -> Result<Option<Self>> {
        let images = &record.dynamodb;
        let kind = record.sk().split('#').next().unwrap_or("");
        Ok(match (kind, &images.new_image) {
            ("META", Some(image)) => Some(Self::Conversation(from_stream_image(image)?)),
            ("MSG", Some(image)) => Some(Self::Message(from_stream_image(image)?)),
            ("QUEUE", new_image) => {
                let deleted = new_image.is_none();
                let Some(image) = new_image.as_ref().or(images.old_image.as_ref()) else {
                    return Ok(None);
                };
                let entry: Box<OutboxEntry> = from_stream_image(image)?;
                let in_queue = entry.kind.plan().placement == Placement::Queue;
                in_queue.then_some(Self::Outbox { entry, deleted })
            }
            _ => None,
        })
    }

    fn conversation(&self) -> Option<&Conversation> {
        match self {
            Self::Conversation(conversation) => Some(conversation),
            Self::Message(_) | Self::Outbox { .. } => None,
        }
    }

    fn into_event(self, notes: &HashMap<ConversationId, String>) -> Option<ScopedEvent> {
        let watchers_only = self.conversation().is_none();
        let (inbox, event) = match self {
            Self::Conversation(row) => {
                let event = match row.view(notes.get(&row.id).cloned()) {
                    Some(view) => LiveEvent::Conversation { conversation: Box::new(view) },
                    // The conversation was deleted: the page reads it and gets `NotFound`.
                    None => LiveEvent::Reload { conversation_ids: vec![row.id.to_string()] },
                };
                (row.inbox, event)
            }
            Self::Message(row) => {
                let event = LiveEvent::Message { message: Box::new(row.view(None)) };
                (row.inbox, event)
            }
            Self::Outbox { entry, deleted } => {
                let (conversation, message) = entry.message().ok()?;
                let event = LiveEvent::Outbox {
                    conversation_id: conversation.to_string(),
                    message_id: message.to_string(),
                    state: (!deleted).then_some(entry.state),
                    version: entry.version + u64::from(deleted),
                };
                (entry.inbox, event)
            }
        };
        SerializedEvent::new(&event)
            .inspect_err(|error| tracing::error!(%error, "Event serialization failed"))
            .ok()
            .map(|event| ScopedEvent { inbox, watchers_only, event })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;
    use shared::session::Role;
    use shared::username::Username;

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
        ScopedEvent { inbox: InboxName::parse(inbox).unwrap(), watchers_only, event }
    }

    /// Returns the conversations of the events in the frame for a connection that sees the inbox `main`.
    fn frame(events: &[ScopedEvent]) -> Option<Vec<String>> {
        let connection = Connection {
            id: "connection".to_owned(),
            user: Username::parse("anna").unwrap(),
            role: Role::Agent,
            inboxes: vec![InboxName::main()],
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
        for sk in ["JOB#1", "SID#1", "NOTE", "META", "MSG#1", "QUEUE#1"] {
            assert!(Change::from_record(&record(sk)).is_none(), "{sk}");
        }
    }
}
