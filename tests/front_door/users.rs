//! `POST /api/users`.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::table::{TABLE, count_rows};
use crate::support::{TestSystem, TestUser};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn an_admin_creates_a_user_who_can_sign_in() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    let berta = json!({
        "username": "Berta", "password": PASSWORD, "display_name": " Berta B. ", "role": "agent",
    });
    let created = admin.post("/api/users", berta).await.expect_status(201);
    let expected = json!({ "username": "berta", "display_name": "Berta B.", "role": "agent" });
    assert_eq!(created, expected);
    let credentials = json!({ "username": "BERTA", "password": PASSWORD });
    let berta = TestUser::sign_in(&system, credentials).await;
    assert_eq!(berta.user, expected);
    berta.get("/api/conversations").await.expect_status(200);
    let second_admin = json!({ "username": "boss", "password": PASSWORD, "role": "admin" });
    let created = admin.post("/api/users", second_admin).await.expect_status(201);
    assert_eq!(created["display_name"], "boss");
    system.stop().await;
}

#[tokio::test]
async fn an_agent_cannot_create_users() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    let agent = system.agent(&admin, "berta").await;
    let user = json!({ "username": "carl", "password": PASSWORD, "role": "admin" });
    assert_eq!(agent.post("/api/users", user).await.error_detail(403), "Only admins can do this.");
    assert_eq!(count_rows(&system, TABLE, "USER").await, 2);
    system.stop().await;
}

#[tokio::test]
async fn a_username_is_unique_regardless_of_case_and_concurrency() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    let user = |name: &str| json!({ "username": name, "password": PASSWORD, "role": "agent" });
    let requests =
        ["berta", "Berta", "BERTA", " berta"].map(|name| admin.post("/api/users", user(name)));
    let mut statuses: Vec<u16> =
        join_all(requests).await.iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let detail = admin.post("/api/users", user("admin")).await.error_detail(409);
    assert_eq!(detail, "This username is taken.");
    system.stop().await;
}

#[tokio::test]
async fn weak_passwords_invalid_names_and_unknown_roles_are_rejected() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    let user = |name: &str, password: &str, role: &str| {
        admin.post("/api/users", json!({ "username": name, "password": password, "role": role }))
    };
    let detail = user("berta", "too short", "agent").await.error_detail(422);
    assert!(detail.contains("10 characters"), "{detail}");
    user("berta", &"x".repeat(513), "agent").await.expect_error(422);
    for name in ["", "   ", "a b", "a/b", "CONN#1", &"x".repeat(65), "a\u{0}b"] {
        user(name, PASSWORD, "agent").await.expect_error(422);
    }
    user("berta", PASSWORD, "owner").await.expect_error(400);
    let long_display_name = json!({
        "username": "berta", "password": PASSWORD, "role": "agent", "display_name": "x".repeat(121),
    });
    admin.post("/api/users", long_display_name).await.expect_error(422);
    assert_eq!(count_rows(&system, TABLE, "USER").await, 1);
    system.stop().await;
}
