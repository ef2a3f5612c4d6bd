//! Whatever is signed is accepted; whatever is posted never breaks the door.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::desk::webhook::{Form, encoded, sid, sign_bytes, text};
use crate::desk::{Desk, Webhook, customer};

/// So many values of a strategy, the same in every run.
fn samples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn two_hundred_forms_with_whatever_parameters_are_accepted_when_twilio_signed_them() {
    let desk = Desk::open().await;
    let extra = vec(("[A-Za-z0-9 '@:+%~*.üé👍-]{1,12}", ".{0,24}"), 0..8);
    let texts = "[a-zA-Z0-9 '@:+%&=~*?#üé👍\n-]{0,60}";
    for (more, body) in samples((extra, texts), 200) {
        let mut form: Form = text(&desk, &sid("SM"), &customer(), &body);
        let known: Vec<String> = form.iter().map(|(name, _)| name.clone()).collect();
        form.extend(more.into_iter().filter(|(name, _)| !known.contains(name)));
        form.rotate_left(body.len() % known.len());
        let answer = Webhook::form(&desk, "/twilio/messages", &form).send().await;
        assert_eq!(answer.status, 200, "{}", encoded(&form));
    }
    desk.settle().await;
    let stored = crate::desk::table::count(&desk, crate::desk::table::TABLE, "SID#").await;
    assert_eq!(stored, 200);
    desk.close().await;
}

#[tokio::test]
async fn no_body_breaks_the_door_signed_or_not() {
    let desk = Desk::open().await;
    let (token, url) = (desk.system().settings().auth_token.clone(), desk.url("/twilio/messages"));
    let pieces = [
        "Body=",
        "From=",
        "&",
        "=",
        "%",
        "%ff",
        "%00",
        "+",
        "MessageSid=",
        "\u{fffd}",
        "AccountSid=",
    ];
    let pieces = vec(proptest::sample::select(pieces.to_vec()), 0..24);
    let bytes = vec(any::<u8>(), 0..120);
    for (pieces, bytes) in samples((pieces, bytes), 80) {
        for body in [pieces.concat().into_bytes(), bytes] {
            let signature = sign_bytes(&token, &url, &body);
            let webhook = Webhook::form(&desk, "/twilio/messages", &[]);
            let answer = webhook.body(body.clone()).signature(Some(&signature)).send().await;
            assert!([200, 403].contains(&answer.status), "{} {body:?}", answer.status);
        }
    }
    desk.text(&customer(), "The next one works").await;
    desk.close().await;
}
