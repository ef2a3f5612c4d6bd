//! Verification of signatures.

use crate::support::table::{TABLE, all_rows, count_rows};
use crate::support::webhook::{encode_form, inbound_text_form, new_sid, params, sign, with_param};
use crate::support::{TestSystem, Webhook, customer_number};

const MESSAGES_PATH: &str = "/twilio/messages";

fn auth_token(system: &TestSystem) -> String {
    system.inner().settings().auth_token.clone()
}

#[tokio::test]
async fn a_request_without_a_signature_reads_and_writes_nothing() {
    let system = TestSystem::start().await;
    system.receive_text(&customer_number(), "Hi").await;
    system.wait_until_idle().await;
    let before = all_rows(&system).await;
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    let delivery = format!("/twilio/deliveries/{}/01ARZ3NDEKTSV4RRFFQ69G5FAV", "a".repeat(26));
    for target in [MESSAGES_PATH, &delivery] {
        for signature in [None, Some("")] {
            let response = Webhook::form(&system, target, &form).signature(signature).send().await;
            assert_eq!(response.error_detail(403), "The request has no signature.");
        }
    }
    assert_eq!(all_rows(&system).await, before);
    system.stop().await;
}

#[tokio::test]
async fn a_signature_of_other_content_is_rejected() {
    let system = TestSystem::start().await;
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    let (token, url) = (auth_token(&system), system.url(MESSAGES_PATH));
    let port = system.port();
    let signatures = [
        sign("another token", &url, &form),
        sign(&token.to_uppercase(), &url, &form),
        sign(&token, &url, &with_param(form.clone(), "Body", "Ho")),
        sign(&token, &url, &with_param(form.clone(), "Extra", "")),
        sign(&token, &url, &form[1..]),
        sign(&token, &url, &[]),
        sign(&token, &system.url("/twilio/message"), &form),
        sign(&token, &system.url("/twilio/messages/"), &form),
        sign(&token, &system.url("/twilio/messages?"), &form),
        sign(&token, &format!("https://localhost:{port}{MESSAGES_PATH}"), &form),
        sign(&token, &format!("http://127.0.0.1:{port}{MESSAGES_PATH}"), &form),
        sign(&token, &format!("http://localhost:1{MESSAGES_PATH}"), &form),
        sign(&token, &format!("{url}#fragment"), &form),
        sign(&token, &url, &form).to_lowercase(),
        format!("{} ", sign(&token, &url, &form)).repeat(2),
        "x".repeat(4_000),
        "=".to_owned(),
    ];
    for signature in &signatures {
        let response =
            Webhook::form(&system, MESSAGES_PATH, &form).signature(Some(signature)).send().await;
        assert_eq!(response.error_detail(403), "The signature is invalid.", "{signature}");
    }
    assert_eq!(count_rows(&system, TABLE, "SID#").await, 0);
    Webhook::form(&system, MESSAGES_PATH, &form).send().await.expect_status(200);
    assert_eq!(count_rows(&system, TABLE, "SID#").await, 1);
    system.stop().await;
}

#[tokio::test]
async fn the_signed_url_may_omit_the_port_and_includes_the_query_as_sent() {
    let system = TestSystem::start().await;
    let (token, number) = (auth_token(&system), customer_number());
    let form = |body: &str| inbound_text_form(&system, &new_sid("SM"), &number, body);
    let first = form("no port");
    let without_port = sign(&token, &format!("http://localhost{MESSAGES_PATH}"), &first);
    Webhook::form(&system, MESSAGES_PATH, &first)
        .signature(Some(&without_port))
        .send()
        .await
        .expect_status(200);
    let targets = ["?a=1", "?b=2&a=1", "?x=%20+%2B%C3%A9~%27&y", "?", "?=&&"];
    for query in &targets {
        let target = format!("{MESSAGES_PATH}{query}");
        let signed_path = if *query == "?" { MESSAGES_PATH } else { &target };
        let form = form(query);
        let signature = sign(&token, &system.url(signed_path), &form);
        let webhook = Webhook::form(&system, &target, &form).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, 200, "{query}");
    }
    let reordered = sign(&token, &system.url("/twilio/messages?a=1&b=2"), &first);
    let webhook = Webhook::form(&system, "/twilio/messages?b=2&a=1", &first);
    webhook.signature(Some(&reordered)).send().await.expect_error(403);
    assert_eq!(count_rows(&system, TABLE, "SID#").await, 1 + targets.len());
    system.stop().await;
}

#[tokio::test]
async fn the_previous_auth_token_is_accepted_during_a_rotation() {
    let system = TestSystem::start_with(|options| {
        options.settings.auth_token = "the new token".to_owned();
        options.settings.previous_auth_token = Some("the old token".to_owned());
    })
    .await;
    let url = system.url(MESSAGES_PATH);
    for (token, status) in [("the new token", 200), ("the old token", 200), ("an older one", 403)] {
        let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
        let signature = sign(token, &url, &form);
        let webhook = Webhook::form(&system, MESSAGES_PATH, &form).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, status, "{token}");
    }
    system.stop().await;
}

#[tokio::test]
async fn repeated_and_empty_parameters_are_verified_as_twilio_signs_them() {
    let system = TestSystem::start().await;
    let number = customer_number();
    let param_sets = [
        vec![("A", "2"), ("A", "1"), ("a", "0")],
        vec![("A", "1"), ("A", "1")],
        vec![("Empty", ""), ("", "nameless"), ("Z", "")],
        vec![("Body[]", "x"), ("body", "y"), ("BODY", "z")],
        vec![("é", "ü"), ("\u{ffff}", "1"), ("𝄞", "2")],
    ];
    for pairs in param_sets {
        let mut form = inbound_text_form(&system, &new_sid("SM"), &number, "the text");
        form.extend(params(&pairs));
        assert_eq!(
            Webhook::form(&system, MESSAGES_PATH, &form).send().await.status,
            200,
            "{pairs:?}"
        );
    }
    let anna = system.admin().await;
    let thread = anna.messages(&anna.conversation_id_with(&number).await).await;
    assert_eq!(thread.len(), 5);
    assert!(thread.iter().all(|message| message["body"] == "the text"));
    system.stop().await;
}

#[tokio::test]
async fn an_unknown_shared_key_and_an_unknown_algorithm_are_rejected() {
    let system = TestSystem::start().await;
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    for settings in ["key=webhooks_sharedkey_x,algorithm=HMAC_SHA256", "algorithm=MD5", "key=", "x"]
    {
        let webhook = Webhook::form(&system, MESSAGES_PATH, &form).settings(settings);
        assert_eq!(webhook.send().await.status, 403, "{settings}");
    }
    system.stop().await;
}

#[tokio::test]
async fn a_different_percent_encoding_gives_the_same_text() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let form = inbound_text_form(&system, &new_sid("SM"), &number, "a b+c~'(ü)");
    let reencoded_body: String = encode_form(&form).replace('+', "%20").replace("~", "%7e");
    Webhook::form(&system, MESSAGES_PATH, &form)
        .body(reencoded_body)
        .send()
        .await
        .expect_status(200);
    let thread = anna.messages(&anna.conversation_id_with(&number).await).await;
    assert_eq!(thread[0]["body"], "a b+c~'(ü)");
    system.stop().await;
}
