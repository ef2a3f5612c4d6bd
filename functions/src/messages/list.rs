//! `GET /api/conversations/{id}/messages`: a part of a thread, with the state of each send.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::conversation::Conversation;
use shared::cursor;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::intent::IntentView;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::store::{MessagePage, Window};
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::conversations::seen_by;
use crate::paging::limit;

/// A part of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    /// The oldest first.
    messages: Vec<MessageView>,
    /// Where older ones begin; null at the beginning of the thread.
    older: Option<String>,
    /// Where newer ones begin.
    newer: Option<String>,
    /// Nothing at or before this message is shown: it was deleted.
    cleared: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Install], |app| app.parameters.install_key(), handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/messages", operation_id = "list-messages",
    params(
        ("id" = String, Path), ("before" = Option<String>, Query), ("after" = Option<String>, Query),
        ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, body = MessageList)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    key: Arc<InstallKey>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    request.only_query(&["before", "after", "limit"])?;
    let limit = limit(&request, 50)?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let scope = format!("messages\n{}", conversation.id);
    let window = window(&key, &scope, &request)?;
    let lane = app.store.lane(&conversation.id);
    let page = app.store.messages(&conversation.id, conversation.cleared, window, limit);
    // The lane first: a send that settles between the two reads must not look like one that waits.
    let lane = lane.await?;
    let page = page.await?;
    let intents = lane.iter().map(|intent| (intent.target, intent.view())).collect();
    let at = |id: Ulid| cursor::encode(&key, &scope, &id.to_string());
    Response::json(200, &listed(&conversation, &page, window, &intents, at))
}

fn window(key: &InstallKey, scope: &str, request: &Request) -> Result<Window> {
    let read = |text: &str| {
        let position = cursor::decode(key, scope, text)?;
        Ulid::from_string(&position).map_err(Error::failed)
    };
    match (request.query("before"), request.query("after")) {
        (None, None) => Ok(Window::Newest),
        (Some(before), None) => read(before).map(Window::Before),
        (None, Some(after)) => read(after).map(Window::After),
        (Some(_), Some(_)) => {
            Err(Error::Malformed("Ask for messages before or after, not both.".to_owned()))
        }
    }
}

fn listed(
    conversation: &Conversation,
    page: &MessagePage,
    window: Window,
    intents: &HashMap<Ulid, IntentView>,
    at: impl Fn(Ulid) -> String,
) -> MessageList {
    let first = page.messages.first().map(|message| message.id);
    let last = page.messages.last().map(|message| message.id);
    let (older, newer) = match window {
        Window::Newest | Window::Before(_) => (first.filter(|_| page.more), last),
        // Where nothing newer is, the next read begins where this one did.
        Window::After(id) => (first, last.or(Some(id))),
    };
    MessageList {
        older: older.map(&at),
        newer: newer.map(&at),
        cleared: conversation.cleared.map(|cleared| cleared.to_string()),
        messages: page
            .messages
            .iter()
            .map(|message| message.view(intents.get(&message.id).copied()))
            .collect(),
    }
}
