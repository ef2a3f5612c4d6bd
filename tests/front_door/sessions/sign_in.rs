//! `POST /api/session`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::advance_to_next_rate_window;
use crate::support::table::{TABLE, count_rows};
use crate::support::{TestSystem, TestUser};

fn credentials(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password })
}

#[tokio::test]
async fn the_first_admin_signs_in_with_the_configured_password() {
    let system = TestSystem::start().await;
    let response = system.post("/api/session", credentials("admin", "partyline")).await;
    let cookie = response.header("set-cookie").unwrap().to_owned();
    for field in ["Path=/api/session", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"] {
        assert!(cookie.split("; ").any(|there| there == field), "{field} in {cookie}");
    }
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let session = response.expect_status(200);
    assert_eq!(session["expires_in"], 600);
    let user = json!({ "username": "admin", "display_name": "admin", "role": "admin" });
    assert_eq!(session["user"], user);
    system.post("/api/session", credentials(" Admin ", "partyline")).await.expect_status(200);
    assert_eq!(count_rows(&system, TABLE, "USER").await, 1);
    system.stop().await;
}

#[tokio::test]
async fn concurrent_first_sign_ins_create_one_admin() {
    let system = TestSystem::start().await;
    let requests = (0..4).map(|_| system.post("/api/session", credentials("admin", "partyline")));
    for response in join_all(requests).await {
        response.expect_status(200);
    }
    assert_eq!(count_rows(&system, TABLE, "USER").await, 1);
    system.stop().await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_return_the_same_error() {
    let system = TestSystem::start().await;
    let invalid_credentials = [
        credentials("admin", "partylin"),
        credentials("unknown", "partyline"),
        credentials("admin", ""),
        credentials("", "partyline"),
        credentials("no spaces allowed", "partyline"),
        credentials("CONN#0", "partyline"),
        json!({ "link_token": "0123456789abcdef0123456789abcdef" }),
    ];
    let mut details = Vec::new();
    for credentials in &invalid_credentials[..6] {
        let response = system.post("/api/session", credentials.clone()).await;
        assert_eq!(response.cookie(), None);
        details.push(response.error_detail(401));
    }
    details.dedup();
    assert_eq!(details, ["Incorrect username or password."]);
    system.post("/api/session", invalid_credentials[6].clone()).await.expect_error(401);
    assert_eq!(count_rows(&system, TABLE, "USER").await, 0);
    system.stop().await;
}

#[tokio::test]
async fn incomplete_and_double_credentials_are_rejected() {
    let system = TestSystem::start().await;
    for body in [json!({}), json!({ "username": "admin" }), json!({ "password": "partyline" })] {
        system.post("/api/session", body).await.expect_error(422);
    }
    let link = system.inner().sign_in_token().await.unwrap();
    let both_kinds = json!({ "username": "admin", "password": "partyline", "link_token": link });
    system.post("/api/session", both_kinds).await.expect_error(422);
    system.post("/api/session", json!({ "link_token": link })).await.expect_status(200);
    let detail = system.post("/api/session", json!({ "name": "admin" })).await.error_detail(400);
    assert!(detail.contains("unknown field"), "{detail}");
    let request = system.call(Method::POST, "/api/session").raw_json("{\"username\": \"admin\"");
    request.send().await.expect_error(400);
    system.call(Method::POST, "/api/session").send().await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn too_many_attempts_for_a_name_block_only_that_name_for_five_minutes() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    advance_to_next_rate_window(&system);
    let admin = admin.refresh().await;
    system.agent(&admin, "berta").await;
    for _ in 0..10 {
        system.post("/api/session", credentials("admin", "guess")).await.expect_error(401);
    }
    let limited = system.post("/api/session", credentials("Admin", "partyline")).await;
    assert_eq!(limited.header("retry-after"), Some("300"));
    assert!(limited.error_detail(429).contains("five minutes"));
    TestUser::sign_in(&system, credentials("berta", "correct horse battery")).await;
    system.advance(Duration::from_secs(300));
    system.post("/api/session", credentials("admin", "wrong")).await.expect_error(401);
    system.stop().await;
}

#[tokio::test]
async fn attempts_from_an_ip_address_are_limited_across_names() {
    let system = TestSystem::start().await;
    advance_to_next_rate_window(&system);
    for number in 0..50 {
        let guessed_link = json!({ "link_token": format!("guess-{number}") });
        system.post("/api/session", guessed_link).await.expect_error(401);
    }
    let limited = system.post("/api/session", credentials("other", "guess")).await;
    assert_eq!(limited.header("retry-after"), Some("300"));
    limited.expect_error(429);
    system.stop().await;
}

#[tokio::test]
async fn a_sign_in_link_works_once_within_twelve_hours() {
    let system = TestSystem::start().await;
    let link = json!({ "link_token": system.inner().sign_in_token().await.unwrap() });
    let requests = (0..4).map(|_| system.post("/api/session", link.clone()));
    let responses = join_all(requests).await;
    let success_count = responses.iter().filter(|response| response.status == 200).count();
    assert_eq!(success_count, 1, "{responses:?}");
    for response in responses.into_iter().filter(|response| response.status != 200) {
        assert!(response.error_detail(401).starts_with("This link has expired"));
    }
    let expired_link = json!({ "link_token": system.inner().sign_in_token().await.unwrap() });
    system.advance(Duration::from_hours(12));
    system.post("/api/session", expired_link).await.expect_error(401);
    system.stop().await;
}

#[tokio::test]
async fn the_configured_password_is_ignored_once_the_admin_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let system = TestSystem::start_with(|options| options.state = Some(state.clone())).await;
    system.post("/api/session", credentials("admin", "partyline")).await.expect_status(200);
    system.stop().await;
    let system = TestSystem::start_with(|options| {
        options.state = Some(state.clone());
        options.settings.password = "another password".to_owned();
    })
    .await;
    system.post("/api/session", credentials("admin", "another password")).await.expect_error(401);
    system.post("/api/session", credentials("admin", "partyline")).await.expect_status(200);
    system.stop().await;
}
