//! `GET /api/health`, and the document itself.

use reqwest::Method;

use crate::desk::Desk;

#[tokio::test]
async fn anybody_hears_that_it_runs_and_which_version() {
    let desk = Desk::open().await;
    let health = desk.call(Method::GET, "/api/health").send().await.is(200);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    desk.close().await;
}
