//! The client of Twilio's REST API: sends one request and never repeats it.
//!
//! Each resource adds its calls in its own module. Creating a message is not idempotent, so each error says whether
//! Twilio processed the request: not processed (may be repeated), rejected, or ambiguous (never repeated automatically).

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::sync::OnceCell;

use super::product::{Product, ProductUrls};
use super::response::{ApiResponse, NoResponse, send};
use crate::clock::Clock;
use crate::fault::{Fault, FaultPoints};
use crate::http;
use crate::secret::Secret;
use crate::sid::AccountSid;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The options of a [`Client`].
#[derive(Clone)]
pub struct ClientOptions {
    /// The base URLs of Twilio's products.
    pub urls: ProductUrls,
    /// The account whose resources are read and written.
    pub account: AccountSid,
    /// The user of HTTP Basic: the SID of an API key, or of the account.
    pub user: String,
    /// The secret of the API key, or the account's auth token.
    pub password: Secret,
    /// The clock of the ten-second timeout.
    pub clock: Arc<dyn Clock>,
    /// The fault points, such as `twilio.create`, `twilio.list` and `twilio.redact`.
    pub faults: FaultPoints,
}

/// A client of one account. It connects with the first call and keeps its connections.
pub struct Client {
    pub(super) options: ClientOptions,
    pub(super) http: OnceCell<reqwest::Client>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Client")
    }
}

impl Client {
    /// Makes a client without a connection.
    pub fn new(options: ClientOptions) -> Self {
        Self { options, http: OnceCell::new() }
    }

    /// Returns the URL of a path of the account in the product `api`.
    pub(super) fn account_url(&self, path: &str) -> String {
        let base = self.options.urls.get(Product::Api);
        format!("{base}/2010-04-01/Accounts/{}/{path}", self.options.account)
    }

    /// Sends one request through the fault point `point`.
    ///
    /// Without a response within ten seconds of the clock it is given up.
    pub(super) async fn call(
        &self,
        point: &'static str,
        method: Method,
        url: &str,
        build: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<ApiResponse, NoResponse> {
        let fault = self.options.faults.check(point).await;
        if fault == Some(Fault::RefuseConnection) {
            return Err(NoResponse::NotProcessed);
        }
        let http = self.http.get_or_try_init(async || http_client()).await?;
        let request = build(http.request(method, url))
            .basic_auth(&self.options.user, Some(self.options.password.expose()))
            .header("accept", "application/json");
        let response = tokio::select! {
            response = send(request) => response?,
            () = self.options.clock.sleep(TOTAL_TIMEOUT) => {
                return Err(NoResponse::Unanswered("no response within ten seconds".to_owned()));
            }
        };
        if fault == Some(Fault::DropResponse) {
            return Err(NoResponse::Unanswered("the response was dropped".to_owned()));
        }
        Ok(response)
    }
}

/// Makes an HTTP client that repeats nothing, because creating a message is not idempotent.
pub(super) fn http_client() -> Result<reqwest::Client, NoResponse> {
    http::client(CONNECT_TIMEOUT).map_err(|_| NoResponse::NotProcessed)
}
