//! `push`: stream records become events, scoped and gathered into one frame a socket. The only function that writes
//! to sockets. Nothing here fails a batch: what does not arrive is healed by the page.

use std::sync::Arc;

use futures_util::StreamExt;
use serde_json::Value;
use shared::conversation::Conversation;
use shared::error::Result;
use shared::event::{Event, Written, frame};
use shared::intent::{Intent, IntentKind};
use shared::lambda::stream::{Record, StreamEvent, failed};
use shared::lambda::{Context, Setup};
use shared::live::{Delivery, Sender};
use shared::message::Message;
use shared::store::{Connection, decode_image};

use crate::app::{App, Build, work};

/// How many posts are under way at once.
const AT_ONCE: usize = 50;

/// An event, and who is told: everybody of the inbox, or those of them who watch its conversation.
struct Scoped {
    inbox: String,
    watchers_only: bool,
    event: Written,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    work(setup, &[], App::sender, handle)
}

async fn handle(
    app: Arc<App>,
    sender: Arc<Sender>,
    event: Value,
    _context: Context,
) -> Result<Value> {
    let events: Vec<Scoped> = StreamEvent::read(event)?.records.iter().filter_map(scoped).collect();
    if !events.is_empty() {
        let connections = app.store.all_connections().await?;
        let frames = connections.into_iter().filter_map(|to| Some((frame_for(&to, &events)?, to)));
        let frames: Vec<(String, Connection)> = frames.collect();
        futures_util::stream::iter(frames)
            .for_each_concurrent(AT_ONCE, |(frame, to)| post(&app, &sender, frame, to))
            .await;
    }
    Ok(failed(&[]))
}

async fn post(app: &App, sender: &Sender, frame: String, to: Connection) {
    match sender.post(&to.id, &frame).await {
        Delivery::Taken => {}
        Delivery::Dropped => tracing::info!(connection.id = to.id, "A frame was dropped"),
        Delivery::Gone => {
            if let Err(error) = app.store.forget_connection(&to.id).await {
                tracing::warn!(connection.id = to.id, %error, "A closed socket's row stays");
            }
        }
    }
}

/// The frame for one socket: what it may see of the batch, or none if that is nothing.
fn frame_for(to: &Connection, events: &[Scoped]) -> Option<String> {
    let seen: Vec<&Written> = events
        .iter()
        .filter(|scoped| to.inboxes.contains(&scoped.inbox))
        .filter(|scoped| {
            let id = scoped.event.conversation_id().unwrap_or("");
            !scoped.watchers_only || to.watching.iter().any(|watched| watched.as_str() == id)
        })
        .map(|scoped| &scoped.event)
        .collect();
    if seen.is_empty() {
        return None;
    }
    frame(&seen).inspect_err(|error| tracing::error!(%error, "A frame cannot be written")).ok()
}

/// What a record tells; none if it tells nothing, or cannot be read (then the page heals itself).
fn scoped(record: &Record) -> Option<Scoped> {
    let kind = record.sk().split('#').next().unwrap_or("");
    let read = match kind {
        "META" => conversation(record),
        "MSG" => message(record),
        "DO" => intent(record),
        _ => Ok(None),
    };
    let number = &*record.dynamodb.sequence_number;
    read.unwrap_or_else(|error| {
        let cause = error.causes();
        tracing::error!(record.sequence_number = number, cause, "A record cannot be read");
        None
    })
}

fn conversation(record: &Record) -> Result<Option<Scoped>> {
    let Some(image) = &record.dynamodb.new_image else { return Ok(None) };
    let row: Conversation = decode_image(image)?;
    let event = match row.view() {
        Some(view) => Event::Conversation { conversation: Box::new(view) },
        // It left the desk: the page asks, and finds it gone.
        None => Event::Reload { conversation_ids: vec![row.id.to_string()] },
    };
    Ok(Some(Scoped { inbox: row.inbox, watchers_only: false, event: Written::of(&event)? }))
}

fn message(record: &Record) -> Result<Option<Scoped>> {
    let Some(image) = &record.dynamodb.new_image else { return Ok(None) };
    let row: Message = decode_image(image)?;
    let event = Event::Message { message: Box::new(row.view(None)) };
    Ok(Some(Scoped { inbox: row.inbox, watchers_only: true, event: Written::of(&event)? }))
}

fn intent(record: &Record) -> Result<Option<Scoped>> {
    let images = &record.dynamodb;
    let gone = images.new_image.is_none();
    let Some(image) = images.new_image.as_ref().or(images.old_image.as_ref()) else {
        return Ok(None);
    };
    let row: Intent = decode_image(image)?;
    if row.kind != IntentKind::SendMessage {
        return Ok(None);
    }
    let event = Event::Intent {
        conversation_id: row.conversation.to_string(),
        message_id: row.target.to_string(),
        state: (!gone).then_some(row.state),
        step: row.step + u64::from(gone),
    };
    Ok(Some(Scoped { inbox: row.inbox, watchers_only: true, event: Written::of(&event)? }))
}
