//! The signature of Twilio's webhooks.
//!
//! It is written from Twilio's documentation only, so that one mistake cannot be on both sides.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Returns `base64(HMAC-SHA1(token, url + Σ name + value))`.
///
/// The URL is the called one. Names are sorted by code point, and each name's distinct values in order.
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in form {
        fields.entry(name).or_default().insert(value);
    }
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(url.as_bytes());
    for (name, values) in fields {
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    BASE64.encode(&mac.finalize().into_bytes())
}

/// Returns the URL that is called and signed: without the connection overrides after `#`.
pub fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(address, _)| address)
}
