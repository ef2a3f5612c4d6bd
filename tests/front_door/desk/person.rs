//! A person who is signed in, and what people do all day.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Call, Desk, Socket, fresh};

/// A signed-in person.
#[derive(Clone)]
pub struct Person<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Access token.
    pub token: String,
    /// The refresh token's cookie, `name=value`.
    pub cookie: String,
    /// Who it is.
    pub user: Value,
}

impl<'a> Person<'a> {
    /// Signs in with a password or a link.
    pub async fn sign_in(desk: &'a Desk, proof: Value) -> Self {
        Self::of(desk, desk.post("/api/session", proof).await)
    }

    /// The person whom a session's answer describes.
    #[track_caller]
    pub fn of(desk: &'a Desk, answer: Answer) -> Self {
        let cookie = answer.cookie().unwrap_or_default();
        let body = answer.is(200);
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { desk, token, cookie, user: body["user"].clone() }
    }

    /// What refreshing answers.
    pub async fn try_refresh(&self) -> Answer {
        let call = self.desk.call(Method::POST, "/api/session/refresh").json(&json!({}));
        call.header("cookie", &self.cookie).send().await
    }

    /// The same person with the next tokens.
    pub async fn refreshed(&self) -> Self {
        Self::of(self.desk, self.try_refresh().await)
    }

    /// A request of this person.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.desk.call(method, path).by(self)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// The conversation with `number`, begun if there is none.
    pub async fn start(&self, number: &str) -> Value {
        let answer = self.post("/api/conversations", json!({ "to": number })).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.text);
        answer.body
    }

    /// The id of the conversation with `number`, which is there.
    pub async fn conversation_with(&self, number: &str) -> String {
        let answer = self.post("/api/conversations", json!({ "to": number })).await;
        id(&answer.is(200)).to_owned()
    }

    /// One conversation.
    pub async fn conversation(&self, id: &str) -> Value {
        self.get(&format!("/api/conversations/{id}")).await.is(200)
    }

    /// A page of the list; `query` is `?…` or nothing.
    pub async fn list(&self, query: &str) -> Value {
        self.get(&format!("/api/conversations{query}")).await.is(200)
    }

    /// A part of a thread; `query` is `?…` or nothing.
    pub async fn thread(&self, id: &str, query: &str) -> Value {
        self.get(&format!("/api/conversations/{id}/messages{query}")).await.is(200)
    }

    /// The newest messages of a thread.
    pub async fn messages(&self, id: &str) -> Vec<Value> {
        self.thread(id, "?limit=100").await["messages"].as_array().unwrap().clone()
    }

    /// A click on *send*.
    pub async fn send(&self, id: &str, body: &str) -> Value {
        self.try_send(id, body, &key()).await.is(202)
    }

    /// What a click on *send* with this key answers.
    pub async fn try_send(&self, id: &str, body: &str, key: &str) -> Answer {
        let path = format!("/api/conversations/{id}/messages");
        self.post(&path, json!({ "body": body, "idempotency_key": key })).await
    }

    /// What a click on *retry* with this key answers.
    pub async fn try_retry(&self, message: &Value, key: &str) -> Answer {
        let (conversation, id) = (&message["conversation_id"], &message["message_id"]);
        let (conversation, id) = (conversation.as_str().unwrap(), id.as_str().unwrap());
        let path = format!("/api/conversations/{conversation}/messages/{id}/retry");
        self.post(&path, json!({ "idempotency_key": key })).await
    }

    /// What a change of a conversation answers.
    pub async fn update(&self, id: &str, change: Value) -> Answer {
        self.patch(&format!("/api/conversations/{id}"), change).await
    }

    /// What reading as far as `rev` answers.
    pub async fn mark_read(&self, id: &str, rev: &Value) -> Answer {
        self.post(&format!("/api/conversations/{id}/read"), json!({ "rev": rev })).await
    }

    /// An open socket.
    pub async fn socket(&self) -> Socket {
        Socket::open(self).await
    }
}

/// A key that no other click has.
pub fn key() -> String {
    format!("click-{:08}", fresh())
}

/// The id of a conversation.
pub fn id(conversation: &Value) -> &str {
    conversation["conversation_id"].as_str().unwrap()
}

/// The texts of messages.
pub fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["body"].as_str().unwrap()).collect()
}
