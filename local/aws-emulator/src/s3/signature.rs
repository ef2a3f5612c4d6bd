//! Signature version 4 in a presigned URL: the caller, the request and the expiry.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{constant_time, hmac};
use axum::http::{HeaderMap, Method, Uri, header};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;

use crate::headers::header_text;
use crate::permissions::LOCAL_SECRET;

/// How far the signing time may be in the future.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A request with a presigned URL.
pub(super) struct PresignedRequest<'a> {
    /// The method.
    pub(super) method: &'a Method,
    /// Path and query.
    pub(super) uri: &'a Uri,
    /// The headers.
    pub(super) headers: &'a HeaderMap,
}

/// The error of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    #[error("The URL has no complete signature.")]
    Missing,
    #[error("Request has expired")]
    Expired,
    #[error("The request signature we calculated does not match the signature you provided.")]
    Mismatch,
}

impl SignatureError {
    /// Returns S3's error code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Missing | Self::Expired => "AccessDenied",
            Self::Mismatch => "SignatureDoesNotMatch",
        }
    }
}

impl PresignedRequest<'_> {
    /// Returns a decoded query parameter.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let pairs = self.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(key, _)| percent_decode(key) == name);
        values.next().map(|(_, value)| percent_decode(value))
    }
}

fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Returns the caller who signed the URL, if it is valid for this request now.
pub(super) fn caller(
    request: &PresignedRequest<'_>,
    now: Timestamp,
) -> Result<String, SignatureError> {
    let required = |name: &str| request.query(name).ok_or(SignatureError::Missing);
    let (credential, date) = (required("X-Amz-Credential")?, required("X-Amz-Date")?);
    let (names, signature) = (required("X-Amz-SignedHeaders")?, required("X-Amz-Signature")?);
    let expires_in: i64 =
        required("X-Amz-Expires")?.parse().map_err(|_| SignatureError::Missing)?;
    let (caller, scope) = credential.split_once('/').ok_or(SignatureError::Missing)?;

    let expected = HEXLOWER.encode(&compute_signature(request, scope, &date, &names)?);
    constant_time::verify_slices_are_equal(expected.as_bytes(), signature.as_bytes())
        .map_err(|_| SignatureError::Mismatch)?;

    let signed_at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &date)
        .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
        .map_err(|_| SignatureError::Missing)?
        .timestamp();
    let age = now.duration_since(signed_at);
    if age > SignedDuration::from_secs(expires_in) || age < -CLOCK_SKEW {
        return Err(SignatureError::Expired);
    }
    Ok(caller.to_owned())
}

fn compute_signature(
    request: &PresignedRequest<'_>,
    scope: &str,
    date: &str,
    names: &str,
) -> Result<Vec<u8>, SignatureError> {
    let mut headers = String::new();
    for name in names.split(';') {
        let value = header_text(request.headers, name);
        let _ = writeln!(headers, "{name}:{}", value.trim());
    }
    if !names.split(';').any(|name| name == header::HOST.as_str()) {
        return Err(SignatureError::Missing);
    }
    let mut query: Vec<&str> = request.uri.query().unwrap_or_default().split('&').collect();
    query.retain(|pair| !pair.starts_with("X-Amz-Signature="));
    query.sort_unstable();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\nUNSIGNED-PAYLOAD",
        request.method,
        request.uri.path(),
        query.join("&"),
    );
    let hash = HEXLOWER.encode(digest(&SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = format!("AWS4{LOCAL_SECRET}").into_bytes();
    for part in scope.split('/') {
        key = hmac_sha256(&key, part);
    }
    Ok(hmac_sha256(&key, &text))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}
