//! The parameter store: the operation `GetParameters` of SSM on loopback.
//!
//! Each name needs its own permission.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::headers::header_text;
use crate::permissions::{Permissions, caller};
use crate::template::{ACCOUNT, REGION};

const TARGET: &str = "AmazonSSM.GetParameters";
/// The maximum number of names in one call.
const MAX_NAMES: usize = 10;

/// The parameters of a stack, by full name.
#[derive(Debug, Clone)]
pub struct Parameters {
    values: Arc<RwLock<BTreeMap<String, String>>>,
    permissions: Arc<Permissions>,
}

impl Parameters {
    /// Returns the service for `values` by full name, such as `/partyline/urls`.
    pub fn new(values: BTreeMap<String, String>, permissions: Arc<Permissions>) -> Self {
        Self { values: Arc::new(RwLock::new(values)), permissions }
    }

    /// Sets a parameter by its full name, as `PutParameter` does. Functions see it when they read it again.
    pub fn put(&self, name: &str, value: String) {
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        values.insert(name.to_owned(), value);
    }

    /// Returns a parameter by its full name.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Returns the HTTP service.
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
            match self.value(name) {
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
    let authorization = header_text(&headers, header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        return error_response(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    };
    let target = header_text(&headers, "x-amz-target");
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

#[cfg(test)]
mod tests {
    use shared::clock::SystemClock;
    use tokio::net::TcpListener;

    use super::*;
    use crate::server::Server;
    use crate::signed_request::SignedRequest;
    use crate::template::Template;

    async fn serving() -> Server {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let permissions = Arc::new(Permissions::from_template(&template, &[]));
        let values = [("twilio", "a text"), ("urls", "{}"), ("session", "a secret")];
        let values = values.map(|(name, value)| (format!("/partyline/{name}"), value.to_owned()));
        let parameters = Parameters::new(values.into(), permissions);
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
        assert_eq!(values.len(), 2);
        assert_eq!(values["/partyline/twilio"], "a text");
        assert_eq!(values["/partyline/urls"], "{}");
    }

    #[tokio::test]
    async fn one_denied_name_rejects_the_whole_call() {
        let error = get_parameters("receive-message", &["twilio", "session"]).await.unwrap_err();
        assert!(error.contains("not authorized to perform: ssm:GetParameters"), "{error}");
    }
}
