//! `DELETE /api/session`.

use reqwest::Method;

use crate::support::table::{CONNECTIONS_TABLE, count_rows};
use crate::support::{TestResponse, TestSystem, TestUser};

async fn sign_out(user: &TestUser<'_>) -> TestResponse {
    let request = user.system.call(Method::DELETE, "/api/session");
    request.header("cookie", &user.cookie).send().await
}

#[tokio::test]
async fn signing_out_ends_only_this_session_and_clears_its_cookie() {
    let system = TestSystem::start().await;
    let (anna, other_session) = (system.admin().await, system.admin().await);
    let response = sign_out(&anna).await;
    let cookie = response.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("partyline_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    response.expect_status(204);
    anna.try_refresh().await.expect_error(401);
    assert_eq!(count_rows(&system, CONNECTIONS_TABLE, "SESSION#").await, 1);
    other_session.refresh().await;
    system.stop().await;
}

#[tokio::test]
async fn signing_out_twice_or_without_a_session_succeeds() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    sign_out(&anna).await.expect_status(204);
    sign_out(&anna).await.expect_status(204);
    system.call(Method::DELETE, "/api/session").send().await.expect_status(204);
    system.stop().await;
}
