//! Start of the whole system with one command.

use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::ANNA;
use super::program::{ExternalClient, Program, build_binary, new_work_folder};
use crate::support::port::free_port;
use crate::support::{BUSINESS_NUMBER, wait_for};

#[tokio::test]
async fn one_command_in_an_empty_folder_runs_a_text_from_phone_to_desk_and_back() {
    let (folder, port) = (new_work_folder(), free_port());
    let program = Program::start(&build_binary().await, folder.path(), port).await;
    let client = ExternalClient::sign_in(&program, port).await;
    client.type_on_phone(ANNA, BUSINESS_NUMBER, "Is my bike ready?").await;
    let conversation = wait_for("the text to be on the desk", || async {
        client.conversations().await.first().cloned()
    })
    .await;
    assert_eq!(conversation["preview"]["body"], "Is my bike ready?");

    let id = conversation["conversation_id"].as_str().unwrap();
    let body = json!({ "body": "It is.", "idempotency_key": "the-answer" });
    let path = format!("/api/conversations/{id}/messages");
    client.call(Method::POST, &path, &body).await;
    let messages_path = format!("/phones/api/phones/{ANNA}/messages");
    wait_for("the answer to be on the phone", || async {
        let messages =
            client.call(Method::GET, &messages_path, &Value::Null).await["messages"].clone();
        messages.as_array()?.iter().find(|message| message["body"] == "It is.").cloned()
    })
    .await;
    program.kill().await;
}
