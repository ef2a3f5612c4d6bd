//! A person who is signed in, and what people do all day.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Call, Socket, TestResponse, TestSystem, next_id};

/// A signed-in person.
#[derive(Clone)]
pub struct TestUser<'a> {
    /// The desk.
    pub system: &'a TestSystem,
    /// Access token.
    pub token: String,
    /// The refresh token's cookie, `name=value`.
    pub cookie: String,
    /// Who it is.
    pub user: Value,
}

impl<'a> TestUser<'a> {
    /// Signs in with a password or a link.
    pub async fn sign_in(system: &'a TestSystem, credentials: Value) -> Self {
        Self::from_session(system, system.post("/api/session", credentials).await)
    }

    /// The person whom a session's answer describes.
    #[track_caller]
    pub fn from_session(system: &'a TestSystem, response: TestResponse) -> Self {
        let cookie = response.cookie().unwrap_or_default();
        let body = response.expect_status(200);
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { system, token, cookie, user: body["user"].clone() }
    }

    /// What refreshing answers.
    pub async fn try_refresh(&self) -> TestResponse {
        let request = self.system.call(Method::POST, "/api/session/refresh").json(&json!({}));
        request.header("cookie", &self.cookie).send().await
    }

    /// The same person with the next tokens.
    pub async fn refresh(&self) -> Self {
        Self::from_session(self.system, self.try_refresh().await)
    }

    /// A request of this person.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.system.call(method, path).signed_in_as(self)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.call(Method::GET, path).send().await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: Value) -> TestResponse {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// The conversation with `number`, begun if there is none.
    pub async fn start_conversation(&self, number: &str) -> Value {
        let response = self.post("/api/conversations", json!({ "to": number })).await;
        assert!([200, 201].contains(&response.status), "{}", response.text);
        response.body
    }

    /// The id of the conversation with `number`, which is there.
    pub async fn conversation_id_with(&self, number: &str) -> String {
        let response = self.post("/api/conversations", json!({ "to": number })).await;
        conversation_id(&response.expect_status(200)).to_owned()
    }

    /// One conversation.
    pub async fn get_conversation(&self, id: &str) -> Value {
        self.get(&format!("/api/conversations/{id}")).await.expect_status(200)
    }

    /// A page of the list; `query` is `?…` or nothing.
    pub async fn list_conversations(&self, query: &str) -> Value {
        self.get(&format!("/api/conversations{query}")).await.expect_status(200)
    }

    /// A part of a thread; `query` is `?…` or nothing.
    pub async fn list_messages(&self, id: &str, query: &str) -> Value {
        self.get(&format!("/api/conversations/{id}/messages{query}")).await.expect_status(200)
    }

    /// The newest messages of a thread.
    pub async fn messages(&self, id: &str) -> Vec<Value> {
        self.list_messages(id, "?limit=100").await["messages"].as_array().unwrap().clone()
    }

    /// A click on *send*.
    pub async fn send(&self, id: &str, body: &str) -> Value {
        self.try_send(id, body, &new_idempotency_key()).await.expect_status(202)
    }

    /// What a click on *send* with this key answers.
    pub async fn try_send(&self, id: &str, body: &str, key: &str) -> TestResponse {
        let path = format!("/api/conversations/{id}/messages");
        self.post(&path, json!({ "body": body, "idempotency_key": key })).await
    }

    /// What a click on *retry* with this key answers.
    pub async fn try_retry(&self, message: &Value, key: &str) -> TestResponse {
        let (conversation, id) = (&message["conversation_id"], &message["message_id"]);
        let (conversation, id) = (conversation.as_str().unwrap(), id.as_str().unwrap());
        let path = format!("/api/conversations/{conversation}/messages/{id}/retry");
        self.post(&path, json!({ "idempotency_key": key })).await
    }

    /// What a change of a conversation answers.
    pub async fn update_conversation(&self, id: &str, body: Value) -> TestResponse {
        self.patch(&format!("/api/conversations/{id}"), body).await
    }

    /// What reading as far as `rev` answers.
    pub async fn mark_read(&self, id: &str, rev: &Value) -> TestResponse {
        self.post(&format!("/api/conversations/{id}/read"), json!({ "rev": rev })).await
    }

    /// An open socket.
    pub async fn open_socket(&self) -> Socket {
        Socket::connect(self).await
    }
}

/// A key that no other click has.
pub fn new_idempotency_key() -> String {
    format!("click-{:08}", next_id())
}

/// The id of a conversation.
pub fn conversation_id(conversation: &Value) -> &str {
    conversation["conversation_id"].as_str().unwrap()
}

/// The texts of messages.
pub fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["body"].as_str().unwrap()).collect()
}
