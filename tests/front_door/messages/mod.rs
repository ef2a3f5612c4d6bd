//! `/api/conversations/{id}/messages`: read, sent, sent again.

mod check;
mod get;
mod list;
mod redact;
mod retry;
mod send;

use serde_json::Value;

use crate::desk::person::id;
use crate::desk::{Desk, Person, customer};

/// A message that Twilio refuses to take (21211), and its conversation.
async fn refused(desk: &Desk, person: &Person<'_>, body: &str) -> Value {
    let conversation = person.start("+15005550001").await;
    let sent = person.send(id(&conversation), body).await;
    desk.settle().await;
    let thread = person.messages(id(&conversation)).await;
    let found = thread.into_iter().find(|message| message["message_id"] == sent["message_id"]);
    found.unwrap()
}

/// A conversation with nobody yet.
async fn started(person: &Person<'_>) -> String {
    id(&person.start(&customer()).await).to_owned()
}
