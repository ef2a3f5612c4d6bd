//! Cross-origin requests: no response allows pages of other origins to read it.

use functions::FUNCTIONS;
use reqwest::Method;
use shared::lambda::Trigger;

use crate::support::TestSystem;

#[tokio::test]
async fn no_route_allows_cross_origin_reads() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let origin_url = system.url("");
    let port = system.port();
    let other_origins = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        origin_url.to_uppercase(),
        format!("{origin_url}.evil.example"),
        format!("http://evil.localhost:{port}"),
        "http://localhost:1".to_owned(),
    ];
    for function in FUNCTIONS {
        let Trigger::Http { method, path } = function.trigger else { continue };
        let path = path.replace(['{', '}'], "");
        for origin in &other_origins {
            for verb in [Method::OPTIONS, method.parse().unwrap()] {
                let request = anna.call(verb.clone(), &path).header("origin", origin);
                let request = request.header("access-control-request-method", method);
                let response = request.raw_json("{}").send_unchecked().await;
                let allowed_origin = response.header("access-control-allow-origin");
                assert_eq!(allowed_origin, None, "{verb} {path} {origin}");
                assert!(
                    verb != Method::OPTIONS || response.status >= 400,
                    "{path} {}",
                    response.status
                );
            }
        }
    }
    system.stop().await;
}
