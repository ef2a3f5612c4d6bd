//! The host names that are accepted.
//!
//! Other names are rejected, because a page of another site could point its own name to this machine.

use axum::http::{HeaderMap, header};
use url::{Host, Url};

/// The host names that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// This machine's own names only.
    Loopback,
    /// Any valid host name, for other machines (`--lan`) and tunnels.
    Any,
}

impl Hosts {
    /// Returns whether a request with these headers is accepted.
    pub fn accept(self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        // A host that is invalid in a URL here is also invalid for the functions.
        let Some(url) = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok()) else {
            return false;
        };
        let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        plain && (self == Self::Any || is_loopback(&url))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_accepted(hosts: Hosts, host: &str) -> bool {
        let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
        hosts.accept(&HeaderMap::from_iter([(header::HOST, value)]))
    }

    #[test]
    fn loopback_names_are_accepted() {
        for host in ["localhost:3000", "127.0.0.1", "[::1]:3000", "abc.localhost"] {
            assert!(is_accepted(Hosts::Loopback, host), "{host}");
        }
    }

    #[test]
    fn other_host_names_are_accepted_only_with_any() {
        for host in ["evil.example", "192.168.1.7:3000"] {
            assert!(!is_accepted(Hosts::Loopback, host), "{host}");
            assert!(is_accepted(Hosts::Any, host), "{host}");
        }
    }

    #[test]
    fn an_invalid_host_is_never_accepted() {
        for host in
            ["", "abc.execute-api.127.0.0.1:5994", "a b", "a/b", "x:99999", "a@b", "\u{e9}%"]
        {
            assert!(!is_accepted(Hosts::Any, host), "{host}");
        }
        assert!(!Hosts::Any.accept(&HeaderMap::new()));
    }
}
