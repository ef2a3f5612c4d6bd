//! What customers attach: shown at once, fetched after it, each by itself, from nowhere but Twilio.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Gives, Host, jpeg, mms};
use crate::desk::table::jobs;
use crate::desk::{Answer, Desk, Person, customer};

/// The path of something that came with `message`.
pub fn path(message: &Value, index: usize) -> String {
    let part = |name: &str| message[name].as_str().unwrap();
    let (conversation, message) = (part("conversation_id"), part("message_id"));
    format!("/api/conversations/{conversation}/messages/{message}/media/{index}")
}

/// What stands behind the address that `get-media` answers.
pub async fn read(
    desk: &Desk,
    anna: &Person<'_>,
    message: &Value,
    index: usize,
) -> (Value, Answer) {
    let link = anna.get(&path(message, index)).await.is(200);
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("/media/"), "{url}");
    let answer = desk.call(Method::GET, url).send_unchecked().await;
    (link, answer)
}

/// The only message of the only conversation with `number`.
pub async fn only(anna: &Person<'_>, number: &str) -> Value {
    let id = anna.conversation_with(number).await;
    let messages = anna.messages(&id).await;
    assert_eq!(messages.len(), 1);
    messages[0].clone()
}

fn states(message: &Value) -> Vec<&str> {
    let media = message["media"].as_array().unwrap().iter();
    media.map(|media| media["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn ten_pictures_are_shown_at_once_and_each_arrives_by_itself() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    host.hold();
    let media: Vec<_> = (0..10)
        .map(|mark| (host.keeps(&desk, Gives::Bytes("image/jpeg", jpeg(mark))), "image/jpeg"))
        .collect();
    mms(&desk, &number, "Look", &media).await;
    let message = only(&anna, &number).await;
    assert_eq!(states(&message), ["waiting"; 10]);
    assert_eq!(message["media"][9]["kind"], "image");
    anna.get(&path(&message, 0)).await.refused(409);

    host.release();
    desk.settle().await;
    let message = only(&anna, &number).await;
    assert_eq!(states(&message), ["stored"; 10]);
    assert_eq!((&message["rev"], &message["media"][3]["size"]), (&11.into(), &211.into()));
    for index in [0, 9] {
        let (link, answer) = read(&desk, &anna, &message, index).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")));
        assert_eq!(answer.header("content-disposition"), Some("inline"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert_eq!(link["content_type"], "image/jpeg");
        assert_eq!(answer.header("content-length"), Some("211"));
    }
    assert!(host.asked().iter().all(|asked| asked.with_credentials));
    assert_eq!(jobs(&desk).await, 0);
    desk.close().await;
}

#[tokio::test]
async fn an_address_is_good_for_a_quarter_of_an_hour_and_for_what_it_names() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let media = [(host.keeps(&desk, Gives::Bytes("image/jpeg", jpeg(1))), "image/jpeg")];
    mms(&desk, &number, "", &media).await;
    desk.settle().await;
    let message = only(&anna, &number).await;
    let link = anna.get(&path(&message, 0)).await.is(200);
    let url = link["url"].as_str().unwrap();
    for (address, status) in [
        (url.to_owned(), 200),
        (url.replace("/0?", "/1?"), 403),
        (url.replace("image%2Fjpeg", "text%2Fhtml"), 403),
        (url.split('?').next().unwrap().to_owned(), 403),
    ] {
        let answer = desk.call(Method::GET, &address).send_unchecked().await;
        assert_eq!(answer.status, status, "{address}");
    }
    let part = desk.call(Method::GET, url).header("range", "bytes=0-1").send_unchecked().await;
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 0-1/211")));
    for missing in [path(&message, 1), path(&message, 99)] {
        anna.get(&missing).await.refused(404);
    }
    desk.pass(Duration::from_mins(16));
    assert_eq!(desk.call(Method::GET, url).send_unchecked().await.status, 403);
    desk.close().await;
}

#[tokio::test]
async fn nothing_is_fetched_from_elsewhere_and_nothing_that_is_too_much() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let account = desk.system().settings().account_sid.clone();
    let chain = |length: usize| {
        for step in 1..length {
            let next = Gives::Redirect(format!("/chain/{length}/{}", step + 1));
            host.at(&format!("/chain/{length}/{step}"), next);
        }
        let end = Gives::Bytes("image/jpeg", jpeg(7));
        host.at(&format!("/chain/{length}/{length}"), end);
        Gives::Redirect(format!("{}/chain/{length}/1", host.base))
    };
    let elsewhere = |base: &str| format!("{base}/2010-04-01/Accounts/{account}/Messages/M/Media/E");
    let foreign_account = format!("{}/2010-04-01/Accounts/AC1/Messages/M/Media/E", host.base);
    let cases = [
        (elsewhere("https://media.example.com"), "forbidden_address"),
        (elsewhere("http://169.254.169.254"), "forbidden_address"),
        (elsewhere("https://api.twilio.com"), "forbidden_address"),
        (foreign_account, "forbidden_address"),
        (
            host.keeps(&desk, Gives::Redirect("http://127.0.0.1:1/x".to_owned())),
            "forbidden_address",
        ),
        (host.keeps(&desk, Gives::Redirect("file:///etc/passwd".to_owned())), "forbidden_address"),
        (host.keeps(&desk, chain(4)), "forbidden_address"),
        (host.keeps(&desk, Gives::Cut(2 * 1024 * 1024 * 1024)), "too_large"),
        (host.keeps(&desk, Gives::Endless), "too_large"),
        (host.keeps(&desk, chain(3)), ""),
    ];
    let media: Vec<_> = cases.iter().map(|(url, _)| (url.clone(), "image/jpeg")).collect();
    mms(&desk, &number, "", &media).await;
    desk.settle().await;
    let message = only(&anna, &number).await;
    for (media, (url, problem)) in message["media"].as_array().unwrap().iter().zip(&cases) {
        let state = if problem.is_empty() { "stored" } else { "failed" };
        assert_eq!(media["state"], state, "{url}: {media}");
        assert_eq!(media["problem"].as_str().unwrap_or_default(), *problem, "{url}");
    }
    let asked = host.asked();
    assert!(asked.iter().all(|asked| asked.with_credentials != asked.line.contains("/chain/")));
    assert!(!message.to_string().contains(&host.base), "no address of Twilio's reaches a browser");
    desk.close().await;
}

#[tokio::test]
async fn what_a_browser_might_run_is_a_download_whatever_it_says_it_is() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
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
        .map(|(claim, bytes, ..)| (host.keeps(&desk, Gives::Bytes(claim, bytes.to_vec())), *claim))
        .collect();
    mms(&desk, &number, "", &media).await;
    desk.settle().await;
    let message = only(&anna, &number).await;
    for (index, (claim, _, kind, shown, how)) in cases.iter().enumerate() {
        let media = &message["media"][index];
        assert_eq!(
            (&media["content_type"], &media["kind"]),
            (&json!(kind), &json!(shown)),
            "{claim}"
        );
        let (_, answer) = read(&desk, &anna, &message, index).await;
        assert_eq!(answer.header("content-type"), Some(*kind), "{claim}");
        assert!(answer.header("content-disposition").unwrap().starts_with(how), "{claim}");
    }
    desk.close().await;
}

#[tokio::test]
async fn what_is_not_there_yet_is_tried_three_times_and_again_when_somebody_asks() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let media = [Gives::Status(404), Gives::Status(503), Gives::Cut(1000)]
        .map(|gives| (host.keeps(&desk, gives), "image/jpeg"));
    mms(&desk, &number, "", &media).await;
    for tries in 1..=3 {
        desk.settle().await;
        assert_eq!(host.asked().len(), 3 * tries);
        let state = if tries < 3 { "waiting" } else { "failed" };
        assert_eq!(states(&only(&anna, &number).await), [state; 3], "{tries}");
        desk.pass(Duration::from_mins(2));
        desk.system().run_schedule("sweep").await.unwrap();
    }
    desk.settle().await;
    let message = only(&anna, &number).await;
    let problems: Vec<_> =
        message["media"].as_array().unwrap().iter().map(|media| media["problem"].clone()).collect();
    assert_eq!(problems, ["not_found", "unreachable", "interrupted"]);
    assert_eq!((host.asked().len(), jobs(&desk).await), (9, 0));

    let first = media[0].0.trim_start_matches(&host.base).to_owned();
    host.at(&first, Gives::Bytes("image/jpeg", jpeg(1)));
    let retry = format!("{}/retry", path(&message, 0));
    let waiting = anna.post(&retry, json!({})).await.is(202);
    assert_eq!(states(&waiting)[1..], ["failed"; 2]);
    desk.settle().await;
    let message = only(&anna, &number).await;
    assert_eq!(states(&message), ["stored", "failed", "failed"]);
    assert_eq!(message["media"][0]["problem"], Value::Null);
    anna.post(&retry, json!({})).await.refused(409);
    desk.close().await;
}

#[tokio::test]
async fn what_was_redacted_or_erased_leaves_nothing_in_the_bucket() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let (number, other) = (customer(), customer());
    for number in [&number, &other] {
        let media = [(host.keeps(&desk, Gives::Bytes("image/jpeg", jpeg(1))), "image/jpeg")];
        mms(&desk, number, "", &media).await;
    }
    desk.settle().await;
    assert_eq!(desk.system().s3().keys().len(), 2);
    let message = only(&anna, &number).await;
    let redact = path(&message, 0).replace("/media/0", "/redact");
    anna.post(&redact, json!({})).await.is(200);
    anna.get(&path(&message, 0)).await.refused(404);
    desk.settle().await;
    assert_eq!(desk.system().s3().keys().len(), 1);
    let id = anna.conversation_with(&other).await;
    let delete = anna.call(Method::DELETE, &format!("/api/conversations/{id}"));
    assert_eq!(delete.send().await.status, 202);
    desk.settle().await;
    assert!(desk.system().s3().keys().is_empty());

    // One that is redacted while it is fetched.
    host.hold();
    let number = customer();
    let media = [(host.keeps(&desk, Gives::Bytes("image/jpeg", jpeg(2))), "image/jpeg")];
    mms(&desk, &number, "", &media).await;
    let message = only(&anna, &number).await;
    anna.post(&path(&message, 0).replace("/media/0", "/redact"), json!({})).await.is(200);
    host.release();
    desk.settle().await;
    assert!(desk.system().s3().keys().is_empty());
    desk.close().await;
}

#[tokio::test]
async fn the_gallery_holds_what_came_with_every_message_the_newest_first() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let keep = |mark| (host.keeps(&desk, Gives::Bytes("image/jpeg", jpeg(mark))), "image/jpeg");
    mms(&desk, &number, "First", &[keep(1), keep(2)]).await;
    for text in 0..205 {
        desk.text(&number, &text.to_string()).await;
    }
    mms(&desk, &number, "Last", &[keep(3)]).await;
    desk.settle().await;
    let id = anna.conversation_with(&number).await;
    let gallery = format!("/api/conversations/{id}/media");
    let first = anna.get(&gallery).await.is(200);
    let cursor = first["next"].as_str().unwrap().to_owned();
    let second = anna.get(&format!("{gallery}?cursor={cursor}")).await.is(200);
    assert_eq!(second["next"], Value::Null);
    let found: Vec<_> = [first, second]
        .iter()
        .flat_map(|page| page["media"].as_array().unwrap().clone())
        .map(|one| (one["index"].as_u64().unwrap(), one["state"].as_str().unwrap().to_owned()))
        .collect();
    let stored = "stored".to_owned();
    assert_eq!(found, [(0, stored.clone()), (0, stored.clone()), (1, stored)]);
    anna.get(&format!("{gallery}?cursor=forged")).await.refused(400);
    desk.close().await;
}
