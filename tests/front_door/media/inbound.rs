//! Inbound media: listed immediately, then fetched independently and only from Twilio.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{HostResponse, MediaHost, jpeg, receive_mms};
use crate::support::table::count_jobs;
use crate::support::{TestResponse, TestSystem, TestUser, customer_number};

/// Returns the path of a media file of `message`.
pub fn media_path(message: &Value, index: usize) -> String {
    let field = |name: &str| message[name].as_str().unwrap();
    let (conversation, message) = (field("conversation_id"), field("message_id"));
    format!("/api/conversations/{conversation}/messages/{message}/media/{index}")
}

/// Gets the URL from `get-media` and downloads the file.
pub async fn download_media(
    system: &TestSystem,
    user: &TestUser<'_>,
    message: &Value,
    index: usize,
) -> (Value, TestResponse) {
    let link = user.get(&media_path(message, index)).await.expect_status(200);
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("/media/"), "{url}");
    let response = system.call(Method::GET, url).send_unchecked().await;
    (link, response)
}

/// Returns the only message in the conversation with `number`.
pub async fn only_message(user: &TestUser<'_>, number: &str) -> Value {
    let id = user.conversation_id_with(number).await;
    let messages = user.messages(&id).await;
    assert_eq!(messages.len(), 1);
    messages[0].clone()
}

fn media_states(message: &Value) -> Vec<&str> {
    let media = message["media"].as_array().unwrap().iter();
    media.map(|media| media["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn ten_images_are_listed_as_pending_and_stored_independently() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    host.pause();
    let media: Vec<_> = (0..10)
        .map(|fill| {
            (host.add_file(&system, HostResponse::Bytes("image/jpeg", jpeg(fill))), "image/jpeg")
        })
        .collect();
    receive_mms(&system, &number, "Look", &media).await;
    let message = only_message(&anna, &number).await;
    assert_eq!(media_states(&message), ["pending"; 10]);
    assert_eq!(message["media"][9]["kind"], "image");
    anna.get(&media_path(&message, 0)).await.expect_error(409);

    host.resume();
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    assert_eq!(media_states(&message), ["stored"; 10]);
    assert_eq!((&message["rev"], &message["media"][3]["size"]), (&11.into(), &211.into()));
    for index in [0, 9] {
        let (link, response) = download_media(&system, &anna, &message, index).await;
        assert_eq!((response.status, response.header("content-type")), (200, Some("image/jpeg")));
        let disposition = response.header("content-disposition").unwrap();
        assert!(disposition.starts_with("inline; filename=\"Image "), "{disposition}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert_eq!(link["content_type"], "image/jpeg");
        assert_eq!(response.header("content-length"), Some("211"));
    }
    assert!(host.requests().iter().all(|asked| asked.with_credentials));
    assert_eq!(count_jobs(&system).await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_media_url_is_valid_for_15_minutes_and_for_one_file() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let media =
        [(host.add_file(&system, HostResponse::Bytes("image/jpeg", jpeg(1))), "image/jpeg")];
    receive_mms(&system, &number, "", &media).await;
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    let link = anna.get(&media_path(&message, 0)).await.expect_status(200);
    let url = link["url"].as_str().unwrap();
    for (media_url, status) in [
        (url.to_owned(), 200),
        (url.replace("/0?", "/1?"), 403),
        (url.replace("image%2Fjpeg", "text%2Fhtml"), 403),
        (url.split('?').next().unwrap().to_owned(), 403),
    ] {
        let response = system.call(Method::GET, &media_url).send_unchecked().await;
        assert_eq!(response.status, status, "{media_url}");
    }
    let partial = system.call(Method::GET, url).header("range", "bytes=0-1").send_unchecked().await;
    assert_eq!((partial.status, partial.header("content-range")), (206, Some("bytes 0-1/211")));
    for missing_path in [media_path(&message, 1), media_path(&message, 99)] {
        anna.get(&missing_path).await.expect_error(404);
    }
    system.advance(Duration::from_mins(16));
    assert_eq!(system.call(Method::GET, url).send_unchecked().await.status, 403);
    system.stop().await;
}

#[tokio::test]
async fn media_from_other_hosts_and_oversized_media_is_not_fetched() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let account = system.inner().settings().account_sid.clone();
    let chain = |length: usize| {
        for step in 1..length {
            let redirect = HostResponse::Redirect(format!("/chain/{length}/{}", step + 1));
            host.set_response(&format!("/chain/{length}/{step}"), redirect);
        }
        let final_response = HostResponse::Bytes("image/jpeg", jpeg(7));
        host.set_response(&format!("/chain/{length}/{length}"), final_response);
        HostResponse::Redirect(format!("{}/chain/{length}/1", host.base_url))
    };
    let media_url =
        |host_url: &str| format!("{host_url}/2010-04-01/Accounts/{account}/Messages/M/Media/E");
    let foreign_account = format!("{}/2010-04-01/Accounts/AC1/Messages/M/Media/E", host.base_url);
    let cases = [
        (media_url("https://media.example.com"), "forbidden_address"),
        (media_url("http://169.254.169.254"), "forbidden_address"),
        (media_url("https://api.twilio.com"), "forbidden_address"),
        (foreign_account, "forbidden_address"),
        (
            host.add_file(&system, HostResponse::Redirect("http://127.0.0.1:1/x".to_owned())),
            "forbidden_address",
        ),
        (
            host.add_file(&system, HostResponse::Redirect("file:///etc/passwd".to_owned())),
            "forbidden_address",
        ),
        (host.add_file(&system, chain(4)), "forbidden_address"),
        (host.add_file(&system, HostResponse::Cut(2 * 1024 * 1024 * 1024)), "too_large"),
        (host.add_file(&system, HostResponse::Endless), "too_large"),
        (host.add_file(&system, chain(3)), ""),
    ];
    let media: Vec<_> = cases.iter().map(|(url, _)| (url.clone(), "image/jpeg")).collect();
    receive_mms(&system, &number, "", &media).await;
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    for (media, (url, error)) in message["media"].as_array().unwrap().iter().zip(&cases) {
        let state = if error.is_empty() { "stored" } else { "failed" };
        assert_eq!(media["state"], state, "{url}: {media}");
        assert_eq!(media["error"].as_str().unwrap_or_default(), *error, "{url}");
    }
    let requests = host.requests();
    assert!(
        requests
            .iter()
            .all(|asked| asked.with_credentials != asked.request_line.contains("/chain/"))
    );
    assert!(
        !message.to_string().contains(&host.base_url),
        "no address of Twilio's reaches a browser"
    );
    system.stop().await;
}

#[tokio::test]
async fn active_content_is_served_as_a_download_whatever_its_declared_type() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let cases: [(&str, &[u8], &str, &str, &str); 4] = [
        (
            "image/jpeg",
            b"<html><script>alert(1)</script>",
            "application/octet-stream",
            "document",
            "attachment",
        ),
        (
            "image/svg+xml",
            b"<svg onload='alert(1)'/>",
            "application/octet-stream",
            "document",
            "attachment",
        ),
        (
            "text/x-vcard",
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ida\r\nEND:VCARD",
            "text/vcard",
            "contact",
            "attachment",
        ),
        ("application/pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "image", "inline"),
    ];
    let media: Vec<_> = cases
        .iter()
        .map(|(declared_type, bytes, ..)| {
            (
                host.add_file(&system, HostResponse::Bytes(declared_type, bytes.to_vec())),
                *declared_type,
            )
        })
        .collect();
    receive_mms(&system, &number, "", &media).await;
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    for (index, (declared_type, _, content_type, kind, disposition)) in cases.iter().enumerate() {
        let media = &message["media"][index];
        assert_eq!(
            (&media["content_type"], &media["kind"]),
            (&json!(content_type), &json!(kind)),
            "{declared_type}"
        );
        let (_, response) = download_media(&system, &anna, &message, index).await;
        assert_eq!(response.header("content-type"), Some(*content_type), "{declared_type}");
        assert!(
            response.header("content-disposition").unwrap().starts_with(disposition),
            "{declared_type}"
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn a_failed_media_fetch_is_retried_three_times_and_again_on_request() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let media = [HostResponse::Status(404), HostResponse::Status(503), HostResponse::Cut(1000)]
        .map(|response| (host.add_file(&system, response), "image/jpeg"));
    receive_mms(&system, &number, "", &media).await;
    for attempt in 1..=3 {
        system.wait_until_idle().await;
        assert_eq!(host.requests().len(), 3 * attempt);
        let state = if attempt < 3 { "pending" } else { "failed" };
        assert_eq!(media_states(&only_message(&anna, &number).await), [state; 3], "{attempt}");
        system.advance(Duration::from_mins(2));
        system.inner().run_schedule("sweep").await.unwrap();
    }
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    let errors: Vec<_> =
        message["media"].as_array().unwrap().iter().map(|media| media["error"].clone()).collect();
    assert_eq!(errors, ["not_found", "unreachable", "interrupted"]);
    assert_eq!((host.requests().len(), count_jobs(&system).await), (9, 0));

    let first = media[0].0.trim_start_matches(&host.base_url).to_owned();
    host.set_response(&first, HostResponse::Bytes("image/jpeg", jpeg(1)));
    let retry_path = format!("{}/retry", media_path(&message, 0));
    let retried = anna.post(&retry_path, json!({})).await.expect_status(202);
    assert_eq!(media_states(&retried)[1..], ["failed"; 2]);
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    assert_eq!(media_states(&message), ["stored", "failed", "failed"]);
    assert_eq!(message["media"][0]["error"], Value::Null);
    anna.post(&retry_path, json!({})).await.expect_error(409);
    system.stop().await;
}

#[tokio::test]
async fn redaction_and_erasing_remove_files_from_the_bucket() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let (number, other_number) = (customer_number(), customer_number());
    for number in [&number, &other_number] {
        let media =
            [(host.add_file(&system, HostResponse::Bytes("image/jpeg", jpeg(1))), "image/jpeg")];
        receive_mms(&system, number, "", &media).await;
    }
    system.wait_until_idle().await;
    assert_eq!(system.inner().s3().keys().len(), 2);
    let message = only_message(&anna, &number).await;
    let redact_path = media_path(&message, 0).replace("/media/0", "/redact");
    anna.post(&redact_path, json!({})).await.expect_status(200);
    anna.get(&media_path(&message, 0)).await.expect_error(404);
    system.wait_until_idle().await;
    assert_eq!(system.inner().s3().keys().len(), 1);
    let id = anna.conversation_id_with(&other_number).await;
    let delete = anna.call(Method::DELETE, &format!("/api/conversations/{id}"));
    assert_eq!(delete.send().await.status, 202);
    system.wait_until_idle().await;
    assert!(system.inner().s3().keys().is_empty());

    // Redacted while it is fetched.
    host.pause();
    let number = customer_number();
    let media =
        [(host.add_file(&system, HostResponse::Bytes("image/jpeg", jpeg(2))), "image/jpeg")];
    receive_mms(&system, &number, "", &media).await;
    let message = only_message(&anna, &number).await;
    anna.post(&media_path(&message, 0).replace("/media/0", "/redact"), json!({}))
        .await
        .expect_status(200);
    host.resume();
    system.wait_until_idle().await;
    assert!(system.inner().s3().keys().is_empty());
    system.stop().await;
}

#[tokio::test]
async fn the_media_list_contains_the_media_of_all_messages_newest_first() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let add_image = |fill| {
        (host.add_file(&system, HostResponse::Bytes("image/jpeg", jpeg(fill))), "image/jpeg")
    };
    receive_mms(&system, &number, "First", &[add_image(1), add_image(2)]).await;
    for text in 0..205 {
        system.receive_text(&number, &text.to_string()).await;
    }
    receive_mms(&system, &number, "Last", &[add_image(3)]).await;
    system.wait_until_idle().await;
    let id = anna.conversation_id_with(&number).await;
    let gallery = format!("/api/conversations/{id}/media");
    let first = anna.get(&gallery).await.expect_status(200);
    let cursor = first["cursor"].as_str().unwrap().to_owned();
    let second = anna.get(&format!("{gallery}?cursor={cursor}")).await.expect_status(200);
    assert_eq!(second["cursor"], Value::Null);
    let media_items: Vec<_> = [first, second]
        .iter()
        .flat_map(|page| page["media"].as_array().unwrap().clone())
        .map(|item| (item["index"].as_u64().unwrap(), item["state"].as_str().unwrap().to_owned()))
        .collect();
    let stored = "stored".to_owned();
    assert_eq!(media_items, [(0, stored.clone()), (0, stored.clone()), (1, stored)]);
    anna.get(&format!("{gallery}?cursor=forged")).await.expect_error(400);
    system.stop().await;
}
