//! The HTTP client for external interfaces.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

/// The time after which idle connections are closed.
///
/// A connection can break while Lambda has frozen the function. It must not be used for the next request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Creates an HTTP client. It opens connections on demand.
///
/// Root certificates are compiled in, so that a cold start reads no certificate store. The client does not follow
/// redirects and does not retry, because only the caller knows whether a request may be repeated.
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
