//! Outbound media: stored, returned by the API, and downloaded by Twilio.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::uploads::upload_file;
use super::{MediaHost, jpeg};
use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::{TestResponse, TestSystem, TestUser, customer_number};

const PDF: &[u8] = b"%PDF-1.7\nan offer";

pub async fn send_with_uploads(
    user: &TestUser<'_>,
    conversation_id: &str,
    key: &str,
    body: &str,
    uploads: &[&str],
) -> TestResponse {
    let media: Vec<Value> = uploads.iter().map(|id| json!({ "upload_id": id })).collect();
    let request = json!({ "body": body, "idempotency_key": key, "media": media });
    user.post(&format!("/api/conversations/{conversation_id}/messages"), request).await
}

/// Downloads the media URLs of the last create request, as Twilio does.
async fn download_as_twilio(system: &TestSystem, host: &MediaHost) -> Vec<TestResponse> {
    let form = host.created_forms().pop().unwrap();
    let mut responses = Vec::new();
    for (_, media_url) in form.iter().filter(|(name, _)| name == "MediaUrl") {
        let path = media_url.strip_prefix(system.url("").as_str()).unwrap();
        responses.push(system.call(Method::GET, path).send_unchecked().await);
    }
    responses
}

#[tokio::test]
async fn twilio_downloads_the_files_of_a_sent_message() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let image = upload_file(&system, &anna, &conversation, "Rad.jpg", "image/jpeg", &jpeg(1)).await;
    let offer = upload_file(
        &system,
        &anna,
        &conversation,
        "Unser Angebot für Sie.pdf",
        "application/pdf",
        PDF,
    )
    .await;
    let sent =
        send_with_uploads(&anna, &conversation, &new_idempotency_key(), "", &[&image, &offer])
            .await
            .expect_status(202);
    assert_eq!(sent["media"][0]["state"], "stored");
    assert_eq!(sent["media"][1]["name"], "Unser Angebot für Sie.pdf");
    system.wait_until_idle().await;
    let form = host.created_forms().pop().unwrap();
    assert!(!form.iter().any(|(name, _)| name == "Body"), "{form:?}");
    let responses = download_as_twilio(&system, &host).await;
    let headers: Vec<_> = responses
        .iter()
        .map(|response| {
            (
                response.status,
                response.header("content-type"),
                response.header("content-disposition"),
            )
        })
        .collect();
    assert_eq!(
        headers,
        [
            (200, Some("image/jpeg"), Some("inline; filename=\"Rad.jpg\"")),
            (200, Some("application/pdf"), Some("inline; filename=\"Unser_Angebot_fu.pdf\"")),
        ]
    );
    assert_eq!(responses[1].text.as_bytes(), PDF);
    let conversation_after = anna.get_conversation(&conversation).await;
    assert_eq!(
        (&conversation_after["preview"]["media"], &conversation_after["preview"]["media_count"]),
        (&"image".into(), &2.into())
    );
    let path = format!(
        "/api/conversations/{conversation}/messages/{}/media/1",
        sent["message_id"].as_str().unwrap()
    );
    let link = anna.get(&path).await.expect_status(200);
    let response = system.call(Method::GET, link["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(
        response.header("content-disposition").unwrap(),
        "attachment; filename=\"Unser Angebot f_r Sie.pdf\"; filename*=UTF-8''Unser%20Angebot%20f%C3%BCr%20Sie.pdf"
    );
    // Twilio may download the files later.
    system.advance(Duration::from_hours(3));
    assert_eq!(download_as_twilio(&system, &host).await[0].status, 200);
    system.advance(Duration::from_hours(2));
    assert_eq!(download_as_twilio(&system, &host).await[0].status, 403);
    system.stop().await;
}

#[tokio::test]
async fn a_repeated_send_with_files_is_sent_once_and_with_other_files_is_a_conflict() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let first_upload =
        upload_file(&system, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(1)).await;
    let second_upload =
        upload_file(&system, &anna, &conversation, "2.jpg", "image/jpeg", &jpeg(2)).await;
    let key = new_idempotency_key();
    let first = send_with_uploads(&anna, &conversation, &key, "Hi", &[&first_upload])
        .await
        .expect_status(202);
    system.wait_until_idle().await;
    // A day later the uploads have expired, but the idempotency key is still known.
    system.advance(Duration::from_hours(26));
    let anna = anna.refresh().await;
    let repeated = send_with_uploads(&anna, &conversation, &key, "Hi", &[&first_upload])
        .await
        .expect_status(202);
    assert_eq!(first["message_id"], repeated["message_id"]);
    for uploads in [&[&*second_upload][..], &[], &[&first_upload, &second_upload]] {
        send_with_uploads(&anna, &conversation, &key, "Hi", uploads).await.expect_error(409);
    }
    assert_eq!(host.created_forms().len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn a_retry_sends_the_same_files() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let first_upload =
        upload_file(&system, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(1)).await;
    host.reject_next(1);
    send_with_uploads(&anna, &conversation, &new_idempotency_key(), "Hi", &[&first_upload])
        .await
        .expect_status(202);
    system.wait_until_idle().await;
    let failed = anna.messages(&conversation).await[0].clone();
    assert_eq!(failed["status"], "rejected");
    let retried = anna.try_retry(&failed, &new_idempotency_key()).await.expect_status(202);
    assert_eq!(retried["media"], failed["media"]);
    system.wait_until_idle().await;
    assert_eq!(host.created_forms().len(), 2);
    assert_eq!(download_as_twilio(&system, &host).await[0].status, 200);
    system.stop().await;
}

#[tokio::test]
async fn a_rejected_send_stores_no_files() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    send_with_uploads(&anna, &conversation, &new_idempotency_key(), "", &[])
        .await
        .expect_error(422);
    let mut uploads = Vec::new();
    for fill in 0..11 {
        uploads.push(
            upload_file(&system, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(fill)).await,
        );
    }
    let all_uploads: Vec<&str> = uploads.iter().map(String::as_str).collect();
    let error = send_with_uploads(&anna, &conversation, &new_idempotency_key(), "Hi", &all_uploads)
        .await
        .expect_error(422);
    assert_eq!(error["reasons"][0]["code"], "too_many_media");
    send_with_uploads(&anna, &conversation, &new_idempotency_key(), "Hi", &[all_uploads[0]; 21])
        .await
        .expect_error(413);
    assert!(system.inner().s3().keys().iter().all(|key| key.starts_with("uploads/")));
    send_with_uploads(&anna, &conversation, &new_idempotency_key(), "Hi", &all_uploads[1..])
        .await
        .expect_status(202);
    system.wait_until_idle().await;
    let form = host.created_forms().pop().unwrap();
    assert_eq!(form.iter().filter(|(name, _)| name == "MediaUrl").count(), 10);
    system.stop().await;
}
