//! Webhooks signed with a shared key instead of the account's auth token.

use aws_lc_rs::hmac;
use data_encoding::BASE64;

use crate::support::webhook::{Form, inbound_text_form, new_sid, sign};
use crate::support::{TestResponse, TestSystem, Webhook, customer_number};

const MESSAGES_PATH: &str = "/twilio/messages";
const KEY: &str = "webhooks_sharedkey_0123456789abcdef";
const SECRET: &str = "a secret of both sides";

async fn start_with_shared_key() -> TestSystem {
    let shared_key = (KEY.to_owned(), SECRET.to_owned());
    TestSystem::start_with(|options| options.settings.shared_keys.extend([shared_key])).await
}

/// Returns the HMAC-SHA-256 of the URL and the sorted parameters.
fn sign_sha256(secret: &str, url: &str, form: &Form) -> String {
    let mut pairs = form.clone();
    pairs.sort_unstable();
    let signed_content: String = pairs.into_iter().map(|(name, value)| name + &value).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64.encode(hmac::sign(&key, format!("{url}{signed_content}").as_bytes()).as_ref())
}

async fn post_signed(
    system: &TestSystem,
    form: &Form,
    signature: &str,
    settings: &str,
) -> TestResponse {
    let webhook = Webhook::form(system, MESSAGES_PATH, form).signature(Some(signature));
    webhook.settings(settings).send().await
}

#[tokio::test]
async fn a_request_signed_with_a_shared_key_is_accepted_with_either_algorithm() {
    let system = start_with_shared_key().await;
    let anna = system.admin().await;
    let (number, url) = (customer_number(), system.url(MESSAGES_PATH));
    let first = inbound_text_form(&system, &new_sid("SM"), &number, "By SHA-256");
    let settings = format!("key={KEY},algorithm=HMAC_SHA256");
    post_signed(&system, &first, &sign_sha256(SECRET, &url, &first), &settings)
        .await
        .expect_acknowledgement();
    let second = inbound_text_form(&system, &new_sid("SM"), &number, "By SHA-1");
    let settings = format!("key={KEY},algorithm=HMAC_SHA1");
    post_signed(&system, &second, &sign(SECRET, &url, &second), &settings)
        .await
        .expect_acknowledgement();
    // Signatures with the auth token are still valid.
    system.receive_text(&number, "By the token").await;
    let thread = anna.messages(&anna.conversation_id_with(&number).await).await;
    let bodies: Vec<_> = thread.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["By SHA-256", "By SHA-1", "By the token"]);
    system.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_a_wrong_algorithm_or_a_changed_request_is_rejected() {
    let system = start_with_shared_key().await;
    let anna = system.admin().await;
    let url = system.url(MESSAGES_PATH);
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    let other_form =
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Something else");
    let token = system.inner().settings().auth_token.clone();
    let valid_signature = sign_sha256(SECRET, &url, &form);
    let settings = format!("key={KEY},algorithm=HMAC_SHA256");
    let unknown_key = "key=webhooks_sharedkey_0,algorithm=HMAC_SHA256";
    for (signature, settings) in [
        (sign_sha256("another secret", &url, &form), &*settings),
        (sign_sha256(&token, &url, &form), &settings),
        (sign_sha256(SECRET, &url, &other_form), &settings),
        (sign_sha256(SECRET, &system.url("/twilio/events"), &form), &settings),
        (sign(SECRET, &url, &form), &settings),
        (valid_signature.clone(), &format!("key={KEY},algorithm=HMAC_SHA1")),
        (valid_signature.clone(), &format!("key={KEY},algorithm=HMAC_SHA512")),
        (valid_signature.clone(), unknown_key),
        (valid_signature, ""),
    ] {
        let response = post_signed(&system, &form, &signature, settings).await;
        assert_eq!(response.status, 403, "{settings}: {}", response.text);
    }
    assert_eq!(anna.list_conversations("").await["conversations"], serde_json::json!([]));
    system.stop().await;
}
