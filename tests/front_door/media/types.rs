//! Content types and names of files in both directions, decided before an upload.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::inbound::{download_media, media_path, only_message};
use super::outbound::send_with_uploads;
use super::uploads::put_file;
use super::{HostResponse, MediaHost, receive_mms};
use crate::support::user::new_idempotency_key;
use crate::support::{TestResponse, TestSystem, TestUser, customer_number};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

macro_rules! case {
    ($name:literal) => {
        include_bytes!(concat!("../../vectors/cases/", $name)).to_vec()
    };
}

/// Requests an upload URL with the first and last bytes of the file, as the page does.
async fn create_upload(
    user: &TestUser<'_>,
    conversation: &str,
    (name, content_type, bytes): (&str, &str, &[u8]),
) -> TestResponse {
    let first_bytes = BASE64.encode(&bytes[..bytes.len().min(16 * 1024)]);
    let last_bytes = BASE64.encode(&bytes[bytes.len().saturating_sub(24 * 1024)..]);
    let body = json!({
        "conversation_id": conversation, "name": name, "content_type": content_type, "size": bytes.len(),
        "first_bytes": first_bytes, "last_bytes": last_bytes,
    });
    user.post("/api/uploads", body).await
}

/// Uploads a file. Returns its upload ID and the decided content type.
async fn upload(
    system: &TestSystem,
    user: &TestUser<'_>,
    conversation: &str,
    file: (&str, &str, &[u8]),
) -> (String, String) {
    let target = create_upload(user, conversation, file).await.expect_status(201);
    assert_eq!(put_file(system, &target, file.2).await, 200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&target["upload_id"]), text(&target["headers"]["content-type"]))
}

/// Receives a text on a channel. Returns the ID of the conversation.
async fn open_conversation(system: &TestSystem, user: &TestUser<'_>, contact: &str) -> String {
    system.phone(contact).send_text("Hi").await;
    let list = user.list_conversations("").await;
    list["conversations"][0]["conversation_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn received_files_keep_their_type_and_always_have_a_name() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    for (declared, bytes, content_type, kind, name) in [
        ("audio/mp4", case!("voice-audio.mp4"), "audio/mp4", "audio", ("Audio ", ".m4a")),
        ("audio/webm", case!("voice.webm"), "audio/webm", "audio", ("Audio ", ".webm")),
        ("audio/ogg", case!("voice-opus.ogg"), "audio/ogg", "audio", ("Audio ", ".ogg")),
        ("video/3gpp", case!("film.3gp"), "video/3gpp", "video", ("Video ", ".3gp")),
        ("video/mp4", case!("film.mp4"), "video/mp4", "video", ("Video ", ".mp4")),
        (DOCX, case!("offer-pythondocx.docx"), DOCX, "document", ("Document ", ".docx")),
        (XLSX, case!("prices-xlsxwriter.xlsx"), XLSX, "document", ("Document ", ".xlsx")),
        ("text/plain", case!("note.txt"), "text/plain", "document", ("Document ", ".txt")),
        ("text/csv", case!("list.csv"), "text/csv", "document", ("Document ", ".csv")),
        (
            "application/zip",
            case!("both.zip"),
            "application/zip",
            "document",
            ("Document ", ".zip"),
        ),
        (
            "application/pdf",
            case!("invoice.pdf"),
            "application/pdf",
            "document",
            ("Document ", ".pdf"),
        ),
        (
            "text/plain",
            b"<script>alert(1)</script>".to_vec(),
            "application/octet-stream",
            "document",
            ("Document ", ".bin"),
        ),
    ] {
        let number = customer_number();
        let url = host.add_file(&system, HostResponse::Bytes("application/octet-stream", bytes));
        receive_mms(&system, &number, "", &[(url, declared)]).await;
        system.wait_until_idle().await;
        let message = only_message(&anna, &number).await;
        let media = &message["media"][0];
        assert_eq!((&media["content_type"], &media["kind"]), (&content_type.into(), &kind.into()));
        let shown = media["name"].as_str().unwrap();
        let year = &message["date_created"].as_str().unwrap()[..4];
        let ends = format!(" {year}{}", name.1);
        assert!(shown.starts_with(name.0) && shown.ends_with(&ends), "{shown}");
        let (_, response) = download_media(&system, &anna, &message, 0).await;
        assert_eq!(response.header("content-type"), Some(content_type));
    }
    system.stop().await;
}

#[tokio::test]
async fn a_file_that_a_channel_does_not_accept_is_rejected_with_the_reason_before_the_upload() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let whatsapp = format!("whatsapp:{}", customer_number());
    let whatsapp = open_conversation(&system, &anna, &whatsapp).await;
    let sms = open_conversation(&system, &anna, &customer_number()).await;
    let audio = "does not support OGG VORBIS audio. Use AAC, AMR, M4A, MP3, or OGG with Opus.";
    for (conversation, name, content_type, bytes, reason) in [
        (&whatsapp, "note.ogg", "audio/ogg", case!("voice-vorbis.ogg"), audio),
        (&whatsapp, "note.ogg", "audio/mpeg", case!("voice-vorbis.ogg"), audio),
        (&whatsapp, "note.wav", "audio/wav", case!("voice.wav"), "does not support WAV audio."),
        (&whatsapp, "note.mp3", "audio/mpeg", case!("voice.wav"), "does not support WAV audio."),
        (&whatsapp, "note.webm", "audio/webm", case!("voice.webm"), "does not support WEBM audio."),
        (&whatsapp, "list.csv", "text/csv", case!("list.csv"), "This file type is not supported."),
        (
            &whatsapp,
            "a.zip",
            "application/zip",
            case!("both.zip"),
            "This file type is not supported.",
        ),
        (&sms, "a.zip", "application/zip", case!("both.zip"), "This file type is not supported."),
        (
            &sms,
            "a.jpg",
            "image/jpeg",
            b"<html>hi".to_vec(),
            "The content of “a.jpg” does not match",
        ),
        (&sms, "a.txt", "text/plain", case!("note.txt"), "This file type is not supported."),
    ] {
        let file = (name, content_type, &*bytes);
        let detail = create_upload(&anna, conversation, file).await.error_detail(422);
        assert!(detail.contains(reason), "{name}: {detail}");
    }
    for (conversation, name, declared, bytes, content_type) in [
        (&whatsapp, "a.docx", "", case!("offer-pythondocx.docx"), DOCX),
        (&whatsapp, "a.xlsx", "application/octet-stream", case!("prices-openpyxl.xlsx"), XLSX),
        (&whatsapp, "note.txt", "text/plain", case!("note.txt"), "text/plain"),
        (&whatsapp, "a.mp4", "audio/mp4", case!("voice-audio.mp4"), "audio/mp4"),
        (&whatsapp, "a.amr", "", case!("voice.amr"), "audio/amr"),
        (&sms, "list.csv", "application/vnd.ms-excel", case!("list.csv"), "text/csv"),
        (&sms, "note.wav", "", case!("voice.wav"), "audio/wav"),
    ] {
        let file = (name, declared, &*bytes);
        let target = create_upload(&anna, conversation, file).await.expect_status(201);
        assert_eq!(target["headers"]["content-type"], content_type, "{name}");
    }
    let broken = json!({
        "conversation_id": sms, "name": "a", "content_type": "", "size": 1, "first_bytes": "!",
    });
    anna.post("/api/uploads", broken).await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn sent_files_arrive_on_whatsapp_with_an_accepted_type_and_a_short_name() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let contact = format!("whatsapp:{}", customer_number());
    let id = open_conversation(&system, &anna, &contact).await;
    for (name, declared, bytes, content_type, arrives_as) in [
        ("Sprachnotiz.ogg", "audio/ogg", case!("voice-opus.ogg"), "audio/ogg", "Sprachnotiz.ogg"),
        ("note.opus", "audio/opus", case!("voice-opus.ogg"), "audio/ogg", "note.opus"),
        ("a.m4a", "audio/x-m4a", case!("voice.m4a"), "audio/mp4", "a.m4a"),
        (
            "Quotation-2026-11-30.pdf",
            "application/pdf",
            case!("invoice.pdf"),
            "application/pdf",
            "Quotation-2026-1.pdf",
        ),
        (
            "Rechnung März.pdf",
            "application/pdf",
            case!("invoice.pdf"),
            "application/pdf",
            "Rechnung_Marz.pdf",
        ),
        ("Offer 12.docx", "", case!("offer-libreoffice-order.docx"), DOCX, "Offer_12.docx"),
    ] {
        let (upload_id, decided) = upload(&system, &anna, &id, (name, declared, &bytes)).await;
        assert_eq!(decided, content_type);
        let key = new_idempotency_key();
        send_with_uploads(&anna, &id, &key, "", &[&upload_id]).await.expect_status(202);
        system.wait_until_idle().await;
        let sent = anna.messages(&id).await.pop().unwrap();
        assert_eq!(
            (&sent["status"], &sent["error"]),
            (&"delivered".into(), &Value::Null),
            "{name}"
        );
        let media = &sent["media"][0];
        assert_eq!((&media["content_type"], &media["name"]), (&content_type.into(), &name.into()));
        let phone = system.phone(&contact);
        let received = phone.received_messages().pop().unwrap();
        let (file, received_bytes) = phone.files(&received).pop().unwrap();
        assert_eq!((&*file.content_type, file.name.as_deref()), (content_type, Some(arrives_as)));
        assert_eq!(received_bytes, bytes);
    }
    system.stop().await;
}

#[tokio::test]
async fn each_message_owns_its_copy_of_an_upload() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let id = anna.start_conversation(&number).await["conversation_id"].as_str().unwrap().to_owned();
    let pdf = case!("invoice.pdf");
    let (upload_id, _) = upload(&system, &anna, &id, ("a.pdf", "application/pdf", &pdf)).await;
    let mut sent = Vec::new();
    for _ in 0..2 {
        let key = new_idempotency_key();
        let message = send_with_uploads(&anna, &id, &key, "", &[&upload_id, &upload_id]).await;
        sent.push(message.expect_status(202));
    }
    system.wait_until_idle().await;
    let redact = async |message: &Value| {
        let path = media_path(message, 0).replace("/media/0", "/redact");
        anna.post(&path, json!({})).await.expect_status(200);
        system.wait_until_idle().await;
    };
    redact(&sent[0]).await;
    for index in 0..2 {
        let (_, response) = download_media(&system, &anna, &sent[1], index).await;
        assert_eq!((response.status, response.text.as_bytes()), (200, &*pdf));
    }
    // A message that is sent again has copies too, in both directions.
    host.reject_next(1);
    let key = new_idempotency_key();
    send_with_uploads(&anna, &id, &key, "", &[&upload_id]).await.expect_status(202);
    system.wait_until_idle().await;
    let failed = anna.messages(&id).await.pop().unwrap();
    let key = new_idempotency_key();
    let retried = anna.try_retry(&failed, &key).await.expect_status(202);
    let repeated = anna.try_retry(&failed, &key).await.expect_status(202);
    assert_eq!(repeated["message_id"], retried["message_id"]);
    system.wait_until_idle().await;
    redact(&retried).await;
    let (_, response) = download_media(&system, &anna, &failed, 0).await;
    assert_eq!((response.status, response.text.as_bytes()), (200, &*pdf));
    redact(&failed).await;
    redact(&sent[1]).await;
    let keys = system.inner().s3().keys();
    assert!(keys.iter().all(|key| key.starts_with("uploads/")), "{keys:?}");
    system.stop().await;
}
