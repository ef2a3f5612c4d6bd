//! Sessions: roles, access tokens (JWT with EdDSA, ten minutes), refresh tokens and passwords.

use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::inbox_name::InboxName;
use crate::localized;
use crate::secret::Secret;
use crate::username::Username;

/// The lifetime of an access token.
pub const ACCESS_TTL: Duration = Duration::from_mins(10);

const ISSUER: &str = "partyline";
const AUDIENCE: &str = "partyline-api";

/// The role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Can do everything.
    Admin,
    /// Works in the inboxes given to the user.
    Agent,
}

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    /// Our tokens have no `nbf`. If one is present, it is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    /// The sign-in name.
    pub sub: Username,
    /// The display name.
    pub name: String,
    /// The user's role.
    pub role: Role,
    /// The inboxes that the user can see.
    pub inboxes: Vec<InboxName>,
}

impl Claims {
    /// Creates the claims of a user, valid for ten minutes from `now`.
    pub fn new(
        sub: &Username,
        name: &str,
        role: Role,
        inboxes: &[InboxName],
        now: Timestamp,
    ) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now.as_second(),
            exp: crate::clock::add(now, ACCESS_TTL).as_second(),
            nbf: None,
            sub: sub.clone(),
            name: name.to_owned(),
            role,
            inboxes: inboxes.to_vec(),
        }
    }
}

/// Creates tokens. Only `sign-in` and `refresh-session` have the key.
pub struct TokenIssuer {
    key: EncodingKey,
    seed: Vec<u8>,
}

/// The prefix of an Ed25519 private key in PKCS #8 (RFC 8410). The seed follows.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl TokenIssuer {
    /// Creates an issuer from a 32-byte seed in base64.
    pub fn new(seed: &Secret) -> Result<Self> {
        let invalid_seed = || Error::configuration("session", "is not 32 bytes in base64");
        let seed = BASE64.decode(seed.expose().as_bytes()).map_err(|_| invalid_seed())?;
        if seed.len() != 32 {
            return Err(invalid_seed());
        }
        let der = [&PKCS8_PREFIX[..], &seed].concat();
        Ok(Self { key: EncodingKey::from_ed_der(&der), seed })
    }

    /// Returns the public key in base64.
    pub fn public_key(&self) -> Result<String> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.seed).map_err(Error::internal)?;
        Ok(BASE64.encode(pair.public_key().as_ref()))
    }

    /// Creates an access token.
    pub fn access_token(&self, claims: &Claims) -> Result<String> {
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &self.key)
            .map_err(Error::internal)
    }

    /// Creates the refresh token for a generation of a session.
    ///
    /// The same arguments give the same token, so it can be sent again if a response was lost.
    pub fn refresh_token(&self, session: &str, generation: u64) -> String {
        format!("{session}.{generation}.{}", self.refresh_mac(session, generation))
    }

    fn refresh_mac(&self, session: &str, generation: u64) -> String {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &self.seed);
        let text = format!("refresh\n{session}\n{generation}");
        BASE64URL_NOPAD.encode(aws_lc_rs::hmac::sign(&key, text.as_bytes()).as_ref())
    }

    /// Returns the session and the generation of a refresh token. Returns `None` if the token is invalid.
    pub fn parse_refresh_token(&self, token: &str) -> Option<(String, u64)> {
        let mut parts = token.splitn(3, '.');
        let (session, generation, mac) = (parts.next()?, parts.next()?, parts.next()?);
        let generation = generation.parse().ok()?;
        let expected = self.refresh_mac(session, generation);
        let valid: bool = expected.as_bytes().ct_eq(mac.as_bytes()).into();
        valid.then(|| (session.to_owned(), generation))
    }
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TokenIssuer")
    }
}

/// Verifies access tokens with the public key.
#[derive(Clone)]
pub struct TokenVerifier {
    key: DecodingKey,
    validation: Validation,
}

impl TokenVerifier {
    /// Creates a verifier from the public key in base64.
    pub fn new(public_key: &str) -> Result<Self> {
        let bytes = BASE64
            .decode(public_key.as_bytes())
            .map_err(|_| Error::configuration("public-key", "is not base64"))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // `verify` checks it against the injected clock.
        validation.validate_exp = false;
        Ok(Self { key: DecodingKey::from_ed_der(&bytes), validation })
    }

    /// Returns the claims of an access token that is valid at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        let unauthenticated = || Error::Unauthenticated(localized::session::ended());
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| unauthenticated())?
            .claims;
        let second = now.as_second();
        let valid = second < claims.exp && claims.nbf.is_none_or(|not_before| not_before <= second);
        if valid { Ok(claims) } else { Err(unauthenticated()) }
    }
}

impl std::fmt::Debug for TokenVerifier {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TokenVerifier")
    }
}

/// Returns the Argon2id hash of a password in the PHC string format.
pub fn hash_password(password: &Secret, salt: u128) -> Result<String> {
    argon2::Argon2::default()
        .hash_password_with_salt(password.expose().as_bytes(), &salt.to_be_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::internal(error.to_string()))
}

/// Returns whether the password matches the hash.
pub fn password_matches(password: &Secret, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        argon2::Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> TokenIssuer {
        TokenIssuer::new(&Secret::new(BASE64.encode(&[9; 32]))).unwrap()
    }

    fn verifier() -> TokenVerifier {
        TokenVerifier::new(&issuer().public_key().unwrap()).unwrap()
    }

    fn claims(now: Timestamp) -> Claims {
        Claims::new(
            &Username::parse("anna").unwrap(),
            "Anna",
            Role::Agent,
            &[InboxName::main()],
            now,
        )
    }

    #[test]
    fn a_token_is_valid_for_ten_minutes() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let token = issuer().access_token(&claims(now)).unwrap();
        assert_eq!(verifier().verify(&token, now).unwrap(), claims(now));
        let end = crate::clock::add(now, ACCESS_TTL);
        assert!(verifier().verify(&token, end).is_err());
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_is_rejected() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let other_issuer = TokenIssuer::new(&Secret::new(BASE64.encode(&[8; 32]))).unwrap();
        assert!(verifier().verify(&other_issuer.access_token(&claims(now)).unwrap(), now).is_err());
        let payload = BASE64URL_NOPAD.encode(&serde_json::to_vec(&claims(now)).unwrap());
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"alg":"HS256"}"#] {
            let header = BASE64URL_NOPAD.encode(header.as_bytes());
            for signature in ["", "AAAA"] {
                assert!(
                    verifier().verify(&format!("{header}.{payload}.{signature}"), now).is_err()
                );
            }
        }
        let public = issuer().public_key().unwrap();
        for secret in [public.as_bytes().to_vec(), BASE64.decode(public.as_bytes()).unwrap()] {
            let key = EncodingKey::from_secret(&secret);
            let forged = jsonwebtoken::encode(&Header::default(), &claims(now), &key).unwrap();
            assert!(verifier().verify(&forged, now).is_err());
        }
    }

    #[test]
    fn a_refresh_token_is_parsed_and_a_changed_one_is_rejected() {
        let token = issuer().refresh_token("abc", 3);
        assert_eq!(issuer().parse_refresh_token(&token), Some(("abc".to_owned(), 3)));
        assert_eq!(issuer().parse_refresh_token(&token.replacen('3', "4", 1)), None);
        assert_eq!(issuer().parse_refresh_token(""), None);
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash_password(&Secret::new("correct horse"), 7).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_matches(&Secret::new("correct horse"), &hash));
        assert!(!password_matches(&Secret::new("wrong horse"), &hash));
    }
}
