//! The clients of the load test: customers behind Twilio, and an agent.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use local::Settings;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::webhook::{encode_form, params, sign};
use crate::support::{BUSINESS_NUMBER, TestResponse, document};

/// The number of customers.
pub(super) const CUSTOMERS: u32 = 8;

/// A request that is repeated until it succeeds: a customer's text or an agent's send.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RepeatedRequest {
    Text { customer: u32, number: u32 },
    Send { customer: u32, number: u32 },
}

impl RepeatedRequest {
    pub(super) fn customer(&self) -> u32 {
        match self {
            Self::Text { customer, .. } | Self::Send { customer, .. } => *customer,
        }
    }

    pub(super) fn body(&self) -> String {
        match self {
            Self::Text { number, .. } => format!("text {number}"),
            Self::Send { number, .. } => format!("click {number}"),
        }
    }
}

pub(super) fn customer_number(customer: u32) -> String {
    format!("+120655506{customer:02}")
}

/// The clients.
pub(super) struct LoadClients {
    client: Client,
    url: String,
    access_token: Mutex<String>,
    settings: Settings,
    /// The conversation IDs by customer.
    pub(super) conversations: Mutex<Vec<String>>,
}

impl LoadClients {
    pub(super) fn new(port: u16) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10));
        Self {
            client: client.build().unwrap(),
            url: format!("http://localhost:{port}"),
            access_token: Mutex::default(),
            settings: Settings::published().unwrap(),
            conversations: Mutex::default(),
        }
    }

    /// Calls the API. Returns `None` if there is no response.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let access_token = self.access_token.lock().unwrap().clone();
        let request = self.client.request(method.clone(), format!("{}{path}", self.url));
        let request = request.bearer_auth(access_token).header("origin", &self.url);
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // The program may be killed during the request.
        let text = response.text().await.ok()?;
        let body: Value = serde_json::from_str(&text).ok()?;
        let response = TestResponse { status, headers, text, body };
        document::check_response(&method, path, &response);
        Some((status, response.body))
    }

    pub(super) async fn sign_in(&self) {
        let credentials =
            json!({ "username": self.settings.username, "password": self.settings.password });
        let (status, response) =
            self.call(Method::POST, "/api/session", &credentials).await.unwrap();
        assert_eq!(status, 200, "{response}");
        *self.access_token.lock().unwrap() = response["access_token"].as_str().unwrap().to_owned();
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, response) = self.call(Method::GET, path, &Value::Null).await.unwrap();
        assert_eq!(status, 200, "{response}");
        response
    }

    /// Sends a request once. Returns whether the response was 2xx.
    pub(super) async fn perform(&self, request: &RepeatedRequest) -> bool {
        match request {
            RepeatedRequest::Text { customer, number } => {
                let (sid, from) = (format!("SM{number:032x}"), customer_number(*customer));
                let form = params(&[
                    ("MessageSid", &sid),
                    ("AccountSid", &self.settings.account_sid),
                    ("From", &from),
                    ("To", BUSINESS_NUMBER),
                    ("Body", &request.body()),
                ]);
                let url = format!("{}/twilio/messages", self.url);
                let signature = sign(&self.settings.auth_token, &url, &form);
                let http_request = self.client.post(&url).header("x-twilio-signature", signature);
                let http_request =
                    http_request.header("content-type", "application/x-www-form-urlencoded");
                let response = http_request.body(encode_form(&form)).send().await;
                response.is_ok_and(|response| response.status().is_success())
            }
            RepeatedRequest::Send { customer, number } => {
                let id = self.conversations.lock().unwrap()[*customer as usize].clone();
                let path = format!("/api/conversations/{id}/messages");
                let key = format!("click-{number:08}");
                let send_body = json!({ "body": request.body(), "idempotency_key": key });
                let response = self.call(Method::POST, &path, &send_body).await;
                response.is_some_and(|(status, _)| status == 202)
            }
        }
    }

    /// Returns all messages of a conversation.
    pub(super) async fn list_messages(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages?limit=100");
        let mut page = self.get(&path).await;
        let mut messages = page["messages"].as_array().unwrap().clone();
        while let Some(older_cursor) = page["older_cursor"].as_str() {
            page = self.get(&format!("{path}&before={older_cursor}")).await;
            messages.extend(page["messages"].as_array().unwrap().iter().cloned());
        }
        messages
    }

    /// Asserts that each acknowledged request is stored once and that the unread counts are correct.
    pub(super) async fn check_stored(&self, answered: &BTreeSet<RepeatedRequest>) {
        let list = self.get("/api/conversations?filter=open&limit=100").await;
        for customer in 0..CUSTOMERS {
            let id = self.conversations.lock().unwrap()[customer as usize].clone();
            let thread = self.list_messages(&id).await;
            let mut stored: Vec<_> =
                thread.iter().map(|message| message["body"].as_str().unwrap()).collect();
            let own_requests = answered.iter().filter(|request| request.customer() == customer);
            let mut expected: Vec<_> = own_requests.map(RepeatedRequest::body).collect();
            stored.sort_unstable();
            expected.sort_unstable();
            assert_eq!(stored, expected, "customer {customer}");
            let inbound_count =
                thread.iter().filter(|message| message["direction"] == "inbound").count();
            let row = list["conversations"].as_array().unwrap().iter();
            let row = row.clone().find(|row| row["conversation_id"] == *id).unwrap();
            assert_eq!(row["unread_count"], inbound_count, "customer {customer}");
        }
    }
}
