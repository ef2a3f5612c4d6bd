//! The socket: who gets one, what it tells, and that one socket's trouble is nobody else's.

use std::slice;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::desk::person::id;
use crate::desk::socket::{known, watching};
use crate::desk::table::{CONNECTIONS, count};
use crate::desk::{Desk, Person, Socket, customer, until};

async fn attempt(desk: &Desk, ticket: &str) -> Result<Socket, u16> {
    let origin = desk.url("");
    Socket::attempt(desk, Some(&origin), Some(&format!("partyline.v1, t.{ticket}"))).await
}

async fn started(person: &Person<'_>) -> String {
    id(&person.start(&customer()).await).to_owned()
}

/// The texts of the messages and previews that came before this preview.
async fn heard_before(socket: &mut Socket, preview: &str) -> Vec<Value> {
    socket.until(|event| event["conversation"]["preview"]["body"] == preview).await
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once_and_the_protocol_is_ours() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let ticket = Socket::ticket(&anna).await;
    let socket = attempt(&desk, &ticket).await.ok().unwrap();
    assert_eq!(socket.protocol.as_deref(), Some("partyline.v1"));
    assert_eq!(known(&desk).await, slice::from_ref(&socket.id));
    assert_eq!(attempt(&desk, &ticket).await.err(), Some(403));
    let ticket = Socket::ticket(&anna).await;
    let tries = join_all((0..4).map(|_| attempt(&desk, &ticket))).await;
    assert_eq!(tries.iter().filter(|socket| socket.is_ok()).count(), 1);
    assert_eq!(known(&desk).await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn a_ticket_is_good_for_thirty_seconds() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.hold();
    let (early, late) = (Socket::ticket(&anna).await, Socket::ticket(&anna).await);
    desk.pass(Duration::from_secs(27));
    assert!(attempt(&desk, &early).await.is_ok());
    desk.pass(Duration::from_secs(4));
    assert_eq!(attempt(&desk, &late).await.err(), Some(403));
    desk.close().await;
}

#[tokio::test]
async fn without_ticket_protocol_or_our_own_origin_there_is_no_socket() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let own = desk.url("");
    let foreign =
        ["http://evil.example", "null", "http://localhost", "http://localhost.evil.example", ""];
    for origin in foreign {
        let protocols = format!("partyline.v1, t.{}", Socket::ticket(&anna).await);
        let refused = Socket::attempt(&desk, Some(origin), Some(&protocols)).await;
        assert_eq!(refused.err(), Some(403), "{origin}");
    }
    let protocols = format!("partyline.v1, t.{}", Socket::ticket(&anna).await);
    assert_eq!(Socket::attempt(&desk, None, Some(&protocols)).await.err(), Some(403));
    let ticket = Socket::ticket(&anna).await;
    let odd = [
        "partyline.v1".to_owned(),
        format!("t.{ticket}"),
        format!("partyline.v2, t.{ticket}"),
        "partyline.v1, t.".to_owned(),
        "partyline.v1, t.AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        format!("graphql-ws, {ticket}"),
    ];
    for protocols in odd {
        let refused = Socket::attempt(&desk, Some(&own), Some(&protocols)).await;
        assert_eq!(refused.err(), Some(403), "{protocols}");
    }
    assert_eq!(Socket::attempt(&desk, Some(&own), None).await.err(), Some(403));
    assert_eq!(count(&desk, CONNECTIONS, "CONN#").await, 0);
    desk.close().await;
}

#[tokio::test]
async fn a_foreign_page_gets_no_ticket() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for origin in ["http://evil.example", "null", "https://localhost"] {
        let call = anna.call(Method::POST, "/api/sockets/ticket").json(&json!({}));
        call.header("origin", origin).send().await.refused(403);
    }
    let issued = anna.post("/api/sockets/ticket", json!({})).await.is(200);
    assert_eq!(issued["expires_in"], 30);
    anna.post("/api/sockets/ticket", json!({ "user": "berta" })).await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn messages_go_to_who_watches_and_conversations_to_everybody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let number = customer();
    let thread = id(&anna.start(&number).await).to_owned();
    desk.settle().await;
    let (mut watcher, mut other) = (anna.socket().await, berta.socket().await);
    watcher.watch(&desk, &thread).await;
    desk.text(&number, "One").await;
    desk.settle().await;
    desk.text(&customer(), "Elsewhere").await;
    let seen = watcher.message("One").await;
    assert_eq!(seen["conversation_id"], thread);
    let heard = heard_before(&mut other, "Elsewhere").await;
    assert!(heard.iter().all(|event| event["type"] == "conversation"), "{heard:?}");
    assert!(heard.iter().any(|event| event["conversation"]["preview"]["body"] == "One"));
    watcher.unwatch(&desk, &thread).await;
    desk.settle().await;
    desk.text(&number, "Two").await;
    desk.settle().await;
    desk.text(&number, "Three").await;
    let heard = heard_before(&mut watcher, "Three").await;
    assert!(!heard.iter().any(|event| event["message"]["body"] == "Two"), "{heard:?}");
    desk.close().await;
}

#[tokio::test]
async fn every_step_of_a_send_is_told_to_who_watches() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let mut socket = anna.socket().await;
    socket.watch(&desk, &thread).await;
    let sent = anna.send(&thread, "Hello").await;
    let told = |event: &Value| event["type"] == "intent" && event["state"].is_null();
    let mut heard = socket.until(told).await;
    assert_eq!(heard.last().unwrap()["message_id"], sent["message_id"]);
    let delivered = |event: &Value| event["message"]["status"] == "delivered";
    if !heard.iter().any(delivered) {
        heard.extend(socket.until(delivered).await);
    }
    let states: Vec<_> = heard.iter().filter(|event| event["type"] == "intent").collect();
    let steps: Vec<_> = states.iter().map(|event| event["step"].as_u64().unwrap()).collect();
    assert!(steps.is_sorted(), "{states:?}");
    desk.close().await;
}

#[tokio::test]
async fn a_socket_watches_five_conversations_and_no_strangers() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    let mut threads = Vec::new();
    for _ in 0..6 {
        threads.push(started(&anna).await);
    }
    for thread in &threads[..5] {
        socket.watch(&desk, thread).await;
    }
    let frame =
        |action: &str, id: &str| json!({ "action": action, "conversation_id": id }).to_string();
    socket.say(frame("watch", &threads[5])).await;
    socket.say(frame("watch", &"a".repeat(26))).await;
    socket.unwatch(&desk, &threads[0]).await;
    desk.settle().await;
    let mut expected = threads[1..5].to_vec();
    expected.sort();
    assert_eq!(watching(&desk, &socket.id).await, expected);
    socket.watch(&desk, &threads[5]).await;
    socket.watch(&desk, &threads[5]).await;
    assert_eq!(watching(&desk, &socket.id).await.len(), 5);
    desk.close().await;
}

#[tokio::test]
async fn of_frames_that_overtake_each_other_the_one_with_the_highest_turn_holds() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    let (one, other) = (started(&anna).await, started(&anna).await);
    desk.settle().await;
    socket.show(&desk, slice::from_ref(&one), 2).await;
    assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&one));
    socket.show(&desk, slice::from_ref(&other), 1).await;
    assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&one));
    let strangers = ["a".repeat(26), "../x".to_owned()];
    socket.show(&desk, &[slice::from_ref(&other), &strangers].concat(), 3).await;
    assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&other));
    let six: Vec<_> = ["b", "c", "d", "e", "f", "g"].map(|letter| letter.repeat(26)).into();
    socket.show(&desk, &six, 4).await;
    assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&other));
    socket.show(&desk, &[], 5).await;
    assert!(watching(&desk, &socket.id).await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn a_frame_that_makes_no_sense_changes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let mut socket = anna.socket().await;
    let odd = [
        "not JSON",
        "",
        "[]",
        "null",
        r#"{"action":"explode"}"#,
        r#"{"action":"watch"}"#,
        r#"{"action":"watch","conversation_id":7}"#,
        r#"{"action":"watch","conversation_id":"../x"}"#,
        r#"{"action":"watch","conversation_id":"x","user":"berta"}"#,
        r#"{"action":"show","conversation_ids":[7],"turn":1}"#,
        r#"{"action":"show","conversation_ids":[],"turn":-1}"#,
        r#"{"action":"show","conversation_ids":[]}"#,
        r#"{"action":"$connect"}"#,
        r#"{"action":"$disconnect"}"#,
        r#"{"__proto__":{"action":"watch"}}"#,
    ];
    for frame in odd {
        socket.say(frame).await;
    }
    socket.send(Message::binary(vec![0xff, 0x00, 0xfe])).await;
    socket.say(r#"{"action":"ping"}"#).await;
    socket.watch(&desk, &thread).await;
    desk.settle().await;
    assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&thread));
    let (own, number) =
        (socket.id.clone(), anna.conversation(&thread).await["mobile_number"].clone());
    desk.text(number.as_str().unwrap(), "Still here?").await;
    socket.message("Still here?").await;
    assert_eq!(known(&desk).await, [own]);
    desk.close().await;
}

#[tokio::test]
async fn a_frame_of_33_kb_closes_its_own_socket_only() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (mut one, mut other) = (anna.socket().await, anna.socket().await);
    one.say("x".repeat(33 * 1024)).await;
    assert_eq!(one.ended().await, 1009);
    until("its row to go", || async { (known(&desk).await == [other.id.clone()]).then_some(()) })
        .await;
    desk.text(&customer(), "Next").await;
    other.preview("Next").await;
    desk.close().await;
}

#[tokio::test]
async fn one_dead_socket_never_harms_another() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = id(&anna.start(&number).await).to_owned();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = anna.socket().await;
        socket.watch(&desk, &thread).await;
        sockets.push(socket);
    }
    let dead = sockets.remove(1);
    // No goodbye, and nobody is told: the row is still there.
    assert!(desk.system().connections().unwrap().cut(&dead.id, false).await);
    until("the line to be cut", || async {
        let open = desk.system().connections().unwrap().list();
        (open.len() == 2).then_some(())
    })
    .await;
    assert_eq!(known(&desk).await.len(), 3);
    desk.text(&number, "First").await;
    for socket in &mut sockets {
        socket.message("First").await;
    }
    desk.settle().await;
    let mut left = known(&desk).await;
    let mut expected: Vec<String> = sockets.iter().map(|socket| socket.id.clone()).collect();
    left.sort();
    expected.sort();
    assert_eq!(left, expected, "exactly the dead one's row is gone");
    desk.text(&number, "Second").await;
    for socket in &mut sockets {
        socket.message("Second").await;
        assert_eq!(watching(&desk, &socket.id).await, slice::from_ref(&thread));
    }
    desk.close().await;
}

#[tokio::test]
async fn a_page_that_closes_takes_its_row_and_no_other_with_it() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (one, mut other) = (anna.socket().await, anna.socket().await);
    one.close().await;
    until("its row to go", || async { (known(&desk).await == [other.id.clone()]).then_some(()) })
        .await;
    desk.text(&customer(), "Next").await;
    other.preview("Next").await;
    desk.close().await;
}

/// Says something, and waits until it is heard.
async fn stir(desk: &Desk, socket: &mut Socket, thread: &str) {
    socket.say(r#"{"action":"ping"}"#).await;
    socket.watch(desk, thread).await;
    socket.unwatch(desk, thread).await;
}

#[tokio::test]
async fn a_silent_socket_is_cut_after_ten_minutes_and_a_talking_one_is_not() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let (mut silent, mut talking) = (anna.socket().await, anna.socket().await);
    for _ in 0..3 {
        desk.pass(Duration::from_mins(4));
        stir(&desk, &mut talking, &thread).await;
    }
    assert_eq!(silent.ended().await, 1001);
    let only = [talking.id.clone()];
    until("its row to go", || async { (known(&desk).await == only).then_some(()) }).await;
    desk.text(&customer(), "Next").await;
    talking.preview("Next").await;
    desk.close().await;
}

#[tokio::test]
async fn no_socket_lives_longer_than_two_hours() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let mut socket = anna.socket().await;
    for _ in 0..14 {
        desk.pass(Duration::from_mins(8));
        stir(&desk, &mut socket, &thread).await;
    }
    assert_eq!(known(&desk).await, [socket.id.clone()]);
    desk.pass(Duration::from_mins(9));
    assert_eq!(socket.ended().await, 1001);
    until("its row to go", || async { known(&desk).await.is_empty().then_some(()) }).await;
    desk.close().await;
}
