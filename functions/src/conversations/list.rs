//! `GET /api/conversations`: a page of the list, by filter or by search.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::address::Channel;
use shared::config::{InstallKey, Parameter};
use shared::conversation::{Conversation, ConversationView};
use shared::cursor;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::search::Wanted;
use shared::sentences;
use shared::store::{Filter, Page, SearchAt};
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
        ("channel" = Option<Channel>, Query, description = "only this channel's; combines with the others, and a page may then be short, even empty, and still have a next one"),
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
    request.only_query(&["filter", "channel", "search", "cursor", "limit"])?;
    let limit = limit(&request, 30)?;
    let name = request.query("filter").unwrap_or("open");
    let filter = filter(name)?;
    let channel = request.query("channel").map(channel).transpose()?;
    let search = request.query("search").unwrap_or("");
    let on = channel.map_or("", Channel::as_str);
    let scope = format!("conversations\n{}\n{name}\n{on}\n{search}", caller.inbox());
    let before = request.query("cursor");
    let before = before.map(|text| cursor::decode(&key, &scope, text)).transpose()?;
    let (inbox, before) = (caller.inbox(), before.as_deref());
    let page = match (search, channel) {
        ("", None) => app.store.list(inbox, filter, before, limit).await?,
        ("", Some(channel)) => {
            app.store.list_channel(inbox, (filter, channel), before, limit).await?
        }
        (search, channel) => {
            found(&app, &caller, ((filter, channel), search), before, limit).await?
        }
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
        _ => Err(Error::Malformed(sentences::request::filter())),
    }
}

fn channel(name: &str) -> Result<Channel> {
    Channel::named(name).ok_or_else(|| Error::Malformed(sentences::request::channel()))
}

/// Where a page of a search begins: the rows of its request, and within them the last conversation shown.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    term: usize,
    after: Option<String>,
    before: Option<String>,
}

/// A page of a search. One request reads so many rows and no more: a page may be short, even empty, and still have a
/// next one.
async fn found(
    app: &App,
    caller: &Caller,
    (among, search): ((Filter, Option<Channel>), &str),
    place: Option<&str>,
    limit: usize,
) -> Result<Page> {
    let nothing = Page { conversations: vec![], next: None };
    let Some(wanted) = Wanted::parse(search) else { return Ok(nothing) };
    let place: Place = match place {
        Some(text) => serde_json::from_str(text).map_err(Error::failed)?,
        None => Place::default(),
    };
    let at = SearchAt { term: place.term, after: place.after };
    let (hits, on) = app.store.search(caller.inbox(), among, &wanted, &at).await?;
    let before = place.before.as_deref();
    let below = |sort: Option<&str>| before.is_none_or(|before| sort < Some(before));
    let mut page: Vec<_> =
        hits.into_iter().filter(|hit| below(hit.list_sk.as_deref())).take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = if more {
        let before = page.last().and_then(|last| last.list_sk.clone());
        Some(Place { term: at.term, after: at.after, before })
    } else {
        on.map(|on| Place { term: on.term, after: on.after, before: None })
    };
    let next = next.map(|next| serde_json::to_string(&next).map_err(Error::failed)).transpose()?;
    Ok(Page { conversations: page, next })
}
