//! `POST /api/session`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::to_a_fresh_window;
use crate::desk::table::{TABLE, count};
use crate::desk::{Desk, Person};

fn proof(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password })
}

#[tokio::test]
async fn the_first_admin_signs_in_with_the_configured_password() {
    let desk = Desk::open().await;
    let answer = desk.post("/api/session", proof("admin", "partyline")).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["Path=/api/session", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"] {
        assert!(cookie.split("; ").any(|there| there == part), "{part} in {cookie}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let session = answer.is(200);
    assert_eq!(session["expires_in"], 600);
    let user = json!({ "username": "admin", "display_name": "admin", "role": "admin" });
    assert_eq!(session["user"], user);
    desk.post("/api/session", proof(" Admin ", "partyline")).await.is(200);
    assert_eq!(count(&desk, TABLE, "USER").await, 1);
    desk.close().await;
}

#[tokio::test]
async fn two_first_sign_ins_at_once_make_one_admin() {
    let desk = Desk::open().await;
    let tries = (0..4).map(|_| desk.post("/api/session", proof("admin", "partyline")));
    for answer in join_all(tries).await {
        answer.is(200);
    }
    assert_eq!(count(&desk, TABLE, "USER").await, 1);
    desk.close().await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_sound_the_same() {
    let desk = Desk::open().await;
    let wrong = [
        proof("admin", "partylin"),
        proof("nobody", "partyline"),
        proof("admin", ""),
        proof("", "partyline"),
        proof("no spaces allowed", "partyline"),
        proof("CONN#0", "partyline"),
        json!({ "link": "0123456789abcdef0123456789abcdef" }),
    ];
    let mut sentences = Vec::new();
    for proof in &wrong[..6] {
        let answer = desk.post("/api/session", proof.clone()).await;
        assert_eq!(answer.cookie(), None);
        sentences.push(answer.says(401));
    }
    sentences.dedup();
    assert_eq!(sentences, ["The name or the password is wrong."]);
    desk.post("/api/session", wrong[6].clone()).await.refused(401);
    assert_eq!(count(&desk, TABLE, "USER").await, 0);
    desk.close().await;
}

#[tokio::test]
async fn neither_half_a_proof_nor_two_are_taken() {
    let desk = Desk::open().await;
    for body in [json!({}), json!({ "username": "admin" }), json!({ "password": "partyline" })] {
        desk.post("/api/session", body).await.refused(422);
    }
    let link = desk.system().sign_in_token().await.unwrap();
    let both = json!({ "username": "admin", "password": "partyline", "link": link });
    desk.post("/api/session", both).await.refused(422);
    desk.post("/api/session", json!({ "link": link })).await.is(200);
    let said = desk.post("/api/session", json!({ "name": "admin" })).await.says(400);
    assert!(said.contains("unknown field"), "{said}");
    let call = desk.call(Method::POST, "/api/session").raw("{\"username\": \"admin\"");
    call.send().await.refused(400);
    desk.call(Method::POST, "/api/session").send().await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn too_many_tries_of_one_name_wait_five_minutes_and_others_do_not() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    to_a_fresh_window(&desk);
    let admin = admin.refreshed().await;
    desk.agent(&admin, "berta").await;
    for _ in 0..10 {
        desk.post("/api/session", proof("admin", "guess")).await.refused(401);
    }
    let limited = desk.post("/api/session", proof("Admin", "partyline")).await;
    assert_eq!(limited.header("retry-after"), Some("300"));
    assert!(limited.says(429).contains("five minutes"));
    Person::sign_in(&desk, proof("berta", "correct horse battery")).await;
    desk.pass(Duration::from_secs(300));
    desk.post("/api/session", proof("admin", "wrong")).await.refused(401);
    desk.close().await;
}

#[tokio::test]
async fn one_address_cannot_try_name_after_name() {
    let desk = Desk::open().await;
    to_a_fresh_window(&desk);
    for number in 0..50 {
        let guess = json!({ "link": format!("guess-{number}") });
        desk.post("/api/session", guess).await.refused(401);
    }
    let limited = desk.post("/api/session", proof("somebody", "guess")).await;
    assert_eq!(limited.header("retry-after"), Some("300"));
    limited.refused(429);
    desk.close().await;
}

#[tokio::test]
async fn a_link_signs_in_once_and_for_twelve_hours_only() {
    let desk = Desk::open().await;
    let link = json!({ "link": desk.system().sign_in_token().await.unwrap() });
    let tries = (0..4).map(|_| desk.post("/api/session", link.clone()));
    let answers = join_all(tries).await;
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert!(answer.says(401).starts_with("This link was used"));
    }
    let late = json!({ "link": desk.system().sign_in_token().await.unwrap() });
    desk.pass(Duration::from_hours(12));
    desk.post("/api/session", late).await.refused(401);
    desk.close().await;
}

#[tokio::test]
async fn once_the_first_admin_is_in_the_table_the_table_alone_counts() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let desk = Desk::with(|options| options.state = Some(state.clone())).await;
    desk.post("/api/session", proof("admin", "partyline")).await.is(200);
    desk.close().await;
    let desk = Desk::with(|options| {
        options.state = Some(state.clone());
        options.settings.password = "another password".to_owned();
    })
    .await;
    desk.post("/api/session", proof("admin", "another password")).await.refused(401);
    desk.post("/api/session", proof("admin", "partyline")).await.is(200);
    desk.close().await;
}
