//! `POST /api/session/refresh`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::desk::table::{CONNECTIONS, count};
use crate::desk::{Desk, Person};

#[tokio::test]
async fn each_refresh_gives_the_next_cookie_and_a_token_that_works() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let next = anna.refreshed().await;
    assert_ne!(next.cookie, anna.cookie);
    assert_eq!(next.user, anna.user);
    let after = next.refreshed().await;
    assert_ne!(after.cookie, next.cookie);
    after.get("/api/conversations").await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_stay_signed_in() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let tabs = join_all((0..8).map(|_| anna.try_refresh())).await;
    let tabs: Vec<_> = tabs.into_iter().map(|answer| Person::of(&desk, answer)).collect();
    assert!(tabs.iter().all(|tab| tab.cookie == tabs[0].cookie));
    desk.pass(Duration::from_mins(9));
    let next = tabs[3].refreshed().await;
    next.get("/api/senders").await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn the_cookie_before_is_good_for_twenty_seconds_of_grace() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.hold();
    let next = anna.refreshed().await;
    desk.pass(Duration::from_secs(19));
    assert_eq!(anna.refreshed().await.cookie, next.cookie);
    next.refreshed().await;
    desk.close().await;
}

#[tokio::test]
async fn a_cookie_that_comes_back_after_its_grace_ends_the_session_for_everybody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let other = desk.admin().await;
    let next = anna.refreshed().await;
    desk.pass(Duration::from_secs(21));
    assert!(anna.try_refresh().await.says(401).contains("Sign in again"));
    next.try_refresh().await.refused(401);
    other.refreshed().await;
    desk.close().await;
}

#[tokio::test]
async fn a_cookie_two_generations_old_ends_the_session_even_within_the_grace() {
    let desk = Desk::open().await;
    let first = desk.admin().await;
    let second = first.refreshed().await;
    let third = second.refreshed().await;
    first.try_refresh().await.refused(401);
    third.try_refresh().await.refused(401);
    assert_eq!(count(&desk, CONNECTIONS, "SESSION#").await, 0);
    desk.close().await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_of_silence() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.pass(Duration::from_hours(24 * 29));
    let next = anna.refreshed().await;
    desk.pass(Duration::from_hours(24 * 30));
    next.try_refresh().await.refused(401);
    desk.close().await;
}

#[tokio::test]
async fn what_is_no_cookie_of_ours_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let token = anna.cookie.split_once('=').unwrap().1.to_owned();
    let (session, rest) = token.split_once('.').unwrap();
    let seal = rest.split_once('.').unwrap().1;
    let forged = [
        "x=1".to_owned(),
        "partyline_session=".to_owned(),
        "partyline_session=..".to_owned(),
        format!("partyline_session={session}.2.{seal}"),
        format!("partyline_session={}.1.{seal}", "0".repeat(32)),
        format!("partyline_session={session}.1.{}", &seal[1..]),
        format!("partyline_session={session}.99999999999999999999999.{seal}"),
    ];
    for cookie in forged {
        let call = desk.call(Method::POST, "/api/session/refresh").json(&json!({}));
        call.header("cookie", &cookie).send().await.refused(401);
    }
    desk.post("/api/session/refresh", json!({})).await.refused(401);
    anna.refreshed().await;
    desk.close().await;
}

#[tokio::test]
async fn a_foreign_pages_form_cannot_refresh() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let call = || desk.call(Method::POST, "/api/session/refresh").header("cookie", &anna.cookie);
    call().form_body(b"{}".to_vec()).send().await.refused(400);
    call().header("content-type", "text/plain").send().await.refused(400);
    call().send().await.refused(400);
    call().json(&json!({ "more": 1 })).send().await.refused(400);
    anna.refreshed().await;
    desk.close().await;
}
