//! Access tokens: on every route of the people's API that needs one, whatever route may come.

use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use functions::FUNCTIONS;
use reqwest::Method;
use serde_json::{Value, json};
use shared::lambda::Trigger;

use crate::desk::smith::{Smith, unsigned};
use crate::desk::{Answer, Desk};

/// The routes that have a proof of their own, or need none.
const OTHERS: [&str; 7] = [
    "receive-message",
    "receive-events",
    "record-delivery",
    "sign-in",
    "refresh-session",
    "sign-out",
    "get-health",
];

/// Every route that needs an access token.
fn guarded() -> Vec<(Method, String)> {
    let routes = FUNCTIONS.iter().filter(|function| !OTHERS.contains(&function.name));
    let routes = routes.filter_map(|function| match function.trigger {
        Trigger::Http { method, path } => {
            Some((method.parse().unwrap(), path.replace(['{', '}'], "")))
        }
        _ => None,
    });
    let routes: Vec<_> = routes.collect();
    assert!(routes.len() >= 14);
    routes
}

async fn ask(desk: &Desk, method: &Method, path: &str, token: Option<&str>) -> Answer {
    let call = desk.call(method.clone(), path);
    let call = if method == Method::GET { call } else { call.json(&json!({})) };
    match token {
        Some(token) => call.header("authorization", token).send().await,
        None => call.send().await,
    }
}

/// No route takes this token.
async fn refused(desk: &Desk, what: &str, token: &str) {
    for (method, path) in guarded() {
        let answer = ask(desk, &method, &path, Some(&format!("Bearer {token}"))).await;
        assert_eq!(answer.status, 401, "{what}: {method} {path}");
        assert_eq!(answer.body["code"], "signed_out");
    }
}

#[tokio::test]
async fn every_route_takes_the_token_that_we_give_and_none_goes_without() {
    let desk = Desk::open().await;
    let smith = Smith::of(&desk);
    let good = format!("Bearer {}", smith.good(&smith.claims()));
    let basic = "Basic YWRtaW46cGFydHlsaW5l".to_owned();
    for (method, path) in guarded() {
        assert_ne!(ask(&desk, &method, &path, Some(&good)).await.status, 401, "{method} {path}");
        for token in
            [None, Some(""), Some("Bearer"), Some("Bearer "), Some(&basic), Some(&good[7..])]
        {
            let answer = ask(&desk, &method, &path, token).await;
            assert_eq!(answer.status, 401, "{token:?} {method} {path}");
        }
    }
    desk.close().await;
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.pass(Duration::from_secs(590));
    anna.get("/api/senders").await.is(200);
    desk.pass(Duration::from_secs(11));
    refused(&desk, "expired", &anna.token).await;
    anna.refreshed().await.get("/api/senders").await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn a_token_of_another_key_or_with_a_changed_word_is_refused() {
    let desk = Desk::open().await;
    let (smith, other) = (Smith::of(&desk), Smith::with(&desk, &"5a".repeat(32)));
    refused(&desk, "another installation's", &other.good(&other.claims())).await;
    let good = smith.good(&smith.claims());
    let (text, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = text.split_once('.').unwrap();
    let raised = BASE64URL_NOPAD.encode(smith.but("sub", "root".into()).to_string().as_bytes());
    refused(&desk, "changed claims", &format!("{header}.{raised}.{signature}")).await;
    refused(&desk, "no signature", &format!("{text}.")).await;
    refused(&desk, "half a token", text).await;
    refused(&desk, "a long one", &"x.".repeat(2_000)).await;
    desk.close().await;
}

#[tokio::test]
async fn no_other_algorithm_is_taken() {
    let desk = Desk::open().await;
    let smith = Smith::of(&desk);
    let claims = smith.claims().to_string();
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": algorithm, "typ": "JWT" });
        refused(&desk, algorithm, &format!("{}.", unsigned(&header, &claims))).await;
        refused(&desk, algorithm, &smith.token(&header, &claims)).await;
    }
    let public = smith.public_key();
    let encoded = data_encoding::BASE64.encode(&public);
    let prefix = HEXLOWER_PERMISSIVE.decode(b"302a300506032b6570032100").unwrap();
    let der = [prefix, public.clone()].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        data_encoding::BASE64.encode(&der)
    );
    for secret in [public.as_slice(), encoded.as_bytes(), &der, pem.as_bytes(), b""] {
        refused(&desk, "HS256 under the public key", &smith.hmac("HS256", secret)).await;
        refused(&desk, "EdDSA by name only", &smith.hmac("EdDSA", secret)).await;
    }
    desk.close().await;
}

#[tokio::test]
async fn a_token_of_ours_that_says_too_little_or_nonsense_is_refused() {
    let desk = Desk::open().await;
    let smith = Smith::of(&desk);
    for name in ["exp", "iss", "aud", "sub", "iat", "name", "role", "inboxes"] {
        refused(&desk, name, &smith.good(&smith.but(name, Value::Null))).await;
    }
    let odd = [
        ("exp", json!("never")),
        ("exp", json!([9_999_999_999_i64])),
        ("exp", json!(-1)),
        ("exp", json!(smith.now)),
        ("exp", json!(true)),
        ("nbf", json!(smith.now + 3600)),
        ("nbf", json!("0")),
        ("iss", json!("partyline2")),
        ("aud", json!("another-api")),
        ("role", json!("owner")),
        ("inboxes", json!("main")),
    ];
    for (name, value) in odd {
        let what = format!("{name} {value}");
        refused(&desk, &what, &smith.good(&smith.but(name, value))).await;
    }
    let endless = smith.claims().to_string().replace(&format!("{}", smith.now + 600), "1e400");
    let header = json!({ "alg": "EdDSA", "typ": "JWT" });
    refused(&desk, "exp 1e400", &smith.token(&header, &endless)).await;
    refused(&desk, "no JSON", &smith.token(&header, "admin")).await;
    desk.close().await;
}
