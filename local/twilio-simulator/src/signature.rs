//! The signature that Twilio puts on its webhooks. Written from Twilio's description alone, so that one mistake cannot
//! stand on both sides of the wire.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// `base64(HMAC-SHA1(token, url + Σ name + value))`: the URL exactly as called, names by code
/// point, each name's distinct values in order.
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in form {
        fields.entry(name).or_default().insert(value);
    }
    // HMAC takes a key of any length, so there is always one.
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

/// The part of a webhook address that is called and signed: connection overrides stand behind `#` and stay at Twilio.
pub fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(address, _)| address)
}
