//! `POST /api/users`.

use futures_util::future::join_all;
use serde_json::json;

use crate::desk::table::{TABLE, count};
use crate::desk::{Desk, Person};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn an_admin_adds_somebody_who_can_sign_in() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let berta = json!({
        "username": "Berta", "password": PASSWORD, "display_name": " Berta B. ", "role": "agent",
    });
    let made = admin.post("/api/users", berta).await.is(201);
    let expected = json!({ "username": "berta", "display_name": "Berta B.", "role": "agent" });
    assert_eq!(made, expected);
    let proof = json!({ "username": "BERTA", "password": PASSWORD });
    let berta = Person::sign_in(&desk, proof).await;
    assert_eq!(berta.user, expected);
    berta.get("/api/conversations").await.is(200);
    let boss = json!({ "username": "boss", "password": PASSWORD, "role": "admin" });
    let made = admin.post("/api/users", boss).await.is(201);
    assert_eq!(made["display_name"], "boss");
    desk.close().await;
}

#[tokio::test]
async fn an_agent_adds_nobody() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let agent = desk.agent(&admin, "berta").await;
    let user = json!({ "username": "carl", "password": PASSWORD, "role": "admin" });
    assert_eq!(agent.post("/api/users", user).await.says(403), "Only an admin may do this.");
    assert_eq!(count(&desk, TABLE, "USER").await, 2);
    desk.close().await;
}

#[tokio::test]
async fn a_name_is_given_once_whatever_its_case_and_however_fast() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let user = |name: &str| json!({ "username": name, "password": PASSWORD, "role": "agent" });
    let tries =
        ["berta", "Berta", "BERTA", " berta"].map(|name| admin.post("/api/users", user(name)));
    let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let said = admin.post("/api/users", user("admin")).await.says(409);
    assert_eq!(said, "This sign-in name is taken.");
    desk.close().await;
}

#[tokio::test]
async fn weak_passwords_odd_names_and_unknown_roles_are_refused() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let user = |name: &str, password: &str, role: &str| {
        admin.post("/api/users", json!({ "username": name, "password": password, "role": role }))
    };
    let said = user("berta", "too short", "agent").await.says(422);
    assert!(said.contains("10 characters"), "{said}");
    user("berta", &"x".repeat(513), "agent").await.refused(422);
    for name in ["", "   ", "a b", "a/b", "CONN#1", &"x".repeat(65), "a\u{0}b"] {
        user(name, PASSWORD, "agent").await.refused(422);
    }
    user("berta", PASSWORD, "owner").await.refused(400);
    let long = json!({
        "username": "berta", "password": PASSWORD, "role": "agent", "display_name": "x".repeat(121),
    });
    admin.post("/api/users", long).await.refused(422);
    assert_eq!(count(&desk, TABLE, "USER").await, 1);
    desk.close().await;
}
