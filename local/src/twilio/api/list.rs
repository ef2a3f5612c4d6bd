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

use super::refusal::Refusal;
use super::{authorize, resource};
use crate::twilio::exchange::Exchange;
use crate::twilio::store::messages::{self, Filter};

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

/// One page.
pub(super) async fn list(
    State(exchange): State<Arc<Exchange>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorize(&exchange, &account, &headers)?;
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let mut found =
        exchange.store.with(|db| messages::list(db, &asked.filter, asked.page_size + 1))?;
    let more = found.len() > asked.page_size;
    found.truncate(asked.page_size);

    let path = format!("/2010-04-01/Accounts/{account}/Messages.json");
    let uri = |page: usize, token: Option<String>| asked.uri(&path, page, token.as_deref());
    let next =
        found.last().filter(|_| more).map(|last| uri(asked.page + 1, Some(token(&last.sid))));
    let start = asked.page * asked.page_size;
    let shown: Vec<Value> =
        found.iter().map(|message| resource::resource(&account, message)).collect();
    Ok(Json(json!({
        "first_page_uri": uri(0, None),
        "end": start + shown.len().saturating_sub(1),
        "next_page_uri": next,
        "page": asked.page,
        "page_size": asked.page_size,
        "previous_page_uri": asked.previous(&exchange, &path)?,
        "messages": shown,
        "start": start,
        "uri": uri(asked.page, asked.filter.after.as_deref().map(token)),
    })))
}

/// What a list was asked for.
struct Asked {
    filter: Filter,
    /// The filters as they came, to stand in every page's address.
    given: Vec<(String, String)>,
    page: usize,
    page_size: usize,
}

impl Asked {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut asked =
            Self { filter: Filter::default(), given: Vec::new(), page: 0, page_size: DEFAULT_PAGE };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "To" => asked.filter.to = Some(value.to_string()),
                "From" => asked.filter.from = Some(value.to_string()),
                "DateSent" => {
                    let day = moment(&value)?.to_zoned(TimeZone::UTC).date();
                    asked.filter.since = Some(midnight(day)?);
                    let next = midnight(day.saturating_add(1.day()))?;
                    asked.filter.until = Some(next.saturating_sub(1.millisecond()).unwrap_or(next));
                }
                "DateSent<" => asked.filter.until = Some(moment(&value)?),
                "DateSent>" => asked.filter.since = Some(moment(&value)?),
                "PageSize" => {
                    let size = value.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size));
                    asked.page_size = size.ok_or_else(|| {
                        Refusal::bad(
                            20007,
                            format!("Page size must be between 1 and {LARGEST_PAGE}"),
                        )
                    })?;
                    continue;
                }
                "Page" => {
                    let bad = || Refusal::bad(20006, "Page must be a number");
                    asked.page = value.parse::<u16>().map_err(|_| bad())?.into();
                    continue;
                }
                "PageToken" => {
                    asked.filter.after = value.strip_prefix("PA").map(str::to_owned);
                    continue;
                }
                _ => continue,
            }
            asked.given.push((name.into_owned(), value.into_owned()));
        }
        Ok(asked)
    }

    /// The page's address, relative as Twilio gives it.
    fn uri(&self, path: &str, page: usize, token: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.given);
        query.append_pair("PageSize", &self.page_size.to_string());
        query.append_pair("Page", &page.to_string());
        if let Some(token) = token {
            query.append_pair("PageToken", token);
        }
        format!("{path}?{}", query.finish())
    }

    /// The address of the page before, which begins a page above this one's first message.
    fn previous(&self, exchange: &Exchange, path: &str) -> Result<Option<String>, Refusal> {
        let Some(page) = self.page.checked_sub(1) else { return Ok(None) };
        let newer = Filter { after: None, ..self.filter.clone() };
        let start = page * self.page_size;
        let shown = exchange.store.with(|db| messages::list(db, &newer, start))?;
        let before = shown.last().filter(|_| page > 0).map(|message| token(&message.sid));
        Ok(Some(self.uri(path, page, before.as_deref())))
    }
}

fn token(sid: &str) -> String {
    format!("PA{sid}")
}

/// A date (its beginning, UTC) or a moment.
fn moment(text: &str) -> Result<Timestamp, Refusal> {
    let bad = || Refusal::bad(20001, format!("DateSent {text} is not a date"));
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(date) = text.parse::<Date>() {
        return midnight(date);
    }
    let local: DateTime = text.parse().map_err(|_| bad())?;
    local.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| bad())
}

fn midnight(day: Date) -> Result<Timestamp, Refusal> {
    day.to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|_| Refusal::bad(20001, format!("{day} is not a date")))
}
