//! Webhooks signed with a shared key instead of the account's auth token.

use aws_lc_rs::hmac;
use data_encoding::BASE64;

use crate::desk::webhook::{Form, sid, sign, text};
use crate::desk::{Answer, Desk, Webhook, customer};

const MESSAGES: &str = "/twilio/messages";
const KEY: &str = "webhooks_sharedkey_0123456789abcdef";
const SECRET: &str = "a secret of both sides";

async fn open() -> Desk {
    let own = (KEY.to_owned(), SECRET.to_owned());
    Desk::with(|options| options.settings.shared_keys.extend([own])).await
}

/// HMAC-SHA-256 of the address and the sorted parameters.
fn sha256(secret: &str, url: &str, form: &Form) -> String {
    let mut pairs = form.clone();
    pairs.sort_unstable();
    let signed: String = pairs.into_iter().map(|(name, value)| name + &value).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64.encode(hmac::sign(&key, format!("{url}{signed}").as_bytes()).as_ref())
}

async fn post(desk: &Desk, form: &Form, signature: &str, settings: &str) -> Answer {
    let webhook = Webhook::form(desk, MESSAGES, form).signature(Some(signature));
    webhook.settings(settings).send().await
}

#[tokio::test]
async fn what_our_shared_key_signed_is_taken_by_either_algorithm() {
    let desk = open().await;
    let anna = desk.admin().await;
    let (number, url) = (customer(), desk.url(MESSAGES));
    let first = text(&desk, &sid("SM"), &number, "By SHA-256");
    let settings = format!("key={KEY},algorithm=HMAC_SHA256");
    post(&desk, &first, &sha256(SECRET, &url, &first), &settings).await.acknowledged();
    let second = text(&desk, &sid("SM"), &number, "By SHA-1");
    let settings = format!("key={KEY},algorithm=HMAC_SHA1");
    post(&desk, &second, &sign(SECRET, &url, &second), &settings).await.acknowledged();
    // The auth token signs as before.
    desk.text(&number, "By the token").await;
    let thread = anna.messages(&anna.conversation_with(&number).await).await;
    let bodies: Vec<_> = thread.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["By SHA-256", "By SHA-1", "By the token"]);
    desk.close().await;
}

#[tokio::test]
async fn what_another_secret_or_algorithm_signed_or_was_changed_since_is_refused() {
    let desk = open().await;
    let anna = desk.admin().await;
    let url = desk.url(MESSAGES);
    let form = text(&desk, &sid("SM"), &customer(), "Hi");
    let other = text(&desk, &sid("SM"), &customer(), "Something else");
    let token = desk.system().settings().auth_token.clone();
    let good = sha256(SECRET, &url, &form);
    let settings = format!("key={KEY},algorithm=HMAC_SHA256");
    let unknown = "key=webhooks_sharedkey_0,algorithm=HMAC_SHA256";
    for (signature, settings) in [
        (sha256("another secret", &url, &form), &*settings),
        (sha256(&token, &url, &form), &settings),
        (sha256(SECRET, &url, &other), &settings),
        (sha256(SECRET, &desk.url("/twilio/events"), &form), &settings),
        (sign(SECRET, &url, &form), &settings),
        (good.clone(), &format!("key={KEY},algorithm=HMAC_SHA1")),
        (good.clone(), &format!("key={KEY},algorithm=HMAC_SHA512")),
        (good.clone(), unknown),
        (good, ""),
    ] {
        let answer = post(&desk, &form, &signature, settings).await;
        assert_eq!(answer.status, 403, "{settings}: {}", answer.text);
    }
    assert_eq!(anna.list("").await["conversations"], serde_json::json!([]));
    desk.close().await;
}
