//! Property tests: signed requests are accepted, and no request causes a server error.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::support::webhook::{Form, encode_form, inbound_text_form, new_sid, sign_bytes};
use crate::support::{TestSystem, Webhook, customer_number};

/// Returns `count` values of a strategy, the same in each run.
fn samples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn two_hundred_signed_forms_with_random_parameters_are_accepted() {
    let system = TestSystem::start().await;
    let extra_params_strategy = vec(("[A-Za-z0-9 '@:+%~*.üé👍-]{1,12}", ".{0,24}"), 0..8);
    let text_strategy = "[a-zA-Z0-9 '@:+%&=~*?#üé👍\n-]{0,60}";
    for (extra_params, body) in samples((extra_params_strategy, text_strategy), 200) {
        let mut form: Form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), &body);
        let known_names: Vec<String> = form.iter().map(|(name, _)| name.clone()).collect();
        form.extend(extra_params.into_iter().filter(|(name, _)| !known_names.contains(name)));
        form.rotate_left(body.len() % known_names.len());
        let response = Webhook::form(&system, "/twilio/messages", &form).send().await;
        assert_eq!(response.status, 200, "{}", encode_form(&form));
    }
    system.wait_until_idle().await;
    let stored_count =
        crate::support::table::count_rows(&system, crate::support::table::TABLE, "SID#").await;
    assert_eq!(stored_count, 200);
    system.stop().await;
}

#[tokio::test]
async fn random_bodies_are_answered_with_200_or_403() {
    let system = TestSystem::start().await;
    let (token, url) =
        (system.inner().settings().auth_token.clone(), system.url("/twilio/messages"));
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
            let webhook = Webhook::form(&system, "/twilio/messages", &[]);
            let response = webhook.body(body.clone()).signature(Some(&signature)).send().await;
            assert!([200, 403].contains(&response.status), "{} {body:?}", response.status);
        }
    }
    system.receive_text(&customer_number(), "The next one works").await;
    system.stop().await;
}
