//! One text from phone to screen and back.

use serde_json::json;

use crate::desk::person::{bodies, id};
use crate::desk::{Desk, OURS, customer};

#[tokio::test]
async fn a_text_appears_on_the_screen_and_the_answer_on_the_phone() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    let number = customer();
    desk.twilio().type_text(&number, OURS, "Is my bike ready?").unwrap();
    let told = socket.preview("Is my bike ready?").await;
    assert_eq!((&told["mobile_number"], &told["unread_count"]), (&number.into(), &1.into()));
    socket.watch(&desk, id(&told)).await;
    anna.send(id(&told), "It is.").await;
    socket.wait_for(|event| event["message"]["status"] == "delivered").await;
    desk.settle().await;
    let thread = anna.messages(id(&told)).await;
    assert_eq!(bodies(&thread), ["Is my bike ready?", "It is."]);
    let ours = &thread[1];
    assert_eq!((&ours["intent"], &ours["outcome"]["kind"]), (&json!(null), &"sent".into()));
    let carried = desk.twilio().messages().unwrap();
    assert_eq!(carried.last().unwrap().body, "It is.");
    desk.close().await;
}
