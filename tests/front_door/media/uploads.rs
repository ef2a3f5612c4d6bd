//! `POST /api/uploads`, and the PUT request to the returned URL.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::{TestResponse, TestSystem, TestUser, customer_number};

/// Requests an upload URL.
async fn create_upload(
    user: &TestUser<'_>,
    conversation_id: &str,
    name: &str,
    content_type: &str,
    size: usize,
) -> TestResponse {
    let body = json!({ "conversation_id": conversation_id, "name": name, "content_type": content_type, "size": size });
    user.post("/api/uploads", body).await
}

/// Uploads bytes to an upload URL. Returns the HTTP status.
pub async fn put_file(system: &TestSystem, target: &Value, bytes: &[u8]) -> u16 {
    let content_type = target["headers"]["content-type"].as_str().unwrap();
    let call = system.call(Method::PUT, target["url"].as_str().unwrap());
    call.body(content_type, bytes.to_vec()).send_unchecked().await.status
}

/// Uploads a file. Returns its upload ID.
pub async fn upload_file(
    system: &TestSystem,
    user: &TestUser<'_>,
    conversation_id: &str,
    name: &str,
    content_type: &str,
    bytes: &[u8],
) -> String {
    let target = create_upload(user, conversation_id, name, content_type, bytes.len())
        .await
        .expect_status(201);
    assert_eq!(put_file(system, &target, bytes).await, 200);
    target["upload_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_that_the_channel_does_not_allow_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    for (content_type, size, expected_text) in [
        ("image/svg+xml", 10, "This file type is not supported."),
        ("text/html", 10, "This file type is not supported."),
        ("image/jpeg\r\nx: y", 10, "This file type is not supported."),
        ("image/jpeg", 0, "The file is empty."),
        ("image/jpeg", 5 * 1024 * 1024 + 1, "The file is too large. It can be at most 5 MB."),
        ("application/pdf", 600_000, "The file is too large. It can be at most 500 KB."),
    ] {
        let detail =
            create_upload(&anna, &conversation, "a", content_type, size).await.error_detail(422);
        assert!(detail.starts_with(expected_text), "{content_type} {size}: {detail}");
    }
    create_upload(&anna, "nowhere", "a.jpg", "image/jpeg", 10).await.expect_error(404);
    system.stop().await;
}

#[tokio::test]
async fn an_upload_url_accepts_only_the_declared_file() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let target =
        create_upload(&anna, &conversation, "a.jpg", "image/jpeg", 5).await.expect_status(201);
    assert!(target["url"].as_str().unwrap().starts_with("/uploads/"), "{target}");
    assert_eq!(put_file(&system, &target, b"123456789").await, 403);
    let mut wrong_url = target.clone();
    wrong_url["url"] = target["url"].as_str().unwrap().replacen("uploads/", "media/", 1).into();
    assert_eq!(put_file(&system, &wrong_url, b"12345").await, 403);
    let mut wrong_type = target.clone();
    wrong_type["headers"]["content-type"] = "text/html".into();
    assert_eq!(put_file(&system, &wrong_type, b"12345").await, 403);
    let response = system.call(Method::GET, target["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(response.status, 403);
    assert_eq!(put_file(&system, &target, b"12345").await, 200);
    assert_eq!(system.inner().s3().keys().len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn an_interrupted_upload_stores_nothing_and_can_be_repeated() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let jpeg = super::jpeg(1);
    let target = create_upload(&anna, &conversation, "a.jpg", "image/jpeg", jpeg.len())
        .await
        .expect_status(201);
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: image/jpeg\r\n\
         content-length: {}\r\n\r\n",
        target["url"].as_str().unwrap(),
        system.port(),
        jpeg.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", system.port())).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&jpeg[..jpeg.len() / 2]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    assert!(!response.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&response));
    assert!(system.inner().s3().keys().is_empty());
    let body = json!({
        "body": "", "idempotency_key": new_idempotency_key(), "media": [{ "upload_id": target["upload_id"] }],
    });
    let path = format!("/api/conversations/{conversation}/messages");
    let detail = anna.post(&path, body.clone()).await.error_detail(422);
    assert!(detail.starts_with("A file was not uploaded completely."), "{detail}");
    assert_eq!(put_file(&system, &target, &jpeg).await, 200);
    anna.post(&path, body).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn missing_mismatched_and_foreign_uploads_are_not_sent() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let ben = system.agent(&anna, "ben").await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let other_conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let jpeg = super::jpeg(1);
    let valid_upload =
        upload_file(&system, &anna, &conversation, "a.jpg", "image/jpeg", &jpeg).await;
    let other_users_upload =
        upload_file(&system, &ben, &conversation, "b.jpg", "image/jpeg", &jpeg).await;
    let html_upload =
        upload_file(&system, &anna, &conversation, "c.jpg", "image/jpeg", b"<html>hi").await;
    let missing_upload =
        create_upload(&anna, &conversation, "d.jpg", "image/jpeg", 9).await.expect_status(201);
    let missing_upload = missing_upload["upload_id"].as_str().unwrap().to_owned();
    let other_conversations_upload =
        upload_file(&system, &anna, &other_conversation, "e.jpg", "image/jpeg", &jpeg).await;
    for (upload, expected_text) in [
        (&other_users_upload, "An uploaded file has expired."),
        (&html_upload, "The content of “c.jpg” does not match its type or is not supported."),
        (&missing_upload, "A file was not uploaded completely."),
        (&other_conversations_upload, "An uploaded file has expired."),
        (&"nothing".to_owned(), "An uploaded file has expired."),
    ] {
        let body = json!({
            "body": "", "idempotency_key": new_idempotency_key(), "media": [{ "upload_id": valid_upload }, { "upload_id": upload }],
        });
        let path = format!("/api/conversations/{conversation}/messages");
        let detail = anna.post(&path, body).await.error_detail(422);
        assert!(detail.starts_with(expected_text), "{detail}");
    }
    system.wait_until_idle().await;
    assert!(anna.messages(&conversation).await.is_empty());
    assert!(system.inner().s3().keys().iter().all(|key| key.starts_with("uploads/")));
    system.stop().await;
}
