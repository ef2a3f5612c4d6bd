//! `GET /api/conversations` returns a page of conversations, by filter or search.

use futures_util::future::try_join;
use serde::{Deserialize, Serialize};
use shared::address::Channel;
use shared::config::{InstallKey, Parameter};
use shared::conversation::search::SearchQuery;
use shared::conversation::{ConversationView, Filter};
use shared::cursor;
use shared::error::{Error, Result};
use shared::inbox_name::InboxName;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::store::{ConversationPage, Count, LongestWaiting, SearchPosition};
use utoipa::ToSchema;

use crate::app::{App, Build, Cx, Needs, authenticated};
use crate::paging::parse_limit;

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationList {
    /// The conversations, the newest first, or by `sort`.
    conversations: Vec<ConversationView>,
    /// The cursor of the next page; null at the end.
    cursor: Option<String>,
    /// Whether more than 200 conversations wait, so that `sort=longest_waiting` could not sort all of them.
    incomplete: bool,
    /// The counts of the inbox; only with `counts=true`.
    counts: Option<ListCounts>,
}

/// How many conversations of the inbox are in which list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListCounts {
    /// Those that are unread or whose contact waits for an answer.
    waiting: Count,
    /// Those with unread messages.
    unread: Count,
}

const EMPTY_PAGE: ConversationPage = ConversationPage { conversations: Vec::new(), next: None };

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(
        setup,
        Needs::parameters(&[Parameter::Install]),
        |app| app.parameters.install_key(),
        handle,
    )
}

#[utoipa::path(
    get, path = "/api/conversations", operation_id = "list-conversations",
    params(
        ("filter" = Option<Filter>, Query, description = "`open` by default"),
        ("channel" = Option<Channel>, Query, description = "Only conversations on this channel; a page can then be short or empty and still have a cursor"),
        ("sort" = Option<String>, Query, description = "`longest_waiting`, only with `filter=waiting`: at most 200 conversations, the longest waiting first, in one page"),
        ("counts" = Option<bool>, Query, description = "Whether to count the lists of the inbox, on `channel` if given"),
        ("search" = Option<String>, Query, description = "The start of a word of the name, or the start or end of the number; at least 2 characters"),
        ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, body = ConversationList)),
)]
pub(crate) async fn handle(
    Cx { app, state: key, caller }: Cx<InstallKey, Caller>,
    request: Request,
) -> Result<Response> {
    let known = ["filter", "channel", "sort", "counts", "search", "cursor", "limit"];
    request.reject_unknown_query(&known)?;
    let limit = parse_limit(&request, 30)?;
    let filter = request.query_param("filter").map_or(Some(Filter::Open), Filter::parse);
    let filter = filter.ok_or_else(|| Error::BadRequest(localized::request::filter()))?;
    let channel = request.query_param("channel").map(parse_channel).transpose()?;
    let search = request.query_param("search").unwrap_or("");
    if filter == Filter::All && search.is_empty() {
        return Err(Error::BadRequest(localized::request::filter()));
    }
    let counts = match (parse_counts(&request)?, caller.default_inbox()) {
        (true, Some(inbox)) => Some(count_lists(&app, inbox, channel).await?),
        _ => None,
    };
    if let Some(inbox) = parse_sort(&request, filter, search)?.then(|| caller.default_inbox()) {
        return longest_waiting(&app, inbox, channel, counts).await;
    }
    let channel_name = channel.map_or("", Channel::as_str);
    let scope = format!(
        "conversations\n{}\n{}\n{channel_name}\n{search}",
        caller.default_inbox().map_or("", InboxName::as_str),
        filter.as_str()
    );
    let before = request.query_param("cursor");
    let before = before.map(|text| cursor::decode(&key, &scope, text)).transpose()?;
    let before = before.as_deref();
    let page = match (caller.default_inbox(), search, channel) {
        (None, _, _) => EMPTY_PAGE,
        (Some(inbox), "", None) => {
            app.store.list_conversations(inbox, filter, before, limit).await?
        }
        (Some(inbox), "", Some(channel)) => {
            app.store.list_conversations_by_channel(inbox, (filter, channel), before, limit).await?
        }
        (Some(inbox), search, channel) => {
            search_page(&app, inbox, ((filter, channel), search), before, limit).await?
        }
    };
    let mut notes = app.store.get_notes(&page.conversations).await?;
    let views = page.conversations.iter().filter_map(|row| row.view(notes.remove(&row.id)));
    Response::json(
        200,
        &ConversationList {
            conversations: views.collect(),
            cursor: page.next.map(|next| cursor::encode(&key, &scope, &next)),
            incomplete: false,
            counts,
        },
    )
}

fn parse_counts(request: &Request) -> Result<bool> {
    match request.query_param("counts") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Error::BadRequest(localized::request::counts())),
    }
}

/// Returns whether the longest waiting conversations come first.
fn parse_sort(request: &Request, filter: Filter, search: &str) -> Result<bool> {
    match request.query_param("sort") {
        None => Ok(false),
        Some("longest_waiting") if filter == Filter::Waiting && search.is_empty() => Ok(true),
        Some(_) => Err(Error::BadRequest(localized::request::sort())),
    }
}

async fn count_lists(app: &App, inbox: &InboxName, channel: Option<Channel>) -> Result<ListCounts> {
    let (waiting, unread) = try_join(
        app.store.count_conversations(inbox, Filter::Waiting, channel),
        app.store.count_conversations(inbox, Filter::Unread, channel),
    )
    .await?;
    Ok(ListCounts { waiting, unread })
}

/// Returns all waiting conversations, at most 200, in one page.
async fn longest_waiting(
    app: &App,
    inbox: Option<&InboxName>,
    channel: Option<Channel>,
    counts: Option<ListCounts>,
) -> Result<Response> {
    let waiting = match inbox {
        Some(inbox) => app.store.list_longest_waiting(inbox, channel).await?,
        None => LongestWaiting { conversations: Vec::new(), more: false },
    };
    let mut notes = app.store.get_notes(&waiting.conversations).await?;
    let views = waiting.conversations.iter().filter_map(|row| row.view(notes.remove(&row.id)));
    let incomplete = waiting.more;
    let list =
        ConversationList { conversations: views.collect(), cursor: None, incomplete, counts };
    Response::json(200, &list)
}

fn parse_channel(name: &str) -> Result<Channel> {
    Channel::from_name(name).ok_or_else(|| Error::BadRequest(localized::request::channel()))
}

/// The position of a search page: its request to the table, and the last conversation returned from it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct SearchCursor {
    term: usize,
    after: Option<String>,
    before: Option<String>,
}

/// Returns a page of a search.
///
/// A request reads a limited number of rows, so a page can be short or empty and still have a cursor.
async fn search_page(
    app: &App,
    inbox: &InboxName,
    (filters, search): ((Filter, Option<Channel>), &str),
    cursor: Option<&str>,
    limit: usize,
) -> Result<ConversationPage> {
    let Some(query) = SearchQuery::parse(search) else { return Ok(EMPTY_PAGE) };
    let start: SearchCursor = match cursor {
        Some(text) => serde_json::from_str(text).map_err(Error::internal)?,
        None => SearchCursor::default(),
    };
    let position = SearchPosition { term: start.term, after: start.after };
    let (hits, next_position) =
        app.store.search_conversations(inbox, filters, &query, &position).await?;
    let before = start.before.as_deref();
    let is_older = |list_sk: Option<&str>| before.is_none_or(|before| list_sk < Some(before));
    let mut page: Vec<_> =
        hits.into_iter().filter(|hit| is_older(hit.list_sk.as_deref())).take(limit + 1).collect();
    let has_more = page.len() > limit;
    page.truncate(limit);
    let next = if has_more {
        let before = page.last().and_then(|last| last.list_sk.clone());
        Some(SearchCursor { term: position.term, after: position.after, before })
    } else {
        next_position.map(|next_position| SearchCursor {
            term: next_position.term,
            after: next_position.after,
            before: None,
        })
    };
    let next =
        next.map(|next| serde_json::to_string(&next).map_err(Error::internal)).transpose()?;
    Ok(ConversationPage { conversations: page, next })
}
