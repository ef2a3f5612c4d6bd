//! `DELETE /api/session`.

use reqwest::Method;

use crate::desk::table::{CONNECTIONS, count};
use crate::desk::{Answer, Desk, Person};

async fn sign_out(person: &Person<'_>) -> Answer {
    let call = person.desk.call(Method::DELETE, "/api/session");
    call.header("cookie", &person.cookie).send().await
}

#[tokio::test]
async fn the_session_ends_here_and_in_the_browser_and_no_other_does() {
    let desk = Desk::open().await;
    let (anna, other) = (desk.admin().await, desk.admin().await);
    let answer = sign_out(&anna).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("partyline_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    answer.is(204);
    anna.try_refresh().await.refused(401);
    assert_eq!(count(&desk, CONNECTIONS, "SESSION#").await, 1);
    other.refreshed().await;
    desk.close().await;
}

#[tokio::test]
async fn signing_out_twice_or_without_a_session_is_no_error() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    sign_out(&anna).await.is(204);
    sign_out(&anna).await.is(204);
    desk.call(Method::DELETE, "/api/session").send().await.is(204);
    desk.close().await;
}
