//! One command, and the whole of it works.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::program::{Program, binary, folder, free_port};
use super::stage::ANNA;
use crate::desk::{OURS, until};

async fn answer(call: RequestBuilder) -> Value {
    let answer = call.send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn one_command_in_an_empty_folder_brings_a_text_from_the_phone_to_the_desk_and_back() {
    let (folder, port) = (folder(), free_port());
    let program = Program::start(&binary().await, folder.path(), port).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let call = |method: Method, path: &str| {
        let url = format!("http://localhost:{port}");
        client.request(method, format!("{url}{path}")).header("origin", url)
    };
    let link = json!({ "link": program.link });
    let session = answer(call(Method::POST, "/api/session").json(&link)).await;
    let access = session["access_token"].as_str().unwrap();

    answer(call(Method::POST, "/phones/api/phones").json(&json!({ "number": ANNA }))).await;
    let typed = json!({ "to": OURS, "body": "Is my bike ready?" });
    let screen = format!("/phones/api/phones/{ANNA}/messages");
    answer(call(Method::POST, &screen).json(&typed)).await;
    let shown = until("the text to be on the desk", || async {
        let list = call(Method::GET, "/api/conversations").bearer_auth(access);
        answer(list).await["conversations"].as_array()?.first().cloned()
    })
    .await;
    assert_eq!(shown["preview"]["body"], "Is my bike ready?");

    let id = shown["conversation_id"].as_str().unwrap();
    let click = json!({ "body": "It is.", "idempotency_key": "the-answer" });
    let path = format!("/api/conversations/{id}/messages");
    answer(call(Method::POST, &path).bearer_auth(access).json(&click)).await;
    until("the answer to be on the phone", || async {
        let messages = answer(call(Method::GET, &screen)).await["messages"].clone();
        messages.as_array()?.iter().find(|message| message["body"] == "It is.").cloned()
    })
    .await;
    program.kill().await;
}
