//! `/api/conversations/{id}/messages`.

mod check;
mod get;
mod list;
mod redact;
mod retry;
mod send;

use serde_json::Value;

use crate::support::user::conversation_id;
use crate::support::{TestSystem, TestUser, customer_number};

/// Sends a message that Twilio rejects (21211), and returns it.
async fn send_rejected(system: &TestSystem, user: &TestUser<'_>, body: &str) -> Value {
    let conversation = user.start_conversation("+15005550001").await;
    let sent = user.send(conversation_id(&conversation), body).await;
    system.wait_until_idle().await;
    let thread = user.messages(conversation_id(&conversation)).await;
    let rejected = thread.into_iter().find(|message| message["message_id"] == sent["message_id"]);
    rejected.unwrap()
}

/// Starts a conversation without messages.
async fn start_conversation(user: &TestUser<'_>) -> String {
    conversation_id(&user.start_conversation(&customer_number()).await).to_owned()
}
