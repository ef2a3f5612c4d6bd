//! One text from a phone to the inbox, and the answer.

use serde_json::json;

use crate::support::user::{bodies, conversation_id};
use crate::support::{BUSINESS_NUMBER, TestSystem, customer_number};

#[tokio::test]
async fn a_text_appears_on_the_screen_and_the_answer_on_the_phone() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut socket = anna.open_socket().await;
    let number = customer_number();
    system.twilio().type_text(&number, BUSINESS_NUMBER, "Is my bike ready?").unwrap();
    let conversation = socket.wait_for_preview("Is my bike ready?").await;
    assert_eq!(
        (&conversation["mobile_number"], &conversation["unread_count"]),
        (&number.into(), &1.into())
    );
    socket.watch(&system, conversation_id(&conversation)).await;
    anna.send(conversation_id(&conversation), "It is.").await;
    socket.wait_for(|event| event["message"]["status"] == "delivered").await;
    system.wait_until_idle().await;
    let thread = anna.messages(conversation_id(&conversation)).await;
    assert_eq!(bodies(&thread), ["Is my bike ready?", "It is."]);
    let sent = &thread[1];
    assert_eq!((&sent["outbox"], &sent["send_result"]["kind"]), (&json!(null), &"accepted".into()));
    let messages = system.twilio().messages().unwrap();
    assert_eq!(messages.last().unwrap().body, "It is.");
    system.stop().await;
}
