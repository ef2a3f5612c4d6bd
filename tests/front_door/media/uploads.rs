//! `POST /api/uploads`, and the PUT that follows it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::person::{id, key};
use crate::desk::{Answer, Desk, Person, customer};

/// Asks where to put a file.
async fn place(person: &Person<'_>, to: &str, name: &str, kind: &str, size: usize) -> Answer {
    let wanted = json!({ "conversation_id": to, "name": name, "content_type": kind, "size": size });
    person.post("/api/uploads", wanted).await
}

/// Puts bytes where they were allowed.
pub async fn put(desk: &Desk, place: &Value, bytes: &[u8]) -> u16 {
    let kind = place["headers"]["content-type"].as_str().unwrap();
    let call = desk.call(Method::PUT, place["url"].as_str().unwrap());
    call.body(kind, bytes.to_vec()).send_unchecked().await.status
}

/// A file, uploaded.
pub async fn uploaded(
    desk: &Desk,
    person: &Person<'_>,
    to: &str,
    name: &str,
    kind: &str,
    bytes: &[u8],
) -> String {
    let place = place(person, to, name, kind, bytes.len()).await.is(201);
    assert_eq!(put(desk, &place, bytes).await, 200);
    place["upload_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_that_the_channel_does_not_take_gets_no_place() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    for (kind, size, words) in [
        ("image/svg+xml", 10, "Files of this type cannot be sent here."),
        ("text/html", 10, "Files of this type cannot be sent here."),
        ("image/jpeg\r\nx: y", 10, "Files of this type cannot be sent here."),
        ("image/jpeg", 0, "The file is empty."),
        (
            "image/jpeg",
            5 * 1024 * 1024 + 1,
            "The file is too large: at most 5 MB can be sent here.",
        ),
        ("application/pdf", 600_000, "The file is too large: at most 500 KB can be sent here."),
    ] {
        let said = place(&anna, &conversation, "a", kind, size).await.says(422);
        assert!(said.starts_with(words), "{kind} {size}: {said}");
    }
    place(&anna, "nowhere", "a.jpg", "image/jpeg", 10).await.refused(404);
    desk.close().await;
}

#[tokio::test]
async fn a_place_takes_what_was_agreed_and_nothing_else() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let place = place(&anna, &conversation, "a.jpg", "image/jpeg", 5).await.is(201);
    assert!(place["url"].as_str().unwrap().starts_with("/uploads/"), "{place}");
    assert_eq!(put(&desk, &place, b"123456789").await, 403);
    let mut elsewhere = place.clone();
    elsewhere["url"] = place["url"].as_str().unwrap().replacen("uploads/", "media/", 1).into();
    assert_eq!(put(&desk, &elsewhere, b"12345").await, 403);
    let mut other = place.clone();
    other["headers"]["content-type"] = "text/html".into();
    assert_eq!(put(&desk, &other, b"12345").await, 403);
    let read = desk.call(Method::GET, place["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(read.status, 403);
    assert_eq!(put(&desk, &place, b"12345").await, 200);
    assert_eq!(desk.system().s3().keys().len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn of_a_file_that_was_cut_off_on_its_way_nothing_is_kept_and_it_may_come_again() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let jpeg = super::jpeg(1);
    let place = place(&anna, &conversation, "a.jpg", "image/jpeg", jpeg.len()).await.is(201);
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: image/jpeg\r\n\
         content-length: {}\r\n\r\n",
        place["url"].as_str().unwrap(),
        desk.port(),
        jpeg.len()
    );
    let mut line = TcpStream::connect(("127.0.0.1", desk.port())).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&jpeg[..jpeg.len() / 2]).await.unwrap();
    line.shutdown().await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert!(desk.system().s3().keys().is_empty());
    let click = json!({
        "body": "", "idempotency_key": key(), "media": [{ "upload_id": place["upload_id"] }],
    });
    let path = format!("/api/conversations/{conversation}/messages");
    let said = anna.post(&path, click.clone()).await.says(422);
    assert!(said.starts_with("A file did not arrive whole."), "{said}");
    assert_eq!(put(&desk, &place, &jpeg).await, 200);
    anna.post(&path, click).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn what_did_not_arrive_or_is_something_else_or_somebody_elses_is_not_sent() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let ben = desk.agent(&anna, "ben").await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let other = id(&anna.start(&customer()).await).to_owned();
    let jpeg = super::jpeg(1);
    let good = uploaded(&desk, &anna, &conversation, "a.jpg", "image/jpeg", &jpeg).await;
    let bens = uploaded(&desk, &ben, &conversation, "b.jpg", "image/jpeg", &jpeg).await;
    let page = uploaded(&desk, &anna, &conversation, "c.jpg", "image/jpeg", b"<html>hi").await;
    let never = place(&anna, &conversation, "d.jpg", "image/jpeg", 9).await.is(201);
    let never = never["upload_id"].as_str().unwrap().to_owned();
    let elsewhere = uploaded(&desk, &anna, &other, "e.jpg", "image/jpeg", &jpeg).await;
    for (upload, words) in [
        (&bens, "A file is not there any more."),
        (&page, "The file “c.jpg” is not what its name says"),
        (&never, "A file did not arrive whole."),
        (&elsewhere, "A file is not there any more."),
        (&"nothing".to_owned(), "A file is not there any more."),
    ] {
        let click = json!({
            "body": "", "idempotency_key": key(), "media": [{ "upload_id": good }, { "upload_id": upload }],
        });
        let path = format!("/api/conversations/{conversation}/messages");
        let said = anna.post(&path, click).await.says(422);
        assert!(said.starts_with(words), "{said}");
    }
    desk.settle().await;
    assert!(anna.messages(&conversation).await.is_empty());
    assert!(desk.system().s3().keys().iter().all(|key| key.starts_with("uploads/")));
    desk.close().await;
}
