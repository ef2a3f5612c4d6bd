//! Verification of the signatures of webhooks.
//!
//! `X-Twilio-Signature` is the base64 HMAC, under the account's auth token (SHA-1) or a shared key (SHA-1 or SHA-256),
//! of the URL that Twilio called, exactly as configured, followed by the parameters of the form: names sorted by code
//! point, the distinct values of each name sorted, names and values appended without separators. A JSON body is signed
//! by its hash in the parameter `bodySHA256` of the URL.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::form;
use crate::secret::Secret;

/// The keys with which Twilio may have signed.
#[derive(Debug, Clone, Default)]
pub struct SigningKeys {
    /// The account's auth tokens: two during a rotation.
    pub auth_tokens: Vec<Secret>,
    /// Shared keys by ID (`webhooks_sharedkey_…`).
    pub shared_keys: HashMap<String, Secret>,
}

/// The signed content of a webhook.
#[derive(Debug, Clone, Copy)]
pub enum SignedContent<'a> {
    /// A form that [`form::parse`] accepted.
    Form(&'a [(String, String)]),
    /// The raw body of a form that [`form::parse`] rejected. The signature may cover its bytes, or the text that a
    /// lossy decoder returns for them.
    BrokenForm(&'a [u8]),
    /// A raw JSON body.
    Json(&'a [u8]),
    /// No body, as with GET.
    Empty,
}

/// The error of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The webhook has no signature.
    #[error("the request is not signed")]
    Missing,
    /// The signature is not valid for this request under any of our keys.
    #[error("the signature does not match")]
    Invalid,
}

/// Verifies `signature` (`X-Twilio-Signature`).
///
/// `url` is the configured public URL of the route, with `?` and the raw query if there is one. It must not be rebuilt
/// from the request. `settings` is `X-Twilio-Webhooks-Signature-Settings`.
pub fn verify(
    keys: &SigningKeys,
    url: &str,
    signature: Option<&str>,
    settings: Option<&str>,
    content: SignedContent<'_>,
) -> Result<(), SignatureError> {
    let signature = signature.filter(|text| !text.is_empty()).ok_or(SignatureError::Missing)?;
    let (algorithm, secrets) = select_keys(keys, settings).ok_or(SignatureError::Invalid)?;
    if let SignedContent::Json(body) = content
        && !hash_matches(url, body)
    {
        return Err(SignatureError::Invalid);
    }
    let param_sets = param_sets(content);
    for url in url_variants(url) {
        for params in &param_sets {
            for secret in &secrets {
                let expected = algorithm.sign(secret, &[url.as_bytes(), params]);
                if bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
                    return Ok(());
                }
            }
        }
    }
    Err(SignatureError::Invalid)
}

/// Returns the signature that Twilio would send with a form. For simulators and tests.
pub fn sign(auth_token: &Secret, url: &str, params: &[(String, String)]) -> String {
    let concatenated = param_sets(SignedContent::Form(params)).concat();
    Algorithm::Sha1.sign(auth_token, &[url.as_bytes(), &concatenated])
}

/// Returns the SHA-256 hash in lower-case hex, as in `bodySHA256`.
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
    // HMAC accepts keys of any length. An empty text would match no signature.
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

/// Returns the algorithm and the keys for `settings`. Without settings: SHA-1 and the auth tokens.
fn select_keys<'a>(
    keys: &'a SigningKeys,
    settings: Option<&str>,
) -> Option<(Algorithm, Vec<&'a Secret>)> {
    let Some(settings) = settings.filter(|text| !text.trim().is_empty()) else {
        return Some((Algorithm::Sha1, keys.auth_tokens.iter().collect()));
    };
    let setting = |setting_name: &str| {
        settings.split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            (name.trim() == setting_name && !value.trim().is_empty()).then(|| value.trim())
        })
    };
    let algorithm = match setting("algorithm").map(str::to_ascii_uppercase).as_deref() {
        None | Some("HMAC_SHA1") => Algorithm::Sha1,
        Some("HMAC_SHA256") => Algorithm::Sha256,
        Some(_) => return None,
    };
    Some((algorithm, vec![keys.shared_keys.get(setting("key")?)?]))
}

/// Returns the parameters as appended to the URL. An invalid form has up to two variants.
fn param_sets(content: SignedContent<'_>) -> Vec<Vec<u8>> {
    let concat_borrowed = |params: &[(String, String)]| {
        concat_params(
            params.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect(),
        )
    };
    match content {
        SignedContent::Form(params) => vec![concat_borrowed(params)],
        SignedContent::BrokenForm(body) => {
            let exact = form::parse_bytes(body);
            let exact = exact.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
            let mut variants =
                vec![concat_borrowed(&form::parse_lossy(body)), concat_params(exact)];
            variants.dedup();
            variants
        }
        SignedContent::Json(_) | SignedContent::Empty => vec![Vec::new()],
    }
}

fn concat_params(mut params: Vec<(&[u8], &[u8])>) -> Vec<u8> {
    // The order of UTF-8 bytes is the order of code points.
    params.sort_unstable();
    params.dedup();
    params.iter().flat_map(|(name, value)| [*name, *value]).collect::<Vec<_>>().concat()
}

/// Returns whether `bodySHA256` in the signed URL is the hash of the body, in lower case.
fn hash_matches(url: &str, body: &[u8]) -> bool {
    let address = url.split('#').next().unwrap_or_default();
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let expected = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
    let actual = sha256_hex(body);
    expected.is_some_and(|hash| bool::from(hash.as_bytes().ct_eq(actual.as_bytes())))
}

/// Returns the URL unchanged, and with the port added or removed. Twilio signs either one.
fn url_variants(url: &str) -> [Cow<'_, str>; 2] {
    let Some((scheme, rest)) = url.split_once("://") else {
        return [Cow::Borrowed(url), Cow::Borrowed(url)];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host_at = authority.rfind('@').map_or(0, |at| at + 1);
    // Colons inside the brackets of an IPv6 address do not start a port.
    let port_from = authority.rfind(']').unwrap_or(host_at);
    let port_at = authority.split_at(port_from).1.find(':').map(|at| at + port_from);
    let variant = if let Some(at) = port_at {
        format!("{scheme}://{}{path}", authority.split_at(at).0)
    } else {
        let port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        format!("{scheme}://{authority}:{port}{path}")
    };
    [Cow::Borrowed(url), Cow::Owned(variant)]
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
        /// Returns whether the verification succeeds. The body is parsed as in production.
        fn passes(&self) -> bool {
            let raw = self.body.as_deref().unwrap_or_default().as_bytes();
            let json = self.content_type.as_deref().is_some_and(|kind| kind.contains("json"));
            let form = if json { Vec::new() } else { form::parse(raw).unwrap() };
            assert_eq!(form, self.params.clone().unwrap_or_default(), "{}", self.id);
            let content = match &self.body {
                None => SignedContent::Empty,
                Some(_) if json => SignedContent::Json(raw),
                Some(_) => SignedContent::Form(&form),
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
    fn cases_on_which_both_sdks_agree_are_verified_the_same() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        assert_eq!((vectors.cases.len(), vectors.shared_key.len()), (246, 12));
        let mismatches: Vec<String> = vectors
            .cases
            .iter()
            .chain(&vectors.shared_key)
            .filter(|case| case.passes() != case.expect.unwrap())
            .map(|case| format!("{} {:?}", case.id, case.note))
            .collect();
        assert_eq!(mismatches, Vec::<String>::new());
    }

    /// Verification is strict: the URL exactly as configured, names by code point, a JSON body only with its hash.
    ///
    /// A trailing `?` and names above U+FFFF are valid. Another spelling of the query or the host is not.
    #[test]
    fn cases_on_which_the_sdks_differ_have_a_fixed_result() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        let accepted: Vec<&str> = vectors
            .sdk_disagreements
            .iter()
            .filter(|case| case.passes())
            .map(|case| case.id.as_str())
            .collect();
        assert_eq!(accepted, ["sig-d002", "sig-d005", "sig-d006", "sig-d009"]);
    }

    fn keys(tokens: &[&str]) -> SigningKeys {
        let auth_tokens = tokens.iter().map(|token| Secret::new(*token)).collect();
        SigningKeys { auth_tokens, shared_keys: HashMap::new() }
    }

    const URL: &str = "https://desk.example.net/twilio/messages";

    #[test]
    fn both_auth_tokens_are_valid_during_rotation() {
        let params = [("Body".to_owned(), "hello".to_owned())];
        for token in ["old", "new"] {
            let signature = sign(&Secret::new(token), URL, &params);
            let check =
                |keys| verify(&keys, URL, Some(&signature), None, SignedContent::Form(&params));
            assert_eq!(check(keys(&["old", "new"])), Ok(()));
            assert_eq!(check(keys(&["other"])), Err(SignatureError::Invalid));
            assert_eq!(check(keys(&[])), Err(SignatureError::Invalid));
        }
    }

    #[test]
    fn a_missing_signature_differs_from_an_invalid_one() {
        for (signature, error) in [
            (None, SignatureError::Missing),
            (Some(""), SignatureError::Missing),
            (Some("x"), SignatureError::Invalid),
        ] {
            assert_eq!(
                verify(&keys(&["t"]), URL, signature, None, SignedContent::Empty),
                Err(error)
            );
        }
    }

    #[test]
    fn an_unknown_shared_key_is_invalid() {
        let signature = sign(&Secret::new("t"), URL, &[]);
        for settings in ["key=unknown,algorithm=HMAC_SHA1", "algorithm=HMAC_SHA1", "nonsense"] {
            let outcome =
                verify(&keys(&["t"]), URL, Some(&signature), Some(settings), SignedContent::Empty);
            assert_eq!(outcome, Err(SignatureError::Invalid), "{settings}");
        }
    }

    #[test]
    fn an_invalid_form_is_verified_by_its_bytes_or_its_lossy_text() {
        let key = Secret::new("t");
        for body in [&b"Body=%ff%41&From=1"[..], b"Body=100%&From=1", b"From=1&Body=\xc3(&From=1"] {
            let lossy = sign(&key, URL, &form::parse_lossy(body));
            let exact = form::parse_bytes(body);
            let exact = exact.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect();
            let exact = Algorithm::Sha1.sign(&key, &[URL.as_bytes(), &concat_params(exact)]);
            for signature in [lossy, exact] {
                let check = |body| verify(&keys(&["t"]), URL, Some(&signature), None, body);
                assert_eq!(check(SignedContent::BrokenForm(body)), Ok(()));
                assert_eq!(
                    check(SignedContent::BrokenForm(b"Body=%fe")),
                    Err(SignatureError::Invalid)
                );
            }
        }
    }

    #[test]
    fn ten_thousand_parameters_are_verified() {
        let body = "a=1&b=2&".repeat(5_000);
        let signature = sign(&Secret::new("t"), URL, &form::parse_lossy(body.as_bytes()));
        let content = SignedContent::BrokenForm(body.as_bytes());
        assert_eq!(verify(&keys(&["t"]), URL, Some(&signature), None, content), Ok(()));
    }

    proptest! {
        #[test]
        fn signed_params_verify_in_any_order_and_changed_ones_do_not(
            params in proptest::collection::vec(("[A-Za-z]{1,6}", "\\PC{0,12}"), 1..12),
            path in "[a-z0-9/_-]{0,20}",
            query in "(\\?[a-z0-9=&%+']{0,20})?",
        ) {
            let url = format!("https://desk.example.net/{path}{query}");
            let signature = sign(&Secret::new("t"), &url, &params);
            let check = |url: &str, params: &[(String, String)]| {
                verify(&keys(&["t"]), url, Some(&signature), None, SignedContent::Form(params)).is_ok()
            };
            let mut changed = params.clone();
            changed.reverse();
            prop_assert!(check(&url, &changed));
            changed[0].1.push('!');
            prop_assert!(!check(&url, &changed));
            let longer = format!("{url}x");
            prop_assert!(!check(&longer, &params));
        }

        #[test]
        fn verifying_any_request_never_panics(
            url in "\\PC{0,40}",
            signature in "\\PC{0,40}",
            settings in "\\PC{0,40}",
            body in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            for content in [SignedContent::BrokenForm(&body), SignedContent::Json(&body), SignedContent::Empty] {
                for settings in [None, Some(settings.as_str())] {
                    let outcome = verify(&keys(&["t"]), &url, Some(&signature), settings, content);
                    prop_assert!(outcome.is_err());
                }
            }
        }
    }
}
