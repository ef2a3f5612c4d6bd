//! The HTTP client that the edges share.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

/// A connection that died while a function was frozen must not meet the next request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that has not called anybody yet. Roots of trust are compiled in, so that a cold start reads no certificate
/// store. Redirects are not followed and nothing is retried: whoever calls decides whether a request may be repeated.
/// An idle connection is soon given up.
pub(crate) fn client(connect_timeout: Duration) -> reqwest::Result<Client> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots = roots.filter_map(|root| Certificate::from_der(root).ok());
    Client::builder()
        .user_agent(concat!("partyline/", env!("CARGO_PKG_VERSION")))
        .tls_certs_only(roots)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .build()
}
