//! A page of a list, with absolute addresses as this API gives them.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::refusal::Refusal;
use crate::twilio::exchange::Exchange;

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

/// What a list was asked for.
pub(super) struct Asked {
    /// The filters as they came, to stand in every page's address.
    filters: Vec<(String, String)>,
    page: usize,
    size: usize,
}

impl Asked {
    /// Reads a query.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Refusal> {
        let mut asked = Self { filters: Vec::new(), page: 0, size: DEFAULT_PAGE };
        let query = query.unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            match &*name {
                "PageSize" => {
                    let size = value.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size));
                    let words = format!("Page size must be between 1 and {LARGEST_PAGE}");
                    asked.size = size.ok_or_else(|| Refusal::bad(20007, words))?;
                }
                "Page" => {
                    let bad = |_| Refusal::bad(20006, "Page must be a number");
                    asked.page = value.parse::<u16>().map_err(bad)?.into();
                }
                "PageToken" => {}
                _ => asked.filters.push((name, value)),
            }
        }
        Ok(asked)
    }

    /// The filter called `name`.
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        let found = self.filters.iter().find(|(filter, _)| filter == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The page of all that was found, under `key`.
    pub(super) fn of(&self, exchange: &Exchange, path: &str, key: &str, all: Vec<Value>) -> Value {
        let url = |page: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.filters);
            query.append_pair("PageSize", &self.size.to_string());
            query.append_pair("Page", &page.to_string());
            format!("{}{path}?{}", exchange.url, query.finish())
        };
        let start = self.page * self.size;
        let more = all.len() > start + self.size;
        let shown: Vec<Value> = all.into_iter().skip(start).take(self.size).collect();
        json!({
            key: shown,
            "meta": {
                "first_page_url": url(0),
                "key": key,
                "next_page_url": more.then(|| url(self.page + 1)),
                "page": self.page,
                "page_size": self.size,
                "previous_page_url": self.page.checked_sub(1).map(url),
                "url": url(self.page),
            },
        })
    }
}
