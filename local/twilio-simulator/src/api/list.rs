//! `GET …/Messages.json`: the account's messages, newest first, page by page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::authorize::authorize;
use super::error::TwilioApiError;
use super::resource;
use crate::state::SimulatorState;
use crate::store::messages::{self, Filter};

const DEFAULT_PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1000;

/// Returns one page.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<Value>, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let list_query = ListQuery::parse(query.as_deref().unwrap_or_default())?;
    let mut messages =
        state.store.with(|db| messages::list(db, &list_query.filter, list_query.page_size + 1))?;
    let has_more = messages.len() > list_query.page_size;
    messages.truncate(list_query.page_size);

    let path = format!("/2010-04-01/Accounts/{account}/Messages.json");
    let uri = |page: usize, token: Option<String>| list_query.uri(&path, page, token.as_deref());
    let next = messages
        .last()
        .filter(|_| has_more)
        .map(|last| uri(list_query.page + 1, Some(page_token(&last.sid))));
    let start = list_query.page * list_query.page_size;
    let views: Vec<Value> =
        messages.iter().map(|message| resource::resource(&account, message)).collect();
    Ok(Json(json!({
        "first_page_uri": uri(0, None),
        "end": start + views.len().saturating_sub(1),
        "next_page_uri": next,
        "page": list_query.page,
        "page_size": list_query.page_size,
        "previous_page_uri": list_query.previous(&state, &path)?,
        "messages": views,
        "start": start,
        "uri": uri(list_query.page, list_query.filter.after.as_deref().map(page_token)),
    })))
}

/// The query of a list.
struct ListQuery {
    filter: Filter,
    /// The filters as received, which every page's URI repeats.
    filters: Vec<(String, String)>,
    page: usize,
    page_size: usize,
}

impl ListQuery {
    fn parse(query: &str) -> Result<Self, TwilioApiError> {
        let mut parsed = Self {
            filter: Filter::default(),
            filters: Vec::new(),
            page: 0,
            page_size: DEFAULT_PAGE_SIZE,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "To" => parsed.filter.to = Some(value.to_string()),
                "From" => parsed.filter.from = Some(value.to_string()),
                "DateSent" => {
                    let day = parse_moment(&value)?.to_zoned(TimeZone::UTC).date();
                    parsed.filter.since = Some(midnight(day)?);
                    let next = midnight(day.saturating_add(1.day()))?;
                    parsed.filter.until =
                        Some(next.saturating_sub(1.millisecond()).unwrap_or(next));
                }
                "DateSent<" => parsed.filter.until = Some(parse_moment(&value)?),
                "DateSent>" => parsed.filter.since = Some(parse_moment(&value)?),
                "PageSize" => {
                    let size = value.parse().ok().filter(|size| (1..=MAX_PAGE_SIZE).contains(size));
                    parsed.page_size = size.ok_or_else(|| {
                        TwilioApiError::bad_request(
                            20007,
                            format!("Page size must be between 1 and {MAX_PAGE_SIZE}"),
                        )
                    })?;
                    continue;
                }
                "Page" => {
                    let error = || TwilioApiError::bad_request(20006, "Page must be a number");
                    parsed.page = value.parse::<u16>().map_err(|_| error())?.into();
                    continue;
                }
                "PageToken" => {
                    parsed.filter.after = value.strip_prefix("PA").map(str::to_owned);
                    continue;
                }
                _ => continue,
            }
            parsed.filters.push((name.into_owned(), value.into_owned()));
        }
        Ok(parsed)
    }

    /// Returns the URI of a page, relative as at Twilio.
    fn uri(&self, path: &str, page: usize, token: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("PageSize", &self.page_size.to_string());
        query.append_pair("Page", &page.to_string());
        if let Some(token) = token {
            query.append_pair("PageToken", token);
        }
        format!("{path}?{}", query.finish())
    }

    /// Returns the URI of the previous page, which starts one page before this one's first message.
    fn previous(
        &self,
        state: &SimulatorState,
        path: &str,
    ) -> Result<Option<String>, TwilioApiError> {
        let Some(page) = self.page.checked_sub(1) else { return Ok(None) };
        let newer = Filter { after: None, ..self.filter.clone() };
        let start = page * self.page_size;
        let newer_messages = state.store.with(|db| messages::list(db, &newer, start))?;
        let before =
            newer_messages.last().filter(|_| page > 0).map(|message| page_token(&message.sid));
        Ok(Some(self.uri(path, page, before.as_deref())))
    }
}

fn page_token(sid: &str) -> String {
    format!("PA{sid}")
}

/// Parses a date (midnight UTC) or a time.
fn parse_moment(text: &str) -> Result<Timestamp, TwilioApiError> {
    let error = || TwilioApiError::bad_request(20001, format!("DateSent {text} is not a date"));
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(date) = text.parse::<Date>() {
        return midnight(date);
    }
    let local: DateTime = text.parse().map_err(|_| error())?;
    local.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| error())
}

fn midnight(day: Date) -> Result<Timestamp, TwilioApiError> {
    day.to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|_| TwilioApiError::bad_request(20001, format!("{day} is not a date")))
}
