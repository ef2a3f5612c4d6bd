//! Sockets: connecting, watching, live events, and isolation from failing sockets.

use std::slice;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::inbox_name::InboxName;
use shared::session::Role;
use shared::store::Ticket;
use shared::username::Username;
use tokio_tungstenite::tungstenite::Message;

use crate::support::socket::{stored_connection_ids, watched_conversations};
use crate::support::table::{CONNECTIONS_TABLE, count_rows};
use crate::support::user::conversation_id;
use crate::support::{Socket, TestSystem, TestUser, customer_number, wait_for};

async fn try_connect(system: &TestSystem, ticket: &str) -> Result<Socket, u16> {
    let origin = system.url("");
    Socket::try_connect(system, Some(&origin), Some(&format!("partyline.v1, t.{ticket}"))).await
}

async fn start_conversation(user: &TestUser<'_>) -> String {
    conversation_id(&user.start_conversation(&customer_number()).await).to_owned()
}

/// Returns the events before the one with this preview.
async fn events_until_preview(socket: &mut Socket, preview: &str) -> Vec<Value> {
    socket.events_until(|event| event["conversation"]["preview"]["body"] == preview).await
}

#[tokio::test]
async fn a_ticket_opens_one_socket_with_our_protocol() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let ticket = Socket::issue_ticket(&anna).await;
    let socket = try_connect(&system, &ticket).await.ok().unwrap();
    assert_eq!(socket.protocol.as_deref(), Some("partyline.v1"));
    assert_eq!(stored_connection_ids(&system).await, slice::from_ref(&socket.id));
    assert_eq!(try_connect(&system, &ticket).await.err(), Some(403));
    let ticket = Socket::issue_ticket(&anna).await;
    let results = join_all((0..4).map(|_| try_connect(&system, &ticket))).await;
    assert_eq!(results.iter().filter(|socket| socket.is_ok()).count(), 1);
    assert_eq!(stored_connection_ids(&system).await.len(), 2);
    system.stop().await;
}

#[tokio::test]
async fn a_ticket_is_valid_for_thirty_seconds() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.freeze_clock();
    let (early_ticket, late_ticket) =
        (Socket::issue_ticket(&anna).await, Socket::issue_ticket(&anna).await);
    system.advance(Duration::from_secs(27));
    assert!(try_connect(&system, &early_ticket).await.is_ok());
    system.advance(Duration::from_secs(4));
    assert_eq!(try_connect(&system, &late_ticket).await.err(), Some(403));
    system.stop().await;
}

#[tokio::test]
async fn a_socket_requires_a_ticket_our_protocol_and_our_origin() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let own_origin = system.url("");
    let other_origins =
        ["http://evil.example", "null", "http://localhost", "http://localhost.evil.example", ""];
    for origin in other_origins {
        let protocols = format!("partyline.v1, t.{}", Socket::issue_ticket(&anna).await);
        let result = Socket::try_connect(&system, Some(origin), Some(&protocols)).await;
        assert_eq!(result.err(), Some(403), "{origin}");
    }
    let protocols = format!("partyline.v1, t.{}", Socket::issue_ticket(&anna).await);
    assert_eq!(Socket::try_connect(&system, None, Some(&protocols)).await.err(), Some(403));
    let ticket = Socket::issue_ticket(&anna).await;
    let invalid_protocols = [
        "partyline.v1".to_owned(),
        format!("t.{ticket}"),
        format!("partyline.v2, t.{ticket}"),
        "partyline.v1, t.".to_owned(),
        "partyline.v1, t.AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        format!("graphql-ws, {ticket}"),
    ];
    for protocols in invalid_protocols {
        let result = Socket::try_connect(&system, Some(&own_origin), Some(&protocols)).await;
        assert_eq!(result.err(), Some(403), "{protocols}");
    }
    assert_eq!(Socket::try_connect(&system, Some(&own_origin), None).await.err(), Some(403));
    assert_eq!(count_rows(&system, CONNECTIONS_TABLE, "CONN#").await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_ticket() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for origin in ["http://evil.example", "null", "https://localhost"] {
        let request = anna.call(Method::POST, "/api/sockets/ticket").json(&json!({}));
        request.header("origin", origin).send().await.expect_error(403);
    }
    let ticket = anna.post("/api/sockets/ticket", json!({})).await.expect_status(200);
    assert_eq!(ticket["expires_in"], 30);
    anna.post("/api/sockets/ticket", json!({ "user": "berta" })).await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn messages_are_pushed_to_watchers_and_conversations_to_all_sockets() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let number = customer_number();
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    system.wait_until_idle().await;
    let (mut watcher, mut other_socket) = (anna.open_socket().await, berta.open_socket().await);
    watcher.watch(&system, &thread).await;
    system.receive_text(&number, "One").await;
    system.wait_until_idle().await;
    system.receive_text(&customer_number(), "Elsewhere").await;
    let pushed = watcher.wait_for_message("One").await;
    assert_eq!(pushed["conversation_id"], thread);
    let events = events_until_preview(&mut other_socket, "Elsewhere").await;
    assert!(events.iter().all(|event| event["type"] == "conversation"), "{events:?}");
    assert!(events.iter().any(|event| event["conversation"]["preview"]["body"] == "One"));
    watcher.unwatch(&system, &thread).await;
    system.wait_until_idle().await;
    system.receive_text(&number, "Two").await;
    system.wait_until_idle().await;
    system.receive_text(&number, "Three").await;
    let events = events_until_preview(&mut watcher, "Three").await;
    assert!(!events.iter().any(|event| event["message"]["body"] == "Two"), "{events:?}");
    system.stop().await;
}

#[tokio::test]
async fn every_outbox_state_of_a_send_is_pushed_to_watchers() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let mut socket = anna.open_socket().await;
    socket.watch(&system, &thread).await;
    let sent = anna.send(&thread, "Hello").await;
    let is_completed = |event: &Value| event["type"] == "outbox" && event["state"].is_null();
    let mut events = socket.events_until(is_completed).await;
    assert_eq!(events.last().unwrap()["message_id"], sent["message_id"]);
    let is_delivered = |event: &Value| event["message"]["status"] == "delivered";
    if !events.iter().any(is_delivered) {
        events.extend(socket.events_until(is_delivered).await);
    }
    let outbox_events: Vec<_> = events.iter().filter(|event| event["type"] == "outbox").collect();
    let versions: Vec<_> =
        outbox_events.iter().map(|event| event["version"].as_u64().unwrap()).collect();
    assert!(versions.is_sorted(), "{outbox_events:?}");
    system.stop().await;
}

#[tokio::test]
async fn a_socket_watches_at_most_five_existing_conversations() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut socket = anna.open_socket().await;
    let mut threads = Vec::new();
    for _ in 0..6 {
        threads.push(start_conversation(&anna).await);
    }
    for thread in &threads[..5] {
        socket.watch(&system, thread).await;
    }
    let six = [&threads[..5], slice::from_ref(&threads[5])].concat();
    socket.set_watched(&system, &six, 10).await;
    assert_eq!(watched_conversations(&system, &socket.id).await.len(), 5);
    let with_missing = [&threads[1..5], &["a".repeat(26)]].concat();
    socket.set_watched(&system, &with_missing, 11).await;
    system.wait_until_idle().await;
    let mut expected = threads[1..5].to_vec();
    expected.sort();
    assert_eq!(watched_conversations(&system, &socket.id).await, expected);
    let twice = [&threads[1..], slice::from_ref(&threads[5])].concat();
    let repeated = &twice[1..];
    socket.set_watched(&system, repeated, 12).await;
    assert_eq!(watched_conversations(&system, &socket.id).await.len(), 4);
    system.stop().await;
}

#[tokio::test]
async fn the_watch_frame_with_the_highest_sequence_wins() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut socket = anna.open_socket().await;
    let (first, second) = (start_conversation(&anna).await, start_conversation(&anna).await);
    system.wait_until_idle().await;
    socket.set_watched(&system, slice::from_ref(&first), 2).await;
    assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&first));
    socket.set_watched(&system, slice::from_ref(&second), 1).await;
    assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&first));
    let unknown_ids = ["a".repeat(26), "../x".to_owned()];
    socket.set_watched(&system, &[slice::from_ref(&second), &unknown_ids].concat(), 3).await;
    assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&second));
    let six_ids: Vec<_> = ["b", "c", "d", "e", "f", "g"].map(|letter| letter.repeat(26)).into();
    socket.set_watched(&system, &six_ids, 4).await;
    assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&second));
    socket.set_watched(&system, &[], 5).await;
    assert!(watched_conversations(&system, &socket.id).await.is_empty());
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_frame_changes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let mut socket = anna.open_socket().await;
    let invalid_frames = [
        "not JSON",
        "",
        "[]",
        "null",
        r#"{"action":"explode"}"#,
        r#"{"action":"watch"}"#,
        r#"{"action":"watch","conversation_id":7}"#,
        r#"{"action":"watch","conversation_id":"../x"}"#,
        r#"{"action":"watch","conversation_id":"x","user":"berta"}"#,
        r#"{"action":"watch","conversation_ids":[7],"sequence":1}"#,
        r#"{"action":"watch","conversation_ids":[],"sequence":-1}"#,
        r#"{"action":"watch","conversation_ids":[]}"#,
        r#"{"action":"$connect"}"#,
        r#"{"action":"$disconnect"}"#,
        r#"{"__proto__":{"action":"watch"}}"#,
    ];
    for frame in invalid_frames {
        socket.send_text(frame).await;
    }
    socket.send(Message::binary(vec![0xff, 0x00, 0xfe])).await;
    socket.send_text(r#"{"action":"ping"}"#).await;
    socket.watch(&system, &thread).await;
    system.wait_until_idle().await;
    assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&thread));
    let (socket_id, number) =
        (socket.id.clone(), anna.get_conversation(&thread).await["mobile_number"].clone());
    system.receive_text(number.as_str().unwrap(), "Still here?").await;
    socket.wait_for_message("Still here?").await;
    assert_eq!(stored_connection_ids(&system).await, [socket_id]);
    system.stop().await;
}

#[tokio::test]
async fn a_frame_of_33_kb_closes_only_its_own_socket() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (mut large_frame_socket, mut other_socket) =
        (anna.open_socket().await, anna.open_socket().await);
    large_frame_socket.send_text("x".repeat(33 * 1024)).await;
    assert_eq!(large_frame_socket.wait_for_close().await, 1009);
    wait_for("its row to go", || async {
        (stored_connection_ids(&system).await == [other_socket.id.clone()]).then_some(())
    })
    .await;
    system.receive_text(&customer_number(), "Next").await;
    other_socket.wait_for_preview("Next").await;
    system.stop().await;
}

#[tokio::test]
async fn a_dead_socket_does_not_affect_others() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = anna.open_socket().await;
        socket.watch(&system, &thread).await;
        sockets.push(socket);
    }
    let dead_socket = sockets.remove(1);
    // Without a close frame there is no `$disconnect`, so the row still exists.
    assert!(system.inner().connections().unwrap().abort(&dead_socket.id, false).await);
    wait_for("the line to be cut", || async {
        let connections = system.inner().connections().unwrap().list();
        (connections.len() == 2).then_some(())
    })
    .await;
    assert_eq!(stored_connection_ids(&system).await.len(), 3);
    // A younger row could belong to a handshake.
    system.advance(Duration::from_secs(31));
    system.receive_text(&number, "First").await;
    for socket in &mut sockets {
        socket.wait_for_message("First").await;
    }
    system.wait_until_idle().await;
    let mut remaining = stored_connection_ids(&system).await;
    let mut expected: Vec<String> = sockets.iter().map(|socket| socket.id.clone()).collect();
    remaining.sort();
    expected.sort();
    assert_eq!(remaining, expected, "only the row of the dead socket is deleted");
    system.receive_text(&number, "Second").await;
    for socket in &mut sockets {
        socket.wait_for_message("Second").await;
        assert_eq!(watched_conversations(&system, &socket.id).await, slice::from_ref(&thread));
    }
    system.stop().await;
}

#[tokio::test]
async fn closing_a_socket_deletes_only_its_own_connection() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (closed_socket, mut other_socket) = (anna.open_socket().await, anna.open_socket().await);
    closed_socket.close().await;
    wait_for("its row to go", || async {
        (stored_connection_ids(&system).await == [other_socket.id.clone()]).then_some(())
    })
    .await;
    system.receive_text(&customer_number(), "Next").await;
    other_socket.wait_for_preview("Next").await;
    system.stop().await;
}

/// Sends frames and waits until they were processed.
async fn send_frames(system: &TestSystem, socket: &mut Socket, thread: &str) {
    socket.send_text(r#"{"action":"ping"}"#).await;
    socket.watch(system, thread).await;
    socket.unwatch(system, thread).await;
}

#[tokio::test]
async fn an_idle_socket_is_closed_after_ten_minutes_and_an_active_one_is_not() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let (mut idle_socket, mut active_socket) = (anna.open_socket().await, anna.open_socket().await);
    for _ in 0..3 {
        system.advance(Duration::from_mins(4));
        send_frames(&system, &mut active_socket, &thread).await;
    }
    assert_eq!(idle_socket.wait_for_close().await, 1001);
    let active_only = [active_socket.id.clone()];
    wait_for("its row to go", || async {
        (stored_connection_ids(&system).await == active_only).then_some(())
    })
    .await;
    system.receive_text(&customer_number(), "Next").await;
    active_socket.wait_for_preview("Next").await;
    system.stop().await;
}

#[tokio::test]
async fn no_socket_lives_longer_than_two_hours() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let mut socket = anna.open_socket().await;
    for _ in 0..14 {
        system.advance(Duration::from_mins(8));
        send_frames(&system, &mut socket, &thread).await;
    }
    assert_eq!(stored_connection_ids(&system).await, [socket.id.clone()]);
    system.advance(Duration::from_mins(9));
    assert_eq!(socket.wait_for_close().await, 1001);
    wait_for("its row to go", || async {
        stored_connection_ids(&system).await.is_empty().then_some(())
    })
    .await;
    system.stop().await;
}

#[tokio::test]
async fn a_row_survives_a_410_during_the_handshake_and_is_deleted_later() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = start_conversation(&anna).await;
    let ticket = Ticket {
        user: Username::parse("admin").unwrap(),
        role: Role::Admin,
        inboxes: vec![InboxName::main()],
        origin: system.url(""),
        expires_at: 0,
    };
    // `connect` has stored the row, and API Gateway has not finished the handshake.
    system.inner().store().put_connection("handshake", &ticket).await.unwrap();
    anna.send(&conversation, "One").await;
    system.wait_until_idle().await;
    assert_eq!(stored_connection_ids(&system).await, ["handshake"]);
    system.advance(Duration::from_secs(31));
    anna.send(&conversation, "Two").await;
    system.wait_until_idle().await;
    assert_eq!(stored_connection_ids(&system).await, [""; 0]);
    system.stop().await;
}
