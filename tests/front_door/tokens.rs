//! Access tokens, on all routes of the API that require one.

use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use functions::FUNCTIONS;
use reqwest::Method;
use serde_json::{Value, json};
use shared::lambda::Trigger;

use crate::support::forged_tokens::{TokenForge, unsigned_token};
use crate::support::{TestResponse, TestSystem};

/// The routes without an access token: public ones, and those with another kind of authentication.
const UNPROTECTED: [&str; 7] = [
    "receive-message",
    "receive-events",
    "record-delivery",
    "sign-in",
    "refresh-session",
    "sign-out",
    "get-health",
];

/// Returns all routes that require an access token.
fn protected_routes() -> Vec<(Method, String)> {
    let routes = FUNCTIONS.iter().filter(|function| !UNPROTECTED.contains(&function.name));
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

async fn request(
    system: &TestSystem,
    method: &Method,
    path: &str,
    token: Option<&str>,
) -> TestResponse {
    let request = system.call(method.clone(), path);
    let request = if method == Method::GET { request } else { request.json(&json!({})) };
    match token {
        Some(token) => request.header("authorization", token).send().await,
        None => request.send().await,
    }
}

/// Asserts that all protected routes reject a token.
async fn expect_unauthenticated(system: &TestSystem, case: &str, token: &str) {
    for (method, path) in protected_routes() {
        let response = request(system, &method, &path, Some(&format!("Bearer {token}"))).await;
        assert_eq!(response.status, 401, "{case}: {method} {path}");
        assert_eq!(response.body["code"], "unauthenticated");
    }
}

#[tokio::test]
async fn every_protected_route_requires_an_access_token() {
    let system = TestSystem::start().await;
    let forge = TokenForge::new(&system);
    let valid_header = format!("Bearer {}", forge.valid_token(&forge.claims()));
    let basic = "Basic YWRtaW46cGFydHlsaW5l".to_owned();
    for (method, path) in protected_routes() {
        assert_ne!(
            request(&system, &method, &path, Some(&valid_header)).await.status,
            401,
            "{method} {path}"
        );
        for token in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some(&basic),
            Some(&valid_header[7..]),
        ] {
            let response = request(&system, &method, &path, token).await;
            assert_eq!(response.status, 401, "{token:?} {method} {path}");
        }
    }
    system.stop().await;
}

#[tokio::test]
async fn an_access_token_expires_after_ten_minutes() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.advance(Duration::from_secs(590));
    anna.get("/api/senders").await.expect_status(200);
    system.advance(Duration::from_secs(11));
    expect_unauthenticated(&system, "expired", &anna.token).await;
    anna.refresh().await.get("/api/senders").await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn a_token_with_another_key_or_changed_content_is_rejected() {
    let system = TestSystem::start().await;
    let (forge, other_forge) =
        (TokenForge::new(&system), TokenForge::with_install_key(&system, &"5a".repeat(32)));
    expect_unauthenticated(
        &system,
        "another installation's",
        &other_forge.valid_token(&other_forge.claims()),
    )
    .await;
    let valid_token = forge.valid_token(&forge.claims());
    let (signed_part, signature) = valid_token.rsplit_once('.').unwrap();
    let (header, _) = signed_part.split_once('.').unwrap();
    let changed_claims =
        BASE64URL_NOPAD.encode(forge.claims_with("sub", "root".into()).to_string().as_bytes());
    expect_unauthenticated(
        &system,
        "changed claims",
        &format!("{header}.{changed_claims}.{signature}"),
    )
    .await;
    expect_unauthenticated(&system, "no signature", &format!("{signed_part}.")).await;
    expect_unauthenticated(&system, "half a token", signed_part).await;
    expect_unauthenticated(&system, "a long one", &"x.".repeat(2_000)).await;
    system.stop().await;
}

#[tokio::test]
async fn tokens_with_another_algorithm_are_rejected() {
    let system = TestSystem::start().await;
    let forge = TokenForge::new(&system);
    let claims = forge.claims().to_string();
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": algorithm, "typ": "JWT" });
        expect_unauthenticated(
            &system,
            algorithm,
            &format!("{}.", unsigned_token(&header, &claims)),
        )
        .await;
        expect_unauthenticated(&system, algorithm, &forge.sign(&header, &claims)).await;
    }
    let public_key = forge.public_key();
    let encoded = data_encoding::BASE64.encode(&public_key);
    let prefix = HEXLOWER_PERMISSIVE.decode(b"302a300506032b6570032100").unwrap();
    let der = [prefix, public_key.clone()].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        data_encoding::BASE64.encode(&der)
    );
    for secret in [public_key.as_slice(), encoded.as_bytes(), &der, pem.as_bytes(), b""] {
        expect_unauthenticated(
            &system,
            "HS256 under the public key",
            &forge.hmac_token("HS256", secret),
        )
        .await;
        expect_unauthenticated(&system, "EdDSA by name only", &forge.hmac_token("EdDSA", secret))
            .await;
    }
    system.stop().await;
}

#[tokio::test]
async fn a_signed_token_with_missing_or_invalid_claims_is_rejected() {
    let system = TestSystem::start().await;
    let forge = TokenForge::new(&system);
    for name in ["exp", "iss", "aud", "sub", "iat", "name", "role", "inboxes"] {
        expect_unauthenticated(
            &system,
            name,
            &forge.valid_token(&forge.claims_with(name, Value::Null)),
        )
        .await;
    }
    let invalid_claims = [
        ("exp", json!("never")),
        ("exp", json!([9_999_999_999_i64])),
        ("exp", json!(-1)),
        ("exp", json!(forge.now)),
        ("exp", json!(true)),
        ("nbf", json!(forge.now + 3600)),
        ("nbf", json!("0")),
        ("iss", json!("partyline2")),
        ("aud", json!("another-api")),
        ("role", json!("owner")),
        ("inboxes", json!("main")),
    ];
    for (name, value) in invalid_claims {
        let case = format!("{name} {value}");
        expect_unauthenticated(&system, &case, &forge.valid_token(&forge.claims_with(name, value)))
            .await;
    }
    let never_expiring =
        forge.claims().to_string().replace(&format!("{}", forge.now + 600), "1e400");
    let header = json!({ "alg": "EdDSA", "typ": "JWT" });
    expect_unauthenticated(&system, "exp 1e400", &forge.sign(&header, &never_expiring)).await;
    expect_unauthenticated(&system, "no JSON", &forge.sign(&header, "admin")).await;
    system.stop().await;
}
