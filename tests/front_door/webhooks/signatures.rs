//! Who is Twilio and who is not.

use crate::desk::table::{TABLE, count, everything};
use crate::desk::webhook::{encoded, params, sid, sign, text, with};
use crate::desk::{Desk, Webhook, customer};

const MESSAGES: &str = "/twilio/messages";

fn token(desk: &Desk) -> String {
    desk.system().settings().auth_token.clone()
}

#[tokio::test]
async fn without_a_signature_nothing_is_read_or_written() {
    let desk = Desk::open().await;
    desk.text(&customer(), "Hi").await;
    desk.settle().await;
    let before = everything(&desk).await;
    let form = text(&desk, &sid("SM"), &customer(), "Hi");
    let delivery = format!("/twilio/deliveries/{}/01ARZ3NDEKTSV4RRFFQ69G5FAV", "a".repeat(26));
    for target in [MESSAGES, &delivery] {
        for signature in [None, Some("")] {
            let answer = Webhook::form(&desk, target, &form).signature(signature).send().await;
            assert_eq!(answer.says(403), "The request carries no signature.");
        }
    }
    assert_eq!(everything(&desk).await, before);
    desk.close().await;
}

#[tokio::test]
async fn a_signature_of_anything_else_is_refused() {
    let desk = Desk::open().await;
    let form = text(&desk, &sid("SM"), &customer(), "Hi");
    let (own, url) = (token(&desk), desk.url(MESSAGES));
    let port = desk.port();
    let signatures = [
        sign("another token", &url, &form),
        sign(&own.to_uppercase(), &url, &form),
        sign(&own, &url, &with(form.clone(), "Body", "Ho")),
        sign(&own, &url, &with(form.clone(), "Extra", "")),
        sign(&own, &url, &form[1..]),
        sign(&own, &url, &[]),
        sign(&own, &desk.url("/twilio/message"), &form),
        sign(&own, &desk.url("/twilio/messages/"), &form),
        sign(&own, &desk.url("/twilio/messages?"), &form),
        sign(&own, &format!("https://localhost:{port}{MESSAGES}"), &form),
        sign(&own, &format!("http://127.0.0.1:{port}{MESSAGES}"), &form),
        sign(&own, &format!("http://localhost:1{MESSAGES}"), &form),
        sign(&own, &format!("{url}#fragment"), &form),
        sign(&own, &url, &form).to_lowercase(),
        format!("{} ", sign(&own, &url, &form)).repeat(2),
        "x".repeat(4_000),
        "=".to_owned(),
    ];
    for signature in &signatures {
        let answer = Webhook::form(&desk, MESSAGES, &form).signature(Some(signature)).send().await;
        assert_eq!(answer.says(403), "The signature is wrong.", "{signature}");
    }
    assert_eq!(count(&desk, TABLE, "SID#").await, 0);
    Webhook::form(&desk, MESSAGES, &form).send().await.is(200);
    assert_eq!(count(&desk, TABLE, "SID#").await, 1);
    desk.close().await;
}

#[tokio::test]
async fn the_address_counts_with_or_without_its_port_and_with_its_query_as_sent() {
    let desk = Desk::open().await;
    let (own, number) = (token(&desk), customer());
    let form = |body: &str| text(&desk, &sid("SM"), &number, body);
    let first = form("no port");
    let bare = sign(&own, &format!("http://localhost{MESSAGES}"), &first);
    Webhook::form(&desk, MESSAGES, &first).signature(Some(&bare)).send().await.is(200);
    let targets = ["?a=1", "?b=2&a=1", "?x=%20+%2B%C3%A9~%27&y", "?", "?=&&"];
    for query in &targets {
        let target = format!("{MESSAGES}{query}");
        let signed = if *query == "?" { MESSAGES } else { &target };
        let form = form(query);
        let signature = sign(&own, &desk.url(signed), &form);
        let webhook = Webhook::form(&desk, &target, &form).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, 200, "{query}");
    }
    let other = sign(&own, &desk.url("/twilio/messages?a=1&b=2"), &first);
    let webhook = Webhook::form(&desk, "/twilio/messages?b=2&a=1", &first);
    webhook.signature(Some(&other)).send().await.refused(403);
    assert_eq!(count(&desk, TABLE, "SID#").await, 1 + targets.len());
    desk.close().await;
}

#[tokio::test]
async fn while_a_token_is_replaced_the_old_one_is_good_too() {
    let desk = Desk::with(|options| {
        options.settings.auth_token = "the new token".to_owned();
        options.settings.previous_auth_token = Some("the old token".to_owned());
    })
    .await;
    let url = desk.url(MESSAGES);
    for (token, status) in [("the new token", 200), ("the old token", 200), ("an older one", 403)] {
        let form = text(&desk, &sid("SM"), &customer(), "Hi");
        let signature = sign(token, &url, &form);
        let webhook = Webhook::form(&desk, MESSAGES, &form).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, status, "{token}");
    }
    desk.close().await;
}

#[tokio::test]
async fn repeated_and_empty_parameters_are_signed_as_twilio_signs_them() {
    let desk = Desk::open().await;
    let number = customer();
    let more = [
        vec![("A", "2"), ("A", "1"), ("a", "0")],
        vec![("A", "1"), ("A", "1")],
        vec![("Empty", ""), ("", "nameless"), ("Z", "")],
        vec![("Body[]", "x"), ("body", "y"), ("BODY", "z")],
        vec![("é", "ü"), ("\u{ffff}", "1"), ("𝄞", "2")],
    ];
    for pairs in more {
        let mut form = text(&desk, &sid("SM"), &number, "the text");
        form.extend(params(&pairs));
        assert_eq!(Webhook::form(&desk, MESSAGES, &form).send().await.status, 200, "{pairs:?}");
    }
    let anna = desk.admin().await;
    let thread = anna.messages(&anna.conversation_with(&number).await).await;
    assert_eq!(thread.len(), 5);
    assert!(thread.iter().all(|message| message["body"] == "the text"));
    desk.close().await;
}

#[tokio::test]
async fn a_shared_key_that_is_not_ours_and_an_unknown_algorithm_are_refused() {
    let desk = Desk::open().await;
    let form = text(&desk, &sid("SM"), &customer(), "Hi");
    for settings in ["key=webhooks_sharedkey_x,algorithm=HMAC_SHA256", "algorithm=MD5", "key=", "x"]
    {
        let webhook = Webhook::form(&desk, MESSAGES, &form).settings(settings);
        assert_eq!(webhook.send().await.status, 403, "{settings}");
    }
    desk.close().await;
}

#[tokio::test]
async fn what_is_percent_encoded_otherwise_is_the_same_text() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let form = text(&desk, &sid("SM"), &number, "a b+c~'(ü)");
    let loud: String = encoded(&form).replace('+', "%20").replace("~", "%7e");
    Webhook::form(&desk, MESSAGES, &form).body(loud).send().await.is(200);
    let thread = anna.messages(&anna.conversation_with(&number).await).await;
    assert_eq!(thread[0]["body"], "a b+c~'(ü)");
    desk.close().await;
}
