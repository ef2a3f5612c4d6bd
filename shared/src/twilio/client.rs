//! The calls to Twilio's REST API, and the one place that speaks HTTP outwards.
//!
//! Creating a message is not idempotent, so each failure says whether Twilio can have taken the message: not processed
//! (safe to repeat), refused (Twilio said no), or ambiguous (never repeat by itself).

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Method, RequestBuilder};
use tokio::sync::OnceCell;
use url::Url;

use super::answer::{Answer, Entry, Lost, answered};
pub use super::answer::{Direction, Listed};
use crate::address::Address;
use crate::clock::Clock;
use crate::fault::{Fault, Faults};
use crate::secret::Secret;
use crate::sid::{AccountSid, MessageSid};
use crate::status::MessageStatus;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// What a list asks for at once; Twilio allows 1,000.
const PAGE_SIZE: &str = "200";
/// A list is followed no further than this: 20,000 messages between two addresses on one day.
const MOST_PAGES: usize = 100;

/// What a [`Client`] is made of.
#[derive(Clone)]
pub struct ClientOptions {
    /// Where the API is, `https://api.twilio.com` or a simulator, without a path.
    pub base: String,
    /// The account whose messages are meant.
    pub account: AccountSid,
    /// The user of HTTP Basic: an API key's SID, or the account's.
    pub user: String,
    /// The API key's secret, or the account's auth token.
    pub password: Secret,
    /// Time, for the limit of ten seconds.
    pub clock: Arc<dyn Clock>,
    /// The fault points `twilio.create` and `twilio.list`.
    pub faults: Faults,
}

/// A client of one account. Its connections are opened with the first call and kept.
pub struct Client {
    options: ClientOptions,
    http: OnceCell<reqwest::Client>,
}

/// A message to be created.
#[derive(Debug, Clone, Copy)]
pub struct CreateMessage<'a> {
    /// Our sender.
    pub from: &'a Address,
    /// The receiver.
    pub to: &'a Address,
    /// The text, at most 1,600 characters.
    pub body: &'a str,
    /// Where Twilio reports what becomes of it.
    pub status_callback: &'a str,
}

/// A message that Twilio has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Twilio's id of it.
    pub sid: MessageSid,
    /// Its first status, for which there is no callback.
    pub status: MessageStatus,
    /// The parts that it is cut into.
    pub num_segments: Option<u32>,
}

/// Why a message was not created, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Twilio has not touched the request (429, or no connection): it may be repeated.
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
    },
    /// Twilio said no, and will again.
    #[error("Twilio refused the message: {code} {message}")]
    Refused {
        /// Twilio's error code; the HTTP status where the answer has none.
        code: u32,
        /// Twilio's words.
        message: String,
    },
    /// Nobody knows whether the message exists (no answer, 5xx, an answer that makes no sense): not to be repeated.
    #[error("Twilio may have taken the message: {0}")]
    Ambiguous(String),
}

/// Why a list could not be read. Reading may always be repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Twilio has not touched the request (429, or no connection).
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
    },
    /// Twilio said no.
    #[error("Twilio refused the request: {code} {message}")]
    Refused {
        /// Twilio's error code; the HTTP status where the answer has none.
        code: u32,
        /// Twilio's words.
        message: String,
    },
    /// No answer, 5xx, or an answer that makes no sense.
    #[error("Twilio gave no usable answer: {0}")]
    Failed(String),
}

impl Client {
    /// A client that has not called anybody yet.
    pub fn new(options: ClientOptions) -> Self {
        Self { options, http: OnceCell::new() }
    }

    /// Creates a message: one request, never repeated here.
    pub async fn create_message(
        &self,
        message: &CreateMessage<'_>,
    ) -> Result<Created, CreateError> {
        let form = [
            ("To", message.to.as_str()),
            ("From", message.from.as_str()),
            ("Body", message.body),
            ("StatusCallback", message.status_callback),
        ];
        let url = self.messages_url();
        let answer =
            self.call("twilio.create", Method::POST, &url, |request| request.form(&form)).await?;
        answer.created()
    }

    /// Lists the messages from `from` to `to` that were sent on `day` (UTC), newest first, all pages. The first second
    /// of the next day may be among them.
    pub async fn list_messages(
        &self,
        to: &Address,
        from: &Address,
        day: Date,
    ) -> Result<Vec<Listed>, ClientError> {
        let next_day = day.tomorrow().unwrap_or(day);
        let (since, until) = (format!("{day}T00:00:00Z"), format!("{next_day}T00:00:00Z"));
        let query = [
            ("To", to.as_str()),
            ("From", from.as_str()),
            // The names end in the comparison; each bound is included.
            ("DateSent>", since.as_str()),
            ("DateSent<", until.as_str()),
            ("PageSize", PAGE_SIZE),
        ];
        let first = Url::parse_with_params(&self.messages_url(), query)
            .map_err(|error| ClientError::Failed(error.to_string()))?;
        let mut next = Some(first.to_string());
        let mut messages = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(url) = next else { break };
            let answer = self.call("twilio.list", Method::GET, &url, |request| request).await?;
            let page = answer.page()?;
            messages.extend(page.messages.into_iter().filter_map(Entry::listed));
            // The address of the next page is relative; anything else would take our credentials elsewhere.
            next = page.next_page_uri.filter(|uri| uri.starts_with("/2010-04-01/"));
            next = next.map(|uri| format!("{}{uri}", self.base()));
        }
        Ok(messages)
    }

    fn base(&self) -> &str {
        self.options.base.trim_end_matches('/')
    }

    fn messages_url(&self) -> String {
        format!("{}/2010-04-01/Accounts/{}/Messages.json", self.base(), self.options.account)
    }

    /// One request through the fault point `point`, answered within ten seconds of the clock.
    async fn call(
        &self,
        point: &'static str,
        method: Method,
        url: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, Lost> {
        let fault = self.options.faults.pass(point).await;
        if fault == Some(Fault::Refuse) {
            return Err(Lost::NotProcessed);
        }
        let http = self.http.get_or_try_init(async || connected()).await?;
        let request = fill(http.request(method, url))
            .basic_auth(&self.options.user, Some(self.options.password.expose()))
            .header("accept", "application/json");
        let answer = tokio::select! {
            answer = answered(request) => answer?,
            () = self.options.clock.sleep(TOTAL_TIMEOUT) => {
                return Err(Lost::Unanswered("no answer within ten seconds".to_owned()));
            }
        };
        if fault == Some(Fault::LoseAnswer) {
            return Err(Lost::Unanswered("the answer was lost".to_owned()));
        }
        Ok(answer)
    }
}

/// The connections to Twilio. Roots of trust are compiled in, so that a cold start reads no certificate store;
/// redirects are not followed, since they would repeat a request.
fn connected() -> Result<reqwest::Client, Lost> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots = roots.filter_map(|root| Certificate::from_der(root).ok());
    reqwest::Client::builder()
        .user_agent(concat!("partyline/", env!("CARGO_PKG_VERSION")))
        .tls_certs_only(roots)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .build()
        .map_err(|_| Lost::NotProcessed)
}
