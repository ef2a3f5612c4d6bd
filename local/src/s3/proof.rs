//! Signature version 4 in an address: who asks, for what exactly, and until when.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{constant_time, hmac};
use axum::http::{HeaderMap, Method, Uri, header};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;

use crate::gateway::request::text;
use crate::lambda::LOCAL_SECRET;

/// How far ahead of ours a caller's clock may be.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A request whose proof is looked at.
pub(super) struct Asked<'a> {
    /// The method.
    pub(super) method: &'a Method,
    /// Path and query.
    pub(super) uri: &'a Uri,
    /// The headers.
    pub(super) headers: &'a HeaderMap,
}

/// What a request does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unproven {
    #[error("The address carries no complete signature.")]
    Nothing,
    #[error("Request has expired")]
    Expired,
    #[error("The request signature we calculated does not match the signature you provided.")]
    Wrong,
}

impl Unproven {
    /// S3's word for it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Nothing | Self::Expired => "AccessDenied",
            Self::Wrong => "SignatureDoesNotMatch",
        }
    }
}

impl Asked<'_> {
    /// A parameter of the query, decoded.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let pairs = self.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(key, _)| decoded(key) == name);
        found.next().map(|(_, value)| decoded(value))
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Who made the address, if it is good for this request now.
pub(super) fn caller(asked: &Asked<'_>, now: Timestamp) -> Result<String, Unproven> {
    let need = |name: &str| asked.query(name).ok_or(Unproven::Nothing);
    let (credential, date) = (need("X-Amz-Credential")?, need("X-Amz-Date")?);
    let (names, signature) = (need("X-Amz-SignedHeaders")?, need("X-Amz-Signature")?);
    let life: i64 = need("X-Amz-Expires")?.parse().map_err(|_| Unproven::Nothing)?;
    let (caller, scope) = credential.split_once('/').ok_or(Unproven::Nothing)?;

    let signed = HEXLOWER.encode(&signature_of(asked, scope, &date, &names)?);
    constant_time::verify_slices_are_equal(signed.as_bytes(), signature.as_bytes())
        .map_err(|_| Unproven::Wrong)?;

    let from = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &date)
        .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
        .map_err(|_| Unproven::Nothing)?
        .timestamp();
    let age = now.duration_since(from);
    if age > SignedDuration::from_secs(life) || age < -SKEW {
        return Err(Unproven::Expired);
    }
    Ok(caller.to_owned())
}

fn signature_of(
    asked: &Asked<'_>,
    scope: &str,
    date: &str,
    names: &str,
) -> Result<Vec<u8>, Unproven> {
    let mut headers = String::new();
    for name in names.split(';') {
        let value = text(asked.headers, name);
        let _ = writeln!(headers, "{name}:{}", value.trim());
    }
    if !names.split(';').any(|name| name == header::HOST.as_str()) {
        return Err(Unproven::Nothing);
    }
    let mut query: Vec<&str> = asked.uri.query().unwrap_or_default().split('&').collect();
    query.retain(|pair| !pair.starts_with("X-Amz-Signature="));
    query.sort_unstable();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\nUNSIGNED-PAYLOAD",
        asked.method,
        asked.uri.path(),
        query.join("&"),
    );
    let hash = HEXLOWER.encode(digest(&SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = format!("AWS4{LOCAL_SECRET}").into_bytes();
    for part in scope.split('/') {
        key = seal(&key, part);
    }
    Ok(seal(&key, &text))
}

fn seal(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}
