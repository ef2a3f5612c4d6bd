//! `GET /api/health`, and `/openapi.json`.

use reqwest::Method;
use serde_json::Value;

use crate::support::{TestSystem, project_root};

#[tokio::test]
async fn the_health_route_returns_status_and_version_without_sign_in() {
    let system = TestSystem::start().await;
    let health = system.call(Method::GET, "/api/health").send().await.expect_status(200);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    system.stop().await;
}

#[tokio::test]
async fn the_api_document_is_served_as_generated() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("frontend/dist");
    std::fs::create_dir_all(&dist).unwrap();
    std::fs::copy(project_root().join("template.yaml"), folder.path().join("template.yaml"))
        .unwrap();
    // Vite copies `public` to the build output.
    let public = project_root().join("frontend/public/openapi.json");
    std::fs::copy(public, dist.join("openapi.json")).unwrap();
    let system = TestSystem::start_with(|options| options.root = folder.path().to_owned()).await;
    let served = system.call(Method::GET, "/openapi.json").send_unchecked().await;
    assert_eq!((served.status, served.header("content-type")), (200, Some("application/json")));
    assert_eq!(served.text, functions::openapi::json().unwrap());
    system.stop().await;
}

#[tokio::test]
async fn the_api_document_lists_exactly_the_api_routes() {
    use shared::lambda::Trigger;

    let document: Value = serde_json::from_str(&functions::openapi::json().unwrap()).unwrap();
    let mut documented: Vec<(String, String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            documented.push((id, method.to_uppercase(), path.clone()));
        }
    }
    let mut routes: Vec<(String, String, String)> = functions::FUNCTIONS
        .iter()
        .filter_map(|function| match function.trigger {
            Trigger::Http { method, path } if path.starts_with("/api/") => {
                Some((function.name.to_owned(), method.to_owned(), path.to_owned()))
            }
            _ => None,
        })
        .collect();
    documented.sort();
    routes.sort();
    assert_eq!(documented, routes);
}
