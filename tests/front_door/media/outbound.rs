//! What agents attach: kept, shown, and read by Twilio from the address that it is told.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::uploads::uploaded;
use super::{Host, jpeg};
use crate::desk::person::{id, key};
use crate::desk::{Answer, Desk, Person, customer};

const PDF: &[u8] = b"%PDF-1.7\nan offer";

pub async fn send(
    person: &Person<'_>,
    to: &str,
    key: &str,
    body: &str,
    uploads: &[&str],
) -> Answer {
    let media: Vec<Value> = uploads.iter().map(|id| json!({ "upload_id": id })).collect();
    let click = json!({ "body": body, "idempotency_key": key, "media": media });
    person.post(&format!("/api/conversations/{to}/messages"), click).await
}

/// What Twilio reads at the addresses that the last create told it.
async fn read_by_twilio(desk: &Desk, host: &Host) -> Vec<Answer> {
    let form = host.created().pop().unwrap();
    let mut read = Vec::new();
    for (_, address) in form.iter().filter(|(name, _)| name == "MediaUrl") {
        let path = address.strip_prefix(desk.url("").as_str()).unwrap();
        read.push(desk.call(Method::GET, path).send_unchecked().await);
    }
    read
}

#[tokio::test]
async fn files_go_with_a_message_and_twilio_reads_them() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let picture = uploaded(&desk, &anna, &conversation, "Rad.jpg", "image/jpeg", &jpeg(1)).await;
    let offer =
        uploaded(&desk, &anna, &conversation, "Unser Angebot für Sie.pdf", "application/pdf", PDF)
            .await;
    let sent = send(&anna, &conversation, &key(), "", &[&picture, &offer]).await.is(202);
    assert_eq!(sent["media"][0]["state"], "stored");
    assert_eq!(sent["media"][1]["name"], "Unser Angebot für Sie.pdf");
    desk.settle().await;
    let form = host.created().pop().unwrap();
    assert!(!form.iter().any(|(name, _)| name == "Body"), "{form:?}");
    let read = read_by_twilio(&desk, &host).await;
    let told: Vec<_> = read
        .iter()
        .map(|answer| {
            (answer.status, answer.header("content-type"), answer.header("content-disposition"))
        })
        .collect();
    assert_eq!(
        told,
        [
            (200, Some("image/jpeg"), Some("inline; filename=\"Rad.jpg\"")),
            (200, Some("application/pdf"), Some("inline; filename=\"file.pdf\"")),
        ]
    );
    assert_eq!(read[1].text.as_bytes(), PDF);
    let shown = anna.conversation(&conversation).await;
    assert_eq!(
        (&shown["preview"]["media"], &shown["preview"]["media_count"]),
        (&"image".into(), &2.into())
    );
    let path = format!(
        "/api/conversations/{conversation}/messages/{}/media/1",
        sent["message_id"].as_str().unwrap()
    );
    let link = anna.get(&path).await.is(200);
    let answer = desk.call(Method::GET, link["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(
        answer.header("content-disposition").unwrap(),
        "attachment; filename=\"Unser Angebot f_r Sie.pdf\"; filename*=UTF-8''Unser%20Angebot%20f%C3%BCr%20Sie.pdf"
    );
    // Twilio may come late.
    desk.pass(Duration::from_hours(3));
    assert_eq!(read_by_twilio(&desk, &host).await[0].status, 200);
    desk.pass(Duration::from_hours(2));
    assert_eq!(read_by_twilio(&desk, &host).await[0].status, 403);
    desk.close().await;
}

#[tokio::test]
async fn the_same_click_sends_its_files_once_and_with_other_files_it_is_a_conflict() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let one = uploaded(&desk, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(1)).await;
    let two = uploaded(&desk, &anna, &conversation, "2.jpg", "image/jpeg", &jpeg(2)).await;
    let key = key();
    let first = send(&anna, &conversation, &key, "Hi", &[&one]).await.is(202);
    desk.settle().await;
    // A day later the uploads are gone; the click is known all the same.
    desk.pass(Duration::from_hours(26));
    let anna = anna.refreshed().await;
    let again = send(&anna, &conversation, &key, "Hi", &[&one]).await.is(202);
    assert_eq!(first["message_id"], again["message_id"]);
    for other in [&[&*two][..], &[], &[&one, &two]] {
        send(&anna, &conversation, &key, "Hi", other).await.refused(409);
    }
    assert_eq!(host.created().len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_retry_takes_the_files_along() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let one = uploaded(&desk, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(1)).await;
    host.refuse(1);
    send(&anna, &conversation, &key(), "Hi", &[&one]).await.is(202);
    desk.settle().await;
    let failed = anna.messages(&conversation).await[0].clone();
    assert_eq!(failed["status"], "refused");
    let retried = anna.try_retry(&failed, &key()).await.is(202);
    assert_eq!(retried["media"], failed["media"]);
    desk.settle().await;
    assert_eq!(host.created().len(), 2);
    assert_eq!(read_by_twilio(&desk, &host).await[0].status, 200);
    desk.close().await;
}

#[tokio::test]
async fn what_may_not_go_leaves_nothing_behind() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    send(&anna, &conversation, &key(), "", &[]).await.refused(422);
    let mut uploads = Vec::new();
    for mark in 0..11 {
        uploads
            .push(uploaded(&desk, &anna, &conversation, "1.jpg", "image/jpeg", &jpeg(mark)).await);
    }
    let all: Vec<&str> = uploads.iter().map(String::as_str).collect();
    let refused = send(&anna, &conversation, &key(), "Hi", &all).await.refused(422);
    assert_eq!(refused["reasons"][0]["code"], "too_many_media");
    send(&anna, &conversation, &key(), "Hi", &[all[0]; 21]).await.refused(413);
    assert!(desk.system().s3().keys().iter().all(|key| key.starts_with("uploads/")));
    send(&anna, &conversation, &key(), "Hi", &all[1..]).await.is(202);
    desk.settle().await;
    let form = host.created().pop().unwrap();
    assert_eq!(form.iter().filter(|(name, _)| name == "MediaUrl").count(), 10);
    desk.close().await;
}
