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
use shared::sentences;
use shared::store::{MessagePage, SEARCHED, Window};
use shared::thread_search::Needles;
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
        ("around" = Option<String>, Query, description = "the page around this message"),
        ("search" = Option<String>, Query, description = "only messages with these words; one request reads 200 messages, so a page may be short, even empty, and still have an older one"),
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
    request.only_query(&["before", "after", "around", "search", "limit"])?;
    let limit = limit(&request, 50)?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let needles = request.query("search").and_then(Needles::parse);
    let scope = match request.query("search") {
        Some(search) => format!("search\n{}\n{search}", conversation.id),
        None => format!("messages\n{}", conversation.id),
    };
    let window = window(&key, &scope, &request)?;
    let lane = app.store.lane(&conversation.id);
    let most = if needles.is_some() { SEARCHED } else { limit };
    let page = app.store.messages(&conversation.id, conversation.cleared, window, most);
    // The lane first: a send that settles between the two reads must not look like one that waits.
    let lane = lane.await?;
    let mut page = page.await?;
    let mut older = page.messages.first().map(|message| message.id).filter(|_| page.more);
    if let Some(needles) = needles {
        older = keep_hits(&mut page, &needles, limit).or(older);
    }
    if let Window::Around(id) = window
        && page.messages.iter().all(|message| message.id != id)
    {
        return Err(Error::no_message());
    }
    let intents = lane.iter().map(|intent| (intent.target, intent.view())).collect();
    let at = |id: Ulid| cursor::encode(&key, &scope, &id.to_string());
    Response::json(200, &listed(&conversation, &page, (window, older), &intents, at))
}

fn window(key: &InstallKey, scope: &str, request: &Request) -> Result<Window> {
    let read = |text: &str| {
        let position = cursor::decode(key, scope, text)?;
        Ulid::from_string(&position).map_err(Error::failed)
    };
    let searching = request.query("search").is_some();
    match (request.query("before"), request.query("after"), request.query("around")) {
        (None, None, None) => Ok(Window::Newest),
        (Some(before), None, None) => read(before).map(Window::Before),
        (None, Some(after), None) if !searching => read(after).map(Window::After),
        (None, None, Some(around)) if !searching => {
            Ulid::from_string(around).map(Window::Around).map_err(|_| Error::no_message())
        }
        (None, _, _) if searching => Err(Error::Malformed(sentences::request::search_backwards())),
        _ => Err(Error::Malformed(sentences::request::one_window())),
    }
}

/// Leaves the newest hits of a page, `limit` at the most. Where there are more, the oldest of those that stay is
/// given: the next page begins before it.
fn keep_hits(page: &mut MessagePage, needles: &Needles, limit: usize) -> Option<Ulid> {
    page.messages.retain(|message| needles.are_in(message));
    let surplus = page.messages.len().saturating_sub(limit);
    page.messages.drain(..surplus);
    page.messages.first().map(|message| message.id).filter(|_| surplus > 0)
}

fn listed(
    conversation: &Conversation,
    page: &MessagePage,
    (window, older): (Window, Option<Ulid>),
    intents: &HashMap<Ulid, IntentView>,
    at: impl Fn(Ulid) -> String,
) -> MessageList {
    let first = page.messages.first().map(|message| message.id);
    let last = page.messages.last().map(|message| message.id);
    let (older, newer) = match window {
        Window::Newest | Window::Before(_) | Window::Around(_) => (older, last),
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
