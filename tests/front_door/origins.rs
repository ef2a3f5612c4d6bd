//! Other sites' pages: none is told that it may read an answer.

use functions::FUNCTIONS;
use reqwest::Method;
use shared::lambda::Trigger;

use crate::desk::Desk;

#[tokio::test]
async fn no_route_lets_a_foreign_page_read_its_answer() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let own = desk.url("");
    let port = desk.port();
    let foreign = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        own.to_uppercase(),
        format!("{own}.evil.example"),
        format!("http://evil.localhost:{port}"),
        "http://localhost:1".to_owned(),
    ];
    for function in FUNCTIONS {
        let Trigger::Http { method, path } = function.trigger else { continue };
        let path = path.replace(['{', '}'], "");
        for origin in &foreign {
            for verb in [Method::OPTIONS, method.parse().unwrap()] {
                let call = anna.call(verb.clone(), &path).header("origin", origin);
                let call = call.header("access-control-request-method", method);
                let answer = call.raw("{}").send_unchecked().await;
                let told = answer.header("access-control-allow-origin");
                assert_eq!(told, None, "{verb} {path} {origin}");
                assert!(
                    verb != Method::OPTIONS || answer.status >= 400,
                    "{path} {}",
                    answer.status
                );
            }
        }
    }
    desk.close().await;
}
