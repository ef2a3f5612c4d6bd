//! A maker of access tokens, good ones and forged ones.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::secret::Secret;
use shared::session::TokenIssuer;

use super::Desk;

/// The key that a desk signs with, and others that it does not.
pub struct Smith {
    seed: Vec<u8>,
    key: Ed25519KeyPair,
    /// The present second.
    pub now: i64,
}

impl Smith {
    /// The desk's own.
    pub fn of(desk: &Desk) -> Self {
        Self::with(desk, &desk.system().settings().install_key)
    }

    /// As of another installation.
    pub fn with(desk: &Desk, install_key: &str) -> Self {
        let install = HEXLOWER_PERMISSIVE.decode(install_key.as_bytes()).unwrap();
        let seed = digest(&SHA256, &[b"partyline access token".as_slice(), &install].concat());
        let key = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).unwrap();
        Self { seed: seed.as_ref().to_vec(), key, now: desk.system().clock().now().as_second() }
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
    pub fn but(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        claims
    }

    /// A token with this header and these claims, signed.
    pub fn token(&self, header: &Value, claims: &str) -> String {
        let text = unsigned(header, claims);
        let signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// A token as the desk makes it.
    pub fn good(&self, claims: &Value) -> String {
        self.token(&json!({ "alg": "EdDSA", "typ": "JWT" }), &claims.to_string())
    }

    /// Signed with HMAC under a text that everybody may know.
    pub fn hmac(&self, algorithm: &str, secret: &[u8]) -> String {
        let text = unsigned(&json!({ "alg": algorithm, "typ": "JWT" }), &self.claims().to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let seal = hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", BASE64URL_NOPAD.encode(seal.as_ref()))
    }
}

/// A token without its signature.
pub fn unsigned(header: &Value, claims: &str) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}", part(&header.to_string()), part(claims))
}
