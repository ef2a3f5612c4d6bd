//! `POST /api/session/refresh`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::table::{CONNECTIONS_TABLE, count_rows};
use crate::support::{TestSystem, TestUser};

#[tokio::test]
async fn each_refresh_returns_a_new_cookie_and_a_valid_token() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let refreshed = anna.refresh().await;
    assert_ne!(refreshed.cookie, anna.cookie);
    assert_eq!(refreshed.user, anna.user);
    let refreshed_again = refreshed.refresh().await;
    assert_ne!(refreshed_again.cookie, refreshed.cookie);
    refreshed_again.get("/api/conversations").await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_stay_signed_in() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let responses = join_all((0..8).map(|_| anna.try_refresh())).await;
    let users: Vec<_> =
        responses.into_iter().map(|response| TestUser::from_session(&system, response)).collect();
    assert!(users.iter().all(|tab| tab.cookie == users[0].cookie));
    system.advance(Duration::from_mins(9));
    let refreshed = users[3].refresh().await;
    refreshed.get("/api/senders").await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn the_previous_cookie_is_valid_for_a_grace_period_of_twenty_seconds() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.freeze_clock();
    let refreshed = anna.refresh().await;
    system.advance(Duration::from_secs(19));
    assert_eq!(anna.refresh().await.cookie, refreshed.cookie);
    refreshed.refresh().await;
    system.stop().await;
}

#[tokio::test]
async fn a_previous_cookie_after_the_grace_period_ends_the_session() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let other_session = system.admin().await;
    let refreshed = anna.refresh().await;
    system.advance(Duration::from_secs(21));
    assert!(anna.try_refresh().await.error_detail(401).contains("Sign in again"));
    refreshed.try_refresh().await.expect_error(401);
    other_session.refresh().await;
    system.stop().await;
}

#[tokio::test]
async fn a_cookie_two_generations_old_ends_the_session_within_the_grace_period() {
    let system = TestSystem::start().await;
    let first = system.admin().await;
    let second = first.refresh().await;
    let third = second.refresh().await;
    first.try_refresh().await.expect_error(401);
    third.try_refresh().await.expect_error(401);
    assert_eq!(count_rows(&system, CONNECTIONS_TABLE, "SESSION#").await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_without_use() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.advance(Duration::from_hours(24 * 29));
    let refreshed = anna.refresh().await;
    system.advance(Duration::from_hours(24 * 30));
    refreshed.try_refresh().await.expect_error(401);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_cookie_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let token = anna.cookie.split_once('=').unwrap().1.to_owned();
    let (session, rest) = token.split_once('.').unwrap();
    let mac = rest.split_once('.').unwrap().1;
    let forged_cookies = [
        "x=1".to_owned(),
        "partyline_session=".to_owned(),
        "partyline_session=..".to_owned(),
        format!("partyline_session={session}.2.{mac}"),
        format!("partyline_session={}.1.{mac}", "0".repeat(32)),
        format!("partyline_session={session}.1.{}", &mac[1..]),
        format!("partyline_session={session}.99999999999999999999999.{mac}"),
    ];
    for cookie in forged_cookies {
        let request = system.call(Method::POST, "/api/session/refresh").json(&json!({}));
        request.header("cookie", &cookie).send().await.expect_error(401);
    }
    system.post("/api/session/refresh", json!({})).await.expect_error(401);
    anna.refresh().await;
    system.stop().await;
}

#[tokio::test]
async fn a_form_of_another_origin_cannot_refresh() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let request =
        || system.call(Method::POST, "/api/session/refresh").header("cookie", &anna.cookie);
    request().form_body(b"{}".to_vec()).send().await.expect_error(400);
    request().header("content-type", "text/plain").send().await.expect_error(400);
    request().send().await.expect_error(400);
    request().json(&json!({ "more": 1 })).send().await.expect_error(400);
    anna.refresh().await;
    system.stop().await;
}
