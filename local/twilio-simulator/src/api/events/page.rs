//! Pages of lists, with absolute URLs as in this API.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::error::TwilioApiError;
use crate::product::Product;
use crate::state::SimulatorState;

const DEFAULT_PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1000;

/// The query of a list.
pub(super) struct PageQuery {
    /// The filters as received, which every page's URL repeats.
    filters: Vec<(String, String)>,
    page: usize,
    size: usize,
}

impl PageQuery {
    /// Parses a query string.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, TwilioApiError> {
        let mut parsed = Self { filters: Vec::new(), page: 0, size: DEFAULT_PAGE_SIZE };
        let query = query.unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            match &*name {
                "PageSize" => {
                    let size = value.parse().ok().filter(|size| (1..=MAX_PAGE_SIZE).contains(size));
                    let message = format!("Page size must be between 1 and {MAX_PAGE_SIZE}");
                    parsed.size =
                        size.ok_or_else(|| TwilioApiError::bad_request(20007, message))?;
                }
                "Page" => {
                    let error = |_| TwilioApiError::bad_request(20006, "Page must be a number");
                    parsed.page = value.parse::<u16>().map_err(error)?.into();
                }
                "PageToken" => {}
                _ => parsed.filters.push((name, value)),
            }
        }
        Ok(parsed)
    }

    /// Returns the filter `name`.
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        let value = self.filters.iter().find(|(filter, _)| filter == name);
        value.map(|(_, value)| value.as_str())
    }

    /// Returns the requested page of `items` under `key`.
    pub(super) fn page_json(
        &self,
        state: &SimulatorState,
        path: &str,
        key: &str,
        items: Vec<Value>,
    ) -> Value {
        let base = state.product_url(Product::Events);
        let url = |page: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.filters);
            query.append_pair("PageSize", &self.size.to_string());
            query.append_pair("Page", &page.to_string());
            format!("{base}{path}?{}", query.finish())
        };
        let start = self.page * self.size;
        let has_more = items.len() > start + self.size;
        let page_items: Vec<Value> = items.into_iter().skip(start).take(self.size).collect();
        json!({
            key: page_items,
            "meta": {
                "first_page_url": url(0),
                "key": key,
                "next_page_url": has_more.then(|| url(self.page + 1)),
                "page": self.page,
                "page_size": self.size,
                "previous_page_url": self.page.checked_sub(1).map(url),
                "url": url(self.page),
            },
        })
    }
}
