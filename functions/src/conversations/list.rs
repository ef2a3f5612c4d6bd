//! `GET /api/conversations`: a page of the list, by filter or by search.

use std::sync::Arc;

use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::conversation::{Conversation, ConversationView};
use shared::cursor;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::search::Wanted;
use shared::store::{Filter, Page};
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::paging::limit;

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationList {
    /// The newest first.
    conversations: Vec<ConversationView>,
    /// Where the next page begins; null at the end.
    cursor: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Install], |app| app.parameters.install_key(), handle)
}

#[utoipa::path(
    get, path = "/api/conversations", operation_id = "list-conversations",
    params(
        ("filter" = Option<String>, Query, description = "open (usual), unread or closed"),
        ("search" = Option<String>, Query, description = "beginning of a word of the name, beginning or end of the number; 2 characters or more"),
        ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, body = ConversationList)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    key: Arc<InstallKey>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    request.only_query(&["filter", "search", "cursor", "limit"])?;
    let limit = limit(&request, 30)?;
    let name = request.query("filter").unwrap_or("open");
    let filter = filter(name)?;
    let search = request.query("search").unwrap_or("");
    let scope = format!("conversations\n{}\n{name}\n{search}", caller.inbox());
    let before = request.query("cursor");
    let before = before.map(|text| cursor::decode(&key, &scope, text)).transpose()?;
    let page = if search.is_empty() {
        app.store.list(caller.inbox(), filter, before.as_deref(), limit).await?
    } else {
        found(&app, &caller, (filter, search), before.as_deref(), limit).await?
    };
    Response::json(
        200,
        &ConversationList {
            conversations: page.conversations.iter().filter_map(Conversation::view).collect(),
            cursor: page.next.map(|next| cursor::encode(&key, &scope, &next)),
        },
    )
}

fn filter(name: &str) -> Result<Filter> {
    match name {
        "open" => Ok(Filter::Open),
        "unread" => Ok(Filter::Unread),
        "closed" => Ok(Filter::Closed),
        _ => Err(Error::Malformed("The filter is open, unread or closed.".to_owned())),
    }
}

async fn found(
    app: &App,
    caller: &Caller,
    (filter, search): (Filter, &str),
    before: Option<&str>,
    limit: usize,
) -> Result<Page> {
    let nothing = Page { conversations: vec![], next: None };
    let Some(wanted) = Wanted::parse(search) else { return Ok(nothing) };
    let hits = app.store.search(caller.inbox(), filter, &wanted).await?;
    let below = |sort: Option<&str>| before.is_none_or(|before| sort < Some(before));
    let mut page: Vec<_> =
        hits.into_iter().filter(|hit| below(hit.list_sk.as_deref())).take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).and_then(|last| last.list_sk.clone());
    Ok(Page { conversations: page, next })
}
