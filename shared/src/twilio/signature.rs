//! Whether a webhook is Twilio's.
//!
//! `X-Twilio-Signature` is the base64 HMAC, under the account's auth token (SHA-1) or a shared key (SHA-1 or SHA-256),
//! of the address that Twilio called, exactly as configured, followed by the parameters of the form: names sorted by
//! code point, under each name its distinct values sorted, name and value appended without separators. A JSON body is
//! signed through the parameter `bodySHA256` of the address.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::form;
use crate::secret::Secret;

/// What Twilio may have signed with.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys {
    /// The account's auth tokens: two while one replaces the other.
    pub auth_tokens: Vec<Secret>,
    /// Shared keys by their id (`webhooks_sharedkey_…`).
    pub shared_keys: HashMap<String, Secret>,
}

/// The body of a webhook, as its signature covers it.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A form that [`form::parse`] read.
    Form(&'a [(String, String)]),
    /// The raw body of a form that [`form::parse`] refused. Its signature may stand over the bytes, or over what a
    /// lossy decoder makes of them.
    BrokenForm(&'a [u8]),
    /// A raw JSON body.
    Json(&'a [u8]),
    /// No body, as with GET.
    Empty,
}

/// Why a webhook is not known to be Twilio's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No signature at all.
    #[error("the request is not signed")]
    Missing,
    /// A signature, but not of this request under one of our keys.
    #[error("the signature does not match")]
    Wrong,
}

/// Checks `signature` (`X-Twilio-Signature`). `url` is the configured public URL of the route, with `?` and the raw
/// query if there is one; never one rebuilt from the request. `settings` is `X-Twilio-Webhooks-Signature-Settings`.
pub fn verify(
    keys: &SigningKeys,
    url: &str,
    signature: Option<&str>,
    settings: Option<&str>,
    content: Content<'_>,
) -> Result<(), SignatureError> {
    let signature = signature.filter(|text| !text.is_empty()).ok_or(SignatureError::Missing)?;
    let (algorithm, secrets) = chosen(keys, settings).ok_or(SignatureError::Wrong)?;
    if let Content::Json(body) = content
        && !hash_matches(url, body)
    {
        return Err(SignatureError::Wrong);
    }
    let signed_parameters = parameters(content);
    for url in spellings(url) {
        for parameters in &signed_parameters {
            for secret in &secrets {
                let expected = algorithm.sign(secret, &[url.as_bytes(), parameters]);
                if bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
                    return Ok(());
                }
            }
        }
    }
    Err(SignatureError::Wrong)
}

/// The signature that Twilio would send with a form: for those who play Twilio's part.
pub fn sign(auth_token: &Secret, url: &str, params: &[(String, String)]) -> String {
    let parameters = parameters(Content::Form(params)).concat();
    Algorithm::Sha1.sign(auth_token, &[url.as_bytes(), &parameters])
}

/// The SHA-256 of some bytes in lower-case hex, as `bodySHA256` has it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

#[derive(Debug, Clone, Copy)]
enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    fn sign(self, secret: &Secret, parts: &[&[u8]]) -> String {
        let key = secret.expose().as_bytes();
        match self {
            Self::Sha1 => hmac_sha1(key, parts),
            Self::Sha256 => hmac_sha256(key, parts),
        }
    }
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> String {
    // An HMAC takes a key of any length; should one ever refuse, an empty text matches no signature.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return String::new() };
    for part in parts {
        mac.update(part);
    }
    BASE64.encode(&mac.finalize().into_bytes())
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    let mut context = aws_lc_rs::hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    BASE64.encode(context.sign().as_ref())
}

/// The algorithm and the keys that `settings` names. Without settings: SHA-1 under the auth tokens.
fn chosen<'a>(
    keys: &'a SigningKeys,
    settings: Option<&str>,
) -> Option<(Algorithm, Vec<&'a Secret>)> {
    let Some(settings) = settings.filter(|text| !text.trim().is_empty()) else {
        return Some((Algorithm::Sha1, keys.auth_tokens.iter().collect()));
    };
    let named = |wanted: &str| {
        settings.split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            (name.trim() == wanted && !value.trim().is_empty()).then(|| value.trim())
        })
    };
    let algorithm = match named("algorithm").map(str::to_ascii_uppercase).as_deref() {
        None | Some("HMAC_SHA1") => Algorithm::Sha1,
        Some("HMAC_SHA256") => Algorithm::Sha256,
        Some(_) => return None,
    };
    Some((algorithm, vec![keys.shared_keys.get(named("key")?)?]))
}

/// The parameters as they are appended to the address; for a broken form, both ways to read it.
fn parameters(content: Content<'_>) -> Vec<Vec<u8>> {
    let borrowed = |params: &[(String, String)]| {
        appended(params.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect())
    };
    match content {
        Content::Form(params) => vec![borrowed(params)],
        Content::BrokenForm(body) => {
            let exact = form::parse_bytes(body);
            let exact = exact.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
            let mut readings = vec![borrowed(&form::parse_lossy(body)), appended(exact)];
            readings.dedup();
            readings
        }
        Content::Json(_) | Content::Empty => vec![Vec::new()],
    }
}

fn appended(mut params: Vec<(&[u8], &[u8])>) -> Vec<u8> {
    // The order of UTF-8 bytes is the order of code points.
    params.sort_unstable();
    params.dedup();
    params.iter().flat_map(|(name, value)| [*name, *value]).collect::<Vec<_>>().concat()
}

/// Whether the hash that the (signed) address promises is that of the body: lower-case, exact.
fn hash_matches(url: &str, body: &[u8]) -> bool {
    let address = url.split('#').next().unwrap_or_default();
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let promised = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
    let actual = sha256_hex(body);
    promised.is_some_and(|promised| bool::from(promised.as_bytes().ct_eq(actual.as_bytes())))
}

/// The address as it is, and with its port added or left out: Twilio signs now one, now the other.
fn spellings(url: &str) -> [Cow<'_, str>; 2] {
    let Some((scheme, rest)) = url.split_once("://") else {
        return [Cow::Borrowed(url), Cow::Borrowed(url)];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host_at = authority.rfind('@').map_or(0, |at| at + 1);
    // Inside the brackets of an IPv6 address a colon is no port's.
    let port_from = authority.rfind(']').unwrap_or(host_at);
    let port_at = authority.split_at(port_from).1.find(':').map(|at| at + port_from);
    let other = if let Some(at) = port_at {
        format!("{scheme}://{}{path}", authority.split_at(at).0)
    } else {
        let port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        format!("{scheme}://{authority}:{port}{path}")
    };
    [Cow::Borrowed(url), Cow::Owned(other)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    const VECTORS: &str = include_str!("../../../tests/vectors/signatures.json");

    #[derive(Deserialize)]
    struct Vectors {
        cases: Vec<Case>,
        shared_key: Vec<Case>,
        sdk_disagreements: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        id: String,
        note: Option<String>,
        expect: Option<bool>,
        auth_token: Option<String>,
        secret: Option<String>,
        url: String,
        content_type: Option<String>,
        body: Option<String>,
        params: Option<Vec<(String, String)>>,
        signature: Option<String>,
        #[serde(default)]
        headers: HashMap<String, String>,
    }

    impl Case {
        /// The verdict; the body is decoded by our own parser, as it is in use.
        fn passes(&self) -> bool {
            let raw = self.body.as_deref().unwrap_or_default().as_bytes();
            let json = self.content_type.as_deref().is_some_and(|kind| kind.contains("json"));
            let form = if json { Vec::new() } else { form::parse(raw).unwrap() };
            assert_eq!(form, self.params.clone().unwrap_or_default(), "{}", self.id);
            let content = match &self.body {
                None => Content::Empty,
                Some(_) if json => Content::Json(raw),
                Some(_) => Content::Form(&form),
            };
            let settings = self.headers.get("X-Twilio-Webhooks-Signature-Settings");
            let signature = self.signature.as_ref().or(self.headers.get("X-Twilio-Signature"));
            let mut keys = SigningKeys::default();
            keys.auth_tokens.extend(self.auth_token.clone().map(Secret::new));
            if let (Some(secret), Some(settings)) = (&self.secret, settings) {
                let key = settings.split(',').find_map(|part| part.trim().strip_prefix("key="));
                keys.shared_keys.insert(key.unwrap().to_owned(), Secret::new(secret));
            }
            let (signature, settings) =
                (signature.map(String::as_str), settings.map(String::as_str));
            verify(&keys, &self.url, signature, settings, content).is_ok()
        }
    }

    #[test]
    fn every_case_on_which_both_sdks_agree_is_judged_as_they_judge_it() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        assert_eq!((vectors.cases.len(), vectors.shared_key.len()), (246, 12));
        let wrong: Vec<String> = vectors
            .cases
            .iter()
            .chain(&vectors.shared_key)
            .filter(|case| case.passes() != case.expect.unwrap())
            .map(|case| format!("{} {:?}", case.id, case.note))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
    }

    /// The strict reading wins: the address exactly as configured, names by code point, a JSON body only with its hash.
    /// So we take a trailing `?` and names above U+FFFF, and refuse another spelling of the query or the host.
    #[test]
    fn where_the_sdks_differ_we_have_decided() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        let taken: Vec<&str> = vectors
            .sdk_disagreements
            .iter()
            .filter(|case| case.passes())
            .map(|case| case.id.as_str())
            .collect();
        assert_eq!(taken, ["sig-d002", "sig-d005", "sig-d006", "sig-d009"]);
    }

    fn keys(tokens: &[&str]) -> SigningKeys {
        let auth_tokens = tokens.iter().map(|token| Secret::new(*token)).collect();
        SigningKeys { auth_tokens, shared_keys: HashMap::new() }
    }

    const URL: &str = "https://desk.example.net/twilio/messages";

    #[test]
    fn both_tokens_hold_while_one_replaces_the_other() {
        let params = [("Body".to_owned(), "hello".to_owned())];
        for token in ["old", "new"] {
            let signature = sign(&Secret::new(token), URL, &params);
            let check = |keys| verify(&keys, URL, Some(&signature), None, Content::Form(&params));
            assert_eq!(check(keys(&["old", "new"])), Ok(()));
            assert_eq!(check(keys(&["other"])), Err(SignatureError::Wrong));
            assert_eq!(check(keys(&[])), Err(SignatureError::Wrong));
        }
    }

    #[test]
    fn no_signature_is_told_from_a_wrong_one() {
        for (signature, error) in [
            (None, SignatureError::Missing),
            (Some(""), SignatureError::Missing),
            (Some("x"), SignatureError::Wrong),
        ] {
            assert_eq!(verify(&keys(&["t"]), URL, signature, None, Content::Empty), Err(error));
        }
    }

    #[test]
    fn a_shared_key_that_we_do_not_have_signs_nothing() {
        let signature = sign(&Secret::new("t"), URL, &[]);
        for settings in ["key=unknown,algorithm=HMAC_SHA1", "algorithm=HMAC_SHA1", "nonsense"] {
            let outcome =
                verify(&keys(&["t"]), URL, Some(&signature), Some(settings), Content::Empty);
            assert_eq!(outcome, Err(SignatureError::Wrong), "{settings}");
        }
    }

    #[test]
    fn a_broken_form_can_be_known_as_twilio_s_by_its_bytes_or_its_lossy_text() {
        let key = Secret::new("t");
        for body in [&b"Body=%ff%41&From=1"[..], b"Body=100%&From=1", b"From=1&Body=\xc3(&From=1"] {
            let lossy = sign(&key, URL, &form::parse_lossy(body));
            let exact = form::parse_bytes(body);
            let exact = exact.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect();
            let exact = Algorithm::Sha1.sign(&key, &[URL.as_bytes(), &appended(exact)]);
            for signature in [lossy, exact] {
                let check = |body| verify(&keys(&["t"]), URL, Some(&signature), None, body);
                assert_eq!(check(Content::BrokenForm(body)), Ok(()));
                assert_eq!(check(Content::BrokenForm(b"Body=%fe")), Err(SignatureError::Wrong));
            }
        }
    }

    #[test]
    fn ten_thousand_parameters_can_still_be_checked() {
        let body = "a=1&b=2&".repeat(5_000);
        let signature = sign(&Secret::new("t"), URL, &form::parse_lossy(body.as_bytes()));
        let content = Content::BrokenForm(body.as_bytes());
        assert_eq!(verify(&keys(&["t"]), URL, Some(&signature), None, content), Ok(()));
    }

    proptest! {
        #[test]
        fn what_was_signed_passes_in_any_order_and_nothing_else_does(
            params in proptest::collection::vec(("[A-Za-z]{1,6}", "\\PC{0,12}"), 1..12),
            path in "[a-z0-9/_-]{0,20}",
            query in "(\\?[a-z0-9=&%+']{0,20})?",
        ) {
            let url = format!("https://desk.example.net/{path}{query}");
            let signature = sign(&Secret::new("t"), &url, &params);
            let check = |url: &str, params: &[(String, String)]| {
                verify(&keys(&["t"]), url, Some(&signature), None, Content::Form(params)).is_ok()
            };
            let mut turned = params.clone();
            turned.reverse();
            prop_assert!(check(&url, &turned));
            turned[0].1.push('!');
            prop_assert!(!check(&url, &turned));
            let longer = format!("{url}x");
            prop_assert!(!check(&longer, &params));
        }

        #[test]
        fn no_request_is_too_strange(
            url in "\\PC{0,40}",
            signature in "\\PC{0,40}",
            settings in "\\PC{0,40}",
            body in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            for content in [Content::BrokenForm(&body), Content::Json(&body), Content::Empty] {
                for settings in [None, Some(settings.as_str())] {
                    let outcome = verify(&keys(&["t"]), &url, Some(&signature), settings, content);
                    prop_assert!(outcome.is_err());
                }
            }
        }
    }
}
