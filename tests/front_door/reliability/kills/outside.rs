//! Those outside the program: customers behind Twilio, and an agent. What they want, and how they ask for it.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use local::Settings;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::CUSTOMERS;
use crate::desk::webhook::{encoded, params, sign};
use crate::desk::{Answer, OURS, document};

/// One request that is repeated until it is answered: a text of a customer, or a click of an agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    Text { customer: u32, number: u32 },
    Click { customer: u32, number: u32 },
}

impl Wish {
    pub(super) fn customer(&self) -> u32 {
        match self {
            Self::Text { customer, .. } | Self::Click { customer, .. } => *customer,
        }
    }

    pub(super) fn body(&self) -> String {
        match self {
            Self::Text { number, .. } => format!("text {number}"),
            Self::Click { number, .. } => format!("click {number}"),
        }
    }
}

pub(super) fn phone(customer: u32) -> String {
    format!("+120655506{customer:02}")
}

/// Those outside: customers behind Twilio, and an agent.
pub(super) struct Outside {
    client: Client,
    url: String,
    access: Mutex<String>,
    settings: Settings,
    /// Conversation ids, by customer.
    pub(super) conversations: Mutex<Vec<String>>,
}

impl Outside {
    pub(super) fn at(port: u16) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10));
        Self {
            client: client.build().unwrap(),
            url: format!("http://localhost:{port}"),
            access: Mutex::default(),
            settings: Settings::published(),
            conversations: Mutex::default(),
        }
    }

    /// An answer of the people's API, which is as the document says; none if there was none.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let access = self.access.lock().unwrap().clone();
        let call = self.client.request(method.clone(), format!("{}{path}", self.url));
        let call = call.bearer_auth(access).header("origin", &self.url);
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = call.send().await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // The program may be killed in the middle of it.
        let text = answer.text().await.ok()?;
        let body: Value = serde_json::from_str(&text).ok()?;
        let answer = Answer { status, headers, text, body };
        document::check(&method, path, &answer);
        Some((status, answer.body))
    }

    pub(super) async fn sign_in(&self) {
        let proof =
            json!({ "username": self.settings.username, "password": self.settings.password });
        let (status, answer) = self.call(Method::POST, "/api/session", &proof).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        *self.access.lock().unwrap() = answer["access_token"].as_str().unwrap().to_owned();
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, &Value::Null).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Makes a wish once; whether it was answered 2xx.
    pub(super) async fn make(&self, wish: &Wish) -> bool {
        match wish {
            Wish::Text { customer, number } => {
                let (sid, from) = (format!("SM{number:032x}"), phone(*customer));
                let form = params(&[
                    ("MessageSid", &sid),
                    ("AccountSid", &self.settings.account_sid),
                    ("From", &from),
                    ("To", OURS),
                    ("Body", &wish.body()),
                ]);
                let url = format!("{}/twilio/messages", self.url);
                let signature = sign(&self.settings.auth_token, &url, &form);
                let call = self.client.post(&url).header("x-twilio-signature", signature);
                let call = call.header("content-type", "application/x-www-form-urlencoded");
                let answer = call.body(encoded(&form)).send().await;
                answer.is_ok_and(|answer| answer.status().is_success())
            }
            Wish::Click { customer, number } => {
                let id = self.conversations.lock().unwrap()[*customer as usize].clone();
                let path = format!("/api/conversations/{id}/messages");
                let key = format!("click-{number:08}");
                let click = json!({ "body": wish.body(), "idempotency_key": key });
                let answer = self.call(Method::POST, &path, &click).await;
                answer.is_some_and(|(status, _)| status == 202)
            }
        }
    }

    /// Every message of a conversation.
    pub(super) async fn thread(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages?limit=100");
        let mut page = self.get(&path).await;
        let mut all = page["messages"].as_array().unwrap().clone();
        while let Some(older) = page["older"].as_str() {
            page = self.get(&format!("{path}&before={older}")).await;
            all.extend(page["messages"].as_array().unwrap().iter().cloned());
        }
        all
    }

    /// What was answered is stored, once; the unread count is what is stored.
    pub(super) async fn check(&self, answered: &BTreeSet<Wish>) {
        let list = self.get("/api/conversations?filter=open&limit=100").await;
        for customer in 0..CUSTOMERS {
            let id = self.conversations.lock().unwrap()[customer as usize].clone();
            let thread = self.thread(&id).await;
            let mut stored: Vec<_> = thread.iter().map(|m| m["body"].as_str().unwrap()).collect();
            let mine = answered.iter().filter(|wish| wish.customer() == customer);
            let mut wanted: Vec<_> = mine.map(Wish::body).collect();
            stored.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(stored, wanted, "customer {customer}");
            let texts = thread.iter().filter(|m| m["direction"] == "inbound").count();
            let row = list["conversations"].as_array().unwrap().iter();
            let row = row.clone().find(|row| row["conversation_id"] == *id).unwrap();
            assert_eq!(row["unread_count"], texts, "customer {customer}");
        }
    }
}
