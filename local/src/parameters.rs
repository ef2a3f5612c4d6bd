//! The parameter store: SSM's `GetParameters` on a loopback port, answering from the settings.
//!
//! What belongs together is one JSON value, as in a deployed stack; each name needs its own permission.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::{Value, json};

use crate::gateway::request::text;
use crate::permissions::{Permissions, caller};
use crate::settings::Settings;
use crate::template::{ACCOUNT, REGION, STACK};

const TARGET: &str = "AmazonSSM.GetParameters";
/// How many names one call may ask for.
const MAX_NAMES: usize = 10;

/// The install key in the settings is not 32 bytes in hex.
#[derive(Debug, thiserror::Error)]
#[error(
    "PARTYLINE_INSTALL_KEY must be 64 hexadecimal digits; make one with `openssl rand -hex 32`"
)]
pub struct InvalidInstallKey;

/// The parameters of the stack, by full name.
#[derive(Debug, Clone)]
pub struct Parameters {
    values: Arc<BTreeMap<String, String>>,
    permissions: Arc<Permissions>,
}

/// Where the system is reached from outside.
#[derive(Debug, Clone)]
pub struct Urls {
    /// Its base addresses, the first of which is given to Twilio.
    pub public: Vec<String>,
    /// Its socket.
    pub socket: String,
}

impl Parameters {
    /// The parameters that `settings` make.
    pub fn from_settings(
        settings: &Settings,
        urls: &Urls,
        permissions: Arc<Permissions>,
    ) -> Result<Self, InvalidInstallKey> {
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
        });
        let senders: Vec<Value> =
            settings.senders().iter().map(|address| sender(settings, address)).collect();
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
        let parameter = |(name, value)| (format!("/{STACK}/{name}"), value);
        let values = Arc::new(values.into_iter().map(parameter).collect());
        Ok(Self { values, permissions })
    }

    /// The service.
    pub fn router(self) -> Router {
        Router::new().fallback(serve).with_state(self)
    }

    fn get(&self, caller: &str, names: &[&str]) -> Response {
        let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
        for name in names {
            let arn = arn(name);
            if let Err(denied) = self.permissions.check(caller, "ssm:GetParameters", &arn) {
                return error_response("AccessDeniedException", &denied.to_string());
            }
            match self.values.get(*name) {
                Some(value) => parameters.push(json!({
                    "ARN": arn, "DataType": "text", "Name": name, "Type": "SecureString",
                    "Value": value, "Version": 1,
                })),
                None => invalid.push(*name),
            }
        }
        let body = json!({ "Parameters": parameters, "InvalidParameters": invalid });
        json_response(StatusCode::OK, &body)
    }
}

async fn serve(State(parameters): State<Parameters>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = text(&headers, header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        return error_response(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    };
    let target = text(&headers, "x-amz-target");
    if target != TARGET {
        return error_response(
            "UnknownOperationException",
            &format!("unsupported operation: {target}"),
        );
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let names: Vec<&str> = request
        .get("Names")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    if names.is_empty() || names.len() > MAX_NAMES {
        return error_response("ValidationException", "Names must hold between 1 and 10 names");
    }
    parameters.get(caller, &names)
}

fn arn(name: &str) -> String {
    format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{}", name.trim_start_matches('/'))
}

fn error_response(kind: &str, message: &str) -> Response {
    json_response(StatusCode::BAD_REQUEST, &json!({ "__type": kind, "message": message }))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let content_type = HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// A sender as the functions read it.
fn sender(settings: &Settings, address: &str) -> Value {
    let channel = address.split_once(':').map(|(channel, _)| channel);
    let name = match channel {
        None if address == settings.number => "Main line",
        None => address,
        Some("whatsapp") => "WhatsApp",
        Some("messenger") => "Messenger",
        Some("rcs") => "RCS",
        Some(channel) => channel,
    };
    let service = settings.messaging_service_sid.as_ref();
    let service = service.filter(|_| matches!(channel, None | Some("rcs")));
    json!({
        "address": address, "name": name, "inbox": "main", "messaging_service_sid": service,
        "countries": settings.sender_countries.get(address),
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    use shared::clock::SystemClock;
    use tokio::net::TcpListener;

    use super::*;
    use crate::gateway::Server;
    use crate::signed_request::SignedRequest;
    use crate::template::Template;

    async fn serving() -> Server {
        let template = Template::parse(include_str!("../../template.yaml")).unwrap();
        let permissions = Arc::new(Permissions::from_template(&template, &[]));
        let urls = Urls { public: vec!["http://x".to_owned()], socket: "ws://x/ws".to_owned() };
        let parameters =
            Parameters::from_settings(&Settings::published(), &urls, permissions).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Server::start(listener, parameters.router()).unwrap()
    }

    async fn get_parameters(
        caller: &str,
        names: &[&str],
    ) -> Result<BTreeMap<String, String>, String> {
        let server = serving().await;
        let names: Vec<String> = names.iter().map(|name| format!("/partyline/{name}")).collect();
        let response = SignedRequest {
            server: server.address(),
            service: "ssm",
            caller,
            path: "/",
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", TARGET)],
            body: json!({ "Names": names, "WithDecryption": true }),
        };
        let (status, body) = response.send().await;
        server.stop(&SystemClock).await;
        if status != 200 {
            return Err(body.to_string());
        }
        let parameters = body["Parameters"].as_array().unwrap().iter();
        let text = |parameter: &Value, name: &str| parameter[name].as_str().unwrap().to_owned();
        Ok(parameters.map(|p| (text(p, "Name"), text(p, "Value"))).collect())
    }

    #[tokio::test]
    async fn a_signed_request_gets_the_permitted_parameters() {
        let values = get_parameters("receive-message", &["twilio", "urls"]).await.unwrap();
        let twilio: Value = serde_json::from_str(&values["/partyline/twilio"]).unwrap();
        assert_eq!(twilio["account_sid"], "AC00000000000000000000000000000000");
        assert_eq!(twilio["auth_tokens"][0], "5ca1ab1e0ddba115ca1ab1e0ddba1100");
        let urls: Value = serde_json::from_str(&values["/partyline/urls"]).unwrap();
        assert_eq!(urls, json!({ "public": ["http://x"], "socket": "ws://x/ws" }));
    }

    #[tokio::test]
    async fn one_denied_name_rejects_the_whole_call() {
        let error = get_parameters("receive-message", &["twilio", "session"]).await.unwrap_err();
        assert!(error.contains("not authorized to perform: ssm:GetParameters"), "{error}");
    }

    #[tokio::test]
    async fn the_session_keys_form_a_key_pair() {
        let private = get_parameters("refresh-session", &["session"]).await.unwrap();
        let public = get_parameters("list-senders", &["public-key"]).await.unwrap();
        let seed = BASE64.decode(private["/partyline/session"].as_bytes()).unwrap();
        let key = BASE64.decode(public["/partyline/public-key"].as_bytes()).unwrap();
        let signature = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().sign(b"text");
        UnparsedPublicKey::new(&ED25519, key).verify(b"text", signature.as_ref()).unwrap();
    }
}
