//! `GET /api/conversations/{id}/messages` returns a page of a thread, with the state of each send.

use std::collections::HashMap;

use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::conversation::Conversation;
use shared::cursor;
use shared::error::{Error, Result};
use shared::ids::MessageId;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::MessageView;
use shared::message::search::SearchWords;
use shared::outbox::OutboxEntryView;
use shared::store::{MessagePage, MessageRange, SEARCH_PAGE_READS};
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated};
use crate::paging::{message_position, parse_limit};
use crate::scope::visible_conversation;

/// A page of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    /// The messages, the oldest first.
    messages: Vec<MessageView>,
    /// The cursor for older messages; null at the beginning of the thread.
    older_cursor: Option<String>,
    /// The cursor for newer messages.
    newer_cursor: Option<String>,
    /// The ID of the last deleted message. Messages at or before it are not returned.
    deleted_through: Option<String>,
}

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
    get, path = "/api/conversations/{id}/messages", operation_id = "list-messages",
    params(
        ("id" = String, Path), ("before" = Option<String>, Query), ("after" = Option<String>, Query),
        ("around" = Option<String>, Query, description = "The ID of the message at the center of the page"),
        ("search" = Option<String>, Query, description = "Only messages with these words; a request reads at most 200 messages, so a page can be short or empty and still have an older cursor"),
        ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, body = MessageList)),
)]
pub(crate) async fn handle(
    Cx { app, state: key, caller }: Cx<InstallKey, Caller>,
    request: Request,
) -> Result<Response> {
    request.reject_unknown_query(&["before", "after", "around", "search", "limit"])?;
    let limit = parse_limit(&request, 50)?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let words = request.query_param("search").and_then(SearchWords::parse);
    let scope = match request.query_param("search") {
        Some(search) => format!("search\n{}\n{search}", conversation.id),
        None => format!("messages\n{}", conversation.id),
    };
    let range = parse_range(&key, &scope, &request)?;
    let queue = app.store.list_queue(&conversation.id);
    // A search keeps only its hits, so it reads more than it returns.
    let read_limit = if words.is_some() { SEARCH_PAGE_READS } else { limit };
    let page =
        app.store.list_messages(&conversation.id, conversation.deleted_through, range, read_limit);
    // Read the queue first, so that a send completed between the two reads does not appear to be waiting.
    let queue = queue.await?;
    let mut page = page.await?;
    let mut older = end_of_read(&page);
    if let Some(words) = words {
        older = retain_hits(&mut page, &words, limit);
    }
    if let MessageRange::Around(id) = range
        && page.messages.iter().all(|message| message.id != id)
    {
        return Err(Error::message_not_found());
    }
    let outbox_entries =
        queue.iter().filter_map(|entry| Some((entry.message_id()?, entry.view()))).collect();
    let encode_cursor = |id: MessageId| cursor::encode(&key, &scope, &id.to_string());
    Response::json(
        200,
        &to_message_list(&conversation, &page, (range, older), &outbox_entries, encode_cursor),
    )
}

fn parse_range(key: &InstallKey, scope: &str, request: &Request) -> Result<MessageRange> {
    let decode = |text: &str| message_position(&cursor::decode(key, scope, text)?);
    let searching = request.query_param("search").is_some();
    match (
        request.query_param("before"),
        request.query_param("after"),
        request.query_param("around"),
    ) {
        (None, None, None) => Ok(MessageRange::Newest),
        (Some(before), None, None) => decode(before).map(MessageRange::Before),
        (None, Some(after), None) if !searching => decode(after).map(MessageRange::After),
        (None, None, Some(around)) if !searching => {
            MessageId::parse(around).map(MessageRange::Around).ok_or_else(Error::message_not_found)
        }
        (None, _, _) if searching => Err(Error::BadRequest(localized::request::search_backwards())),
        _ => Err(Error::BadRequest(localized::request::one_window())),
    }
}

/// Returns the oldest message that was read, before which the next page begins, or `None` at the beginning of the thread.
fn end_of_read(page: &MessagePage) -> Option<MessageId> {
    page.messages.first().map(|message| message.id).filter(|_| page.more)
}

/// Keeps the newest `limit` hits of a page. Returns the message before which the next page begins.
///
/// That is the oldest hit that is kept if there are more of them, otherwise the oldest message that was read, hit or not.
fn retain_hits(page: &mut MessagePage, words: &SearchWords, limit: usize) -> Option<MessageId> {
    let end_of_read = end_of_read(page);
    page.messages.retain(|message| words.match_message(message));
    let surplus = page.messages.len().saturating_sub(limit);
    page.messages.drain(..surplus);
    let oldest_kept = page.messages.first().map(|message| message.id);
    oldest_kept.filter(|_| surplus > 0).or(end_of_read)
}

fn to_message_list(
    conversation: &Conversation,
    page: &MessagePage,
    (range, older): (MessageRange, Option<MessageId>),
    outbox_entries: &HashMap<MessageId, OutboxEntryView>,
    encode_cursor: impl Fn(MessageId) -> String,
) -> MessageList {
    let first = page.messages.first().map(|message| message.id);
    let last = page.messages.last().map(|message| message.id);
    let (older, newer) = match range {
        MessageRange::Newest | MessageRange::Before(_) | MessageRange::Around(_) => (older, last),
        // Without newer messages, the next read starts at the same position.
        MessageRange::After(id) => (first, last.or(Some(id))),
    };
    MessageList {
        older_cursor: older.map(&encode_cursor),
        newer_cursor: newer.map(&encode_cursor),
        deleted_through: conversation.deleted_through.map(|id| id.to_string()),
        messages: page
            .messages
            .iter()
            .map(|message| message.view(outbox_entries.get(&message.id).copied()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCOPE: &str = "messages\nc";
    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn parse(query: &[(&str, &str)]) -> Result<MessageRange> {
        let query: HashMap<&str, &str> = query.iter().copied().collect();
        let event = json!({
            "version": "2.0",
            "headers": {},
            "queryStringParameters": query,
            "requestContext": { "http": { "method": "GET" } },
            "isBase64Encoded": false,
        });
        parse_range(&key(), SCOPE, &Request::from_event(event).unwrap())
    }

    fn key() -> InstallKey {
        InstallKey::new([7; 32])
    }

    #[test]
    fn one_position_selects_the_range() {
        let id = MessageId::parse(ID).unwrap();
        let cursor = cursor::encode(&key(), SCOPE, ID);
        assert!(matches!(parse(&[]), Ok(MessageRange::Newest)));
        assert!(matches!(parse(&[("before", &cursor)]), Ok(MessageRange::Before(at)) if at == id));
        assert!(matches!(parse(&[("after", &cursor)]), Ok(MessageRange::After(at)) if at == id));
        assert!(matches!(parse(&[("around", ID)]), Ok(MessageRange::Around(at)) if at == id));
    }

    /// Returns a page with these texts, oldest first. The ID of the message at `index` ends in it.
    fn page(bodies: &[&str], more: bool) -> MessagePage {
        let message = |(index, body): (usize, &&str)| {
            serde_json::from_value(json!({
                "id": format!("{index:026}"), "conversation": "a".repeat(26), "inbox": "main",
                "direction": "inbound", "business": "+18555080989", "contact": "+12065550100",
                "body": body, "statuses": {}, "rev": 1,
            }))
            .unwrap()
        };
        MessagePage { messages: bodies.iter().enumerate().map(message).collect(), more }
    }

    /// Returns the indexes of the hits of `word` in a page, and that of the message before which the next page begins.
    fn search(bodies: &[&str], more: bool, limit: usize) -> (Vec<usize>, Option<usize>) {
        let mut page = page(bodies, more);
        let next = retain_hits(&mut page, &SearchWords::parse("word").unwrap(), limit);
        let index = |id: &str| id.parse().unwrap();
        let kept = page.messages.iter().map(|message| index(&message.id.to_string())).collect();
        (kept, next.map(|id| index(&id.to_string())))
    }

    #[test]
    fn a_search_keeps_the_newest_hits_and_continues_before_the_oldest_of_them() {
        let bodies = ["word 0", "x", "word 2", "word 3", "x", "word 5"];
        assert_eq!(search(&bodies, true, 2), (vec![3, 5], Some(3)));
        assert_eq!(search(&bodies, false, 2), (vec![3, 5], Some(3)));
        assert_eq!(search(&bodies, false, 3), (vec![2, 3, 5], Some(2)));
    }

    #[test]
    fn a_search_with_few_hits_continues_before_the_oldest_message_read() {
        let bodies = ["x", "word 1", "x"];
        assert_eq!(search(&bodies, true, 2), (vec![1], Some(0)));
        assert_eq!(search(&bodies, true, 1), (vec![1], Some(0)));
        assert_eq!(search(&["x", "x"], true, 2), (vec![], Some(0)));
    }

    #[test]
    fn a_search_that_read_the_whole_thread_ends() {
        assert_eq!(search(&["x", "word 1"], false, 1), (vec![1], None));
        assert_eq!(search(&["x"], false, 1), (vec![], None));
        assert_eq!(search(&[], false, 1), (vec![], None));
    }

    #[test]
    fn a_page_without_a_search_continues_before_its_oldest_message_if_there_are_more() {
        let position = |more| end_of_read(&page(&["a", "b"], more)).map(|id| id.to_string());
        assert_eq!(position(true), Some("0".repeat(26)));
        assert_eq!(position(false), None);
    }

    #[test]
    fn a_search_reads_only_backwards() {
        let cursor = cursor::encode(&key(), SCOPE, ID);
        let search = ("search", "word");
        assert!(matches!(parse(&[search]), Ok(MessageRange::Newest)));
        assert!(matches!(parse(&[search, ("before", &cursor)]), Ok(MessageRange::Before(_))));
        for position in [("after", &*cursor), ("around", ID)] {
            assert_eq!(parse(&[search, position]).unwrap_err().status(), 400);
        }
    }

    #[test]
    fn two_positions_and_invalid_ones_are_rejected() {
        let cursor = cursor::encode(&key(), SCOPE, ID);
        let other_scope = cursor::encode(&key(), "messages\nd", ID);
        let two = [("before", &*cursor), ("after", &*cursor)];
        assert_eq!(parse(&two).unwrap_err().status(), 400);
        assert_eq!(parse(&[("before", &other_scope)]).unwrap_err().status(), 400);
        assert_eq!(parse(&[("around", "x")]).unwrap_err().status(), 404);
    }
}
