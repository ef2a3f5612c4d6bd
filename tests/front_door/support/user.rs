//! A signed-in user and the usual requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Call, TestResponse, TestSystem, next_id};

/// A signed-in user.
#[derive(Clone)]
pub struct TestUser<'a> {
    /// The system.
    pub system: &'a TestSystem,
    /// The access token.
    pub token: String,
    /// The cookie of the refresh token, as `name=value`.
    pub cookie: String,
    /// The user as returned at sign-in.
    pub user: Value,
}

impl<'a> TestUser<'a> {
    /// Signs in with a password or a link.
    pub async fn sign_in(system: &'a TestSystem, credentials: Value) -> Self {
        Self::from_session(system, system.post("/api/session", credentials).await)
    }

    /// Creates the user from the response of a session route.
    #[track_caller]
    pub fn from_session(system: &'a TestSystem, response: TestResponse) -> Self {
        let cookie = response.cookie().unwrap_or_default();
        let body = response.expect_status(200);
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { system, token, cookie, user: body["user"].clone() }
    }

    /// Refreshes the session and returns the response.
    pub async fn try_refresh(&self) -> TestResponse {
        let request = self.system.call(Method::POST, "/api/session/refresh").json(&json!({}));
        request.header("cookie", &self.cookie).send().await
    }

    /// Refreshes the session and returns the user with the new tokens.
    pub async fn refresh(&self) -> Self {
        Self::from_session(self.system, self.try_refresh().await)
    }

    /// Creates a request of this user.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.system.call(method, path).bearer(&self.token)
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.call(Method::GET, path).send().await
    }

    /// Sends a POST request.
    pub async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// Sends a PATCH request.
    pub async fn patch(&self, path: &str, body: Value) -> TestResponse {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// Returns the conversation with `number`, and starts it if necessary.
    pub async fn start_conversation(&self, number: &str) -> Value {
        let response = self.post("/api/conversations", json!({ "to": number })).await;
        assert!([200, 201].contains(&response.status), "{}", response.text);
        response.body
    }

    /// Returns the ID of the existing conversation with `number`.
    pub async fn conversation_id_with(&self, number: &str) -> String {
        let response = self.post("/api/conversations", json!({ "to": number })).await;
        conversation_id(&response.expect_status(200)).to_owned()
    }

    /// Returns a conversation.
    pub async fn get_conversation(&self, id: &str) -> Value {
        self.get(&format!("/api/conversations/{id}")).await.expect_status(200)
    }

    /// Returns a page of the list. `query` is `?…` or empty.
    pub async fn list_conversations(&self, query: &str) -> Value {
        self.get(&format!("/api/conversations{query}")).await.expect_status(200)
    }

    /// Returns a page of a thread. `query` is `?…` or empty.
    pub async fn list_messages(&self, id: &str, query: &str) -> Value {
        self.get(&format!("/api/conversations/{id}/messages{query}")).await.expect_status(200)
    }

    /// Returns the newest messages of a thread.
    pub async fn messages(&self, id: &str) -> Vec<Value> {
        self.list_messages(id, "?limit=100").await["messages"].as_array().unwrap().clone()
    }

    /// Sends a message and returns it.
    pub async fn send(&self, id: &str, body: &str) -> Value {
        self.try_send(id, body, &new_idempotency_key()).await.expect_status(202)
    }

    /// Sends a message with this idempotency key and returns the response.
    pub async fn try_send(&self, id: &str, body: &str, key: &str) -> TestResponse {
        let path = format!("/api/conversations/{id}/messages");
        self.post(&path, json!({ "body": body, "idempotency_key": key })).await
    }

    /// Retries a message with this idempotency key and returns the response.
    pub async fn try_retry(&self, message: &Value, key: &str) -> TestResponse {
        let (conversation, id) = (&message["conversation_id"], &message["message_id"]);
        let (conversation, id) = (conversation.as_str().unwrap(), id.as_str().unwrap());
        let path = format!("/api/conversations/{conversation}/messages/{id}/retry");
        self.post(&path, json!({ "idempotency_key": key })).await
    }

    /// Updates a conversation and returns the response.
    pub async fn update_conversation(&self, id: &str, body: Value) -> TestResponse {
        self.patch(&format!("/api/conversations/{id}"), body).await
    }

    /// Marks a conversation read at `rev` and returns the response.
    pub async fn mark_read(&self, id: &str, rev: &Value) -> TestResponse {
        self.post(&format!("/api/conversations/{id}/read"), json!({ "rev": rev })).await
    }
}

impl TestSystem {
    /// Signs in the first admin by a link.
    pub async fn admin(&self) -> TestUser<'_> {
        let sign_in_token = self.inner().sign_in_token().await.unwrap();
        TestUser::sign_in(self, json!({ "link_token": sign_in_token })).await
    }

    /// Creates an agent and signs them in.
    pub async fn agent(&self, admin: &TestUser<'_>, name: &str) -> TestUser<'_> {
        let password = "correct horse battery";
        let user = json!({ "username": name, "password": password, "role": "agent" });
        admin.post("/api/users", user).await.expect_status(201);
        let credentials = json!({ "username": name, "password": password });
        TestUser::sign_in(self, credentials).await
    }
}

/// Returns a new idempotency key.
pub fn new_idempotency_key() -> String {
    format!("click-{:08}", next_id())
}

/// Returns the ID of a conversation.
pub fn conversation_id(conversation: &Value) -> &str {
    conversation["conversation_id"].as_str().unwrap()
}

/// Returns the texts of messages.
pub fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["body"].as_str().unwrap()).collect()
}
