//! A maker of access tokens, good ones and forged ones.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::secret::Secret;
use shared::session::TokenIssuer;

use super::TestSystem;

/// The key that a desk signs with, and others that it does not.
pub struct TokenForge {
    seed: Vec<u8>,
    key: Ed25519KeyPair,
    /// The present second.
    pub now: i64,
}

impl TokenForge {
    /// The desk's own.
    pub fn new(system: &TestSystem) -> Self {
        Self::with_install_key(system, &system.inner().settings().install_key)
    }

    /// As of another installation.
    pub fn with_install_key(system: &TestSystem, install_key: &str) -> Self {
        let install_key_bytes = HEXLOWER_PERMISSIVE.decode(install_key.as_bytes()).unwrap();
        let seed =
            digest(&SHA256, &[b"partyline access token".as_slice(), &install_key_bytes].concat());
        let key = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).unwrap();
        Self { seed: seed.as_ref().to_vec(), key, now: system.inner().clock().now().as_second() }
    }

    /// What the signatures are checked with.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    /// The cookie of a session's first refresh token.
    pub fn cookie(&self, session: &str) -> String {
        let issuer = TokenIssuer::new(&Secret::new(BASE64.encode(&self.seed))).unwrap();
        format!("partyline_session={}", issuer.refresh_token(session, 1))
    }

    /// The claims of the first admin.
    pub fn claims(&self) -> Value {
        json!({
            "iss": "partyline", "aud": "partyline-api", "iat": self.now, "exp": self.now + 600,
            "sub": "admin", "name": "admin", "role": "admin", "inboxes": ["main"],
        })
    }

    /// The usual claims with one of them another, or none.
    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        claims
    }

    /// A token with this header and these claims, signed.
    pub fn sign(&self, header: &Value, claims: &str) -> String {
        let signed_part = unsigned_token(header, claims);
        let signature = self.key.sign(signed_part.as_bytes());
        format!("{signed_part}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// A token as the desk makes it.
    pub fn valid_token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "EdDSA", "typ": "JWT" }), &claims.to_string())
    }

    /// Signed with HMAC under a text that everybody may know.
    pub fn hmac_token(&self, algorithm: &str, secret: &[u8]) -> String {
        let signed_part =
            unsigned_token(&json!({ "alg": algorithm, "typ": "JWT" }), &self.claims().to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let mac = hmac::sign(&key, signed_part.as_bytes());
        format!("{signed_part}.{}", BASE64URL_NOPAD.encode(mac.as_ref()))
    }
}

/// A token without its signature.
pub fn unsigned_token(header: &Value, claims: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}", encode(&header.to_string()), encode(claims))
}
