//! The parameters that the functions read, made from the settings.
//!
//! As in a deployed stack, related values are one JSON value.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::{Value, json};

use crate::settings::{Senders, Settings};
use aws_emulator::template::STACK;

/// The install key is not 32 bytes in hexadecimal.
#[derive(Debug, thiserror::Error)]
#[error(
    "PARTYLINE_INSTALL_KEY must be 64 hexadecimal digits; generate one with `openssl rand -hex 32`"
)]
pub struct InvalidInstallKey;

/// The URLs of the system.
pub(crate) struct Urls {
    /// The base URLs.
    ///
    /// The first one is used for Twilio.
    pub(crate) public: Vec<String>,
    /// The URL of the WebSocket API.
    pub(crate) socket: String,
}

/// Returns the value of each parameter by its full name.
pub(crate) fn parameter_values(
    settings: &Settings,
    urls: &Urls,
) -> Result<BTreeMap<String, String>, InvalidInstallKey> {
    let install = HEXLOWER_PERMISSIVE
        .decode(settings.install_key.as_bytes())
        .ok()
        .filter(|key| key.len() == 32)
        .ok_or(InvalidInstallKey)?;
    let seed = digest(&SHA256, &[b"partyline access token".as_slice(), &install].concat());
    let key_pair =
        Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|_| InvalidInstallKey)?;
    let tokens = [Some(&settings.auth_token), settings.previous_auth_token.as_ref()];
    let twilio = json!({
        "account_sid": settings.account_sid,
        "auth_tokens": tokens.into_iter().flatten().collect::<Vec<_>>(),
        "shared_keys": settings.shared_keys,
        "api_key_sid": null,
        "api_key_secret": null,
        "opt_out_words": settings.opt_out_words.as_ref().map(|words| json!({ "configured": words })),
    });
    let senders: Vec<Value> = settings
        .senders
        .addresses()
        .iter()
        .map(|address| sender(&settings.senders, address))
        .collect();
    let senders = json!(senders);
    let urls = json!({ "public": urls.public, "socket": urls.socket });
    let admin = json!({ "username": settings.username, "password": settings.password });
    let values = [
        ("twilio", twilio.to_string()),
        ("senders", senders.to_string()),
        ("urls", urls.to_string()),
        ("install", settings.install_key.clone()),
        ("session", BASE64.encode(seed.as_ref())),
        ("public-key", BASE64.encode(key_pair.public_key().as_ref())),
        ("admin", admin.to_string()),
    ];
    Ok(values.into_iter().map(|(name, value)| (format!("/{STACK}/{name}"), value)).collect())
}

/// Returns a sender in the functions' format.
fn sender(senders: &Senders, address: &str) -> Value {
    let channel = address.split_once(':').map(|(channel, _)| channel);
    let name = match channel {
        None if address == senders.number => "Main line",
        None => address,
        Some("whatsapp") => "WhatsApp",
        Some("messenger") => "Messenger",
        Some("rcs") => "RCS",
        Some(channel) => channel,
    };
    let service = senders.messaging_service_sid.as_ref();
    let service = service.filter(|_| matches!(channel, None | Some("rcs")));
    json!({
        "address": address, "name": name, "inbox": "main", "messaging_service_sid": service,
        "countries": senders.countries.get(address),
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    fn published_values() -> BTreeMap<String, String> {
        let urls = Urls { public: vec!["http://x".to_owned()], socket: "ws://x/ws".to_owned() };
        parameter_values(&Settings::published().unwrap(), &urls).unwrap()
    }

    #[test]
    fn twilio_and_urls_are_json_values() {
        let values = published_values();
        let twilio: Value = serde_json::from_str(&values["/partyline/twilio"]).unwrap();
        assert_eq!(twilio["account_sid"], "AC00000000000000000000000000000000");
        assert_eq!(twilio["auth_tokens"][0], "5ca1ab1e0ddba115ca1ab1e0ddba1100");
        assert_eq!(twilio["opt_out_words"], Value::Null);
        let urls: Value = serde_json::from_str(&values["/partyline/urls"]).unwrap();
        assert_eq!(urls, json!({ "public": ["http://x"], "socket": "ws://x/ws" }));
    }

    #[test]
    fn the_session_keys_form_a_key_pair() {
        let values = published_values();
        let seed = BASE64.decode(values["/partyline/session"].as_bytes()).unwrap();
        let key = BASE64.decode(values["/partyline/public-key"].as_bytes()).unwrap();
        let signature = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().sign(b"text");
        UnparsedPublicKey::new(&ED25519, key).verify(b"text", signature.as_ref()).unwrap();
    }
}
