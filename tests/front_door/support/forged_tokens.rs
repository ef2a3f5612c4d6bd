//! Creates valid and forged access tokens.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::secret::Secret;
use shared::session::TokenIssuer;

use super::TestSystem;

/// The signing key of a system, or of another installation.
pub struct TokenForge {
    seed: Vec<u8>,
    key: Ed25519KeyPair,
    /// The current time in seconds.
    pub now: i64,
}

impl TokenForge {
    /// Creates a forge with the key of `system`.
    pub fn new(system: &TestSystem) -> Self {
        Self::with_install_key(system, &system.inner().settings().install_key)
    }

    /// Creates a forge with the key of another installation.
    pub fn with_install_key(system: &TestSystem, install_key: &str) -> Self {
        let install_key_bytes = HEXLOWER_PERMISSIVE.decode(install_key.as_bytes()).unwrap();
        let seed =
            digest(&SHA256, &[b"partyline access token".as_slice(), &install_key_bytes].concat());
        let key = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).unwrap();
        Self { seed: seed.as_ref().to_vec(), key, now: system.inner().clock().now().as_second() }
    }

    /// Returns the public key.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    /// Returns the cookie with the first refresh token of a session.
    pub fn cookie(&self, session: &str) -> String {
        let issuer = TokenIssuer::new(&Secret::new(BASE64.encode(&self.seed))).unwrap();
        format!("partyline_session={}", issuer.refresh_token(session, 1))
    }

    /// Returns the claims of the first admin.
    pub fn claims(&self) -> Value {
        json!({
            "iss": "partyline", "aud": "partyline-api", "iat": self.now, "exp": self.now + 600,
            "sub": "admin", "name": "admin", "role": "admin", "inboxes": ["main"],
        })
    }

    /// Returns the usual claims with one of them changed or removed.
    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        claims
    }

    /// Returns a signed token with this header and these claims.
    pub fn sign(&self, header: &Value, claims: &str) -> String {
        let signed_part = unsigned_token(header, claims);
        let signature = self.key.sign(signed_part.as_bytes());
        format!("{signed_part}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// Returns a token as the system creates it.
    pub fn valid_token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "EdDSA", "typ": "JWT" }), &claims.to_string())
    }

    /// Returns a token that is signed by HMAC with a known text.
    pub fn hmac_token(&self, algorithm: &str, secret: &[u8]) -> String {
        let signed_part =
            unsigned_token(&json!({ "alg": algorithm, "typ": "JWT" }), &self.claims().to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let mac = hmac::sign(&key, signed_part.as_bytes());
        format!("{signed_part}.{}", BASE64URL_NOPAD.encode(mac.as_ref()))
    }
}

/// Returns a token without a signature.
pub fn unsigned_token(header: &Value, claims: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}", encode(&header.to_string()), encode(claims))
}
