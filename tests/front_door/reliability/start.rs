//! One command, and the whole of it works.

use reqwest::Method;
use serde_json::{Value, json};

use super::program::{Program, Visitor, binary, folder};
use super::stage::ANNA;
use crate::desk::port::free_port;
use crate::desk::{OURS, until};

#[tokio::test]
async fn one_command_in_an_empty_folder_brings_a_text_from_the_phone_to_the_desk_and_back() {
    let (folder, port) = (folder(), free_port());
    let program = Program::start(&binary().await, folder.path(), port).await;
    let visitor = Visitor::of(&program, port).await;
    visitor.types(ANNA, OURS, "Is my bike ready?").await;
    let shown = until("the text to be on the desk", || async {
        visitor.conversations().await.first().cloned()
    })
    .await;
    assert_eq!(shown["preview"]["body"], "Is my bike ready?");

    let id = shown["conversation_id"].as_str().unwrap();
    let click = json!({ "body": "It is.", "idempotency_key": "the-answer" });
    let path = format!("/api/conversations/{id}/messages");
    visitor.call(Method::POST, &path, &click).await;
    let screen = format!("/phones/api/phones/{ANNA}/messages");
    until("the answer to be on the phone", || async {
        let messages = visitor.call(Method::GET, &screen, &Value::Null).await["messages"].clone();
        messages.as_array()?.iter().find(|message| message["body"] == "It is.").cloned()
    })
    .await;
    program.kill().await;
}
