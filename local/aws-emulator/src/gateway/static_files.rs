//! The page: static files with the same headers as on CloudFront.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use tower::ServiceExt as _;
use tower_http::compression::Compression;
use tower_http::compression::predicate::{
    And, DefaultPredicate, NotForContentType, Predicate as _,
};
use tower_http::services::ServeDir;

/// Only our own scripts, styles and frames.
///
/// The Phones page shows the desk in a frame, hence `'self'`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self' ws:; manifest-src 'self'; \
    frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Partyline</title><h1>The page has not been built</h1>\
    <p>Partyline is running, but <code>frontend/dist</code> is empty. \
    Start with <code>make run</code>, or run <code>npm run build</code>, then reload.</p></html>";

/// What CloudFront compresses: texts, but neither images nor fonts, which are compressed already.
type Compressed = And<DefaultPredicate, NotForContentType>;

/// The static files of the page.
#[derive(Clone)]
pub struct StaticFiles {
    built: PathBuf,
    service: Compression<ServeDir<ServeDir>, Compressed>,
}

impl StaticFiles {
    /// Serves `dist` of `folder`, which may be built later, and then `public`, which the build only copies.
    pub fn new(folder: &Path) -> Self {
        let built = folder.join("dist");
        let serve = |folder| ServeDir::new(folder).append_index_html_on_directories(false);
        let fonts = NotForContentType::const_new("font/");
        let service = serve(built.clone()).fallback(serve(folder.join("public")));
        let service = Compression::new(service).compress_when(DefaultPredicate::new().and(fonts));
        Self { built, service }
    }

    /// Returns the file for `request`, or `None` if it does not exist.
    pub async fn serve(&self, request: Request) -> Option<Response> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return None;
        }
        let path = file_path(request.uri().path());
        let is_start = path == "/index.html" || path == "/phones.html";
        if is_start && !self.built.join("index.html").is_file() {
            return Some(with_headers(not_built(), &path));
        }
        let mut file_request =
            Request::builder().method(request.method()).uri(path.parse::<Uri>().ok()?);
        if let Some(headers) = file_request.headers_mut() {
            *headers = request.headers().clone();
        }
        let response =
            self.service.clone().oneshot(file_request.body(Body::empty()).ok()?).await.ok()?;
        if response.status() == StatusCode::NOT_FOUND {
            return None;
        }
        Some(with_headers(response.map(Body::new), &path))
    }
}

/// Returns the path of a file: `/` is the desk, and a page is served without `.html`.
fn file_path(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    match path {
        "/" => "/index.html".to_owned(),
        _ if last.contains('.') => path.to_owned(),
        _ => format!("{}.html", path.trim_end_matches('/')),
    }
}

fn not_built() -> Response {
    let mut response = Response::new(Body::from(NOT_BUILT));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn with_headers(mut response: Response, path: &str) -> Response {
    let headers = response.headers_mut();
    let cache = if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set(headers, header::CACHE_CONTROL, cache);
    set(headers, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(files: &StaticFiles, path: &str) -> Option<Response> {
        files.serve(Request::get(path).body(Body::empty()).unwrap()).await
    }

    fn folder() -> (tempfile::TempDir, StaticFiles) {
        let folder = tempfile::tempdir().unwrap();
        let files = StaticFiles::new(folder.path());
        std::fs::create_dir_all(folder.path().join("dist/assets")).unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        std::fs::write(folder.path().join("public/openapi.json"), "{}").unwrap();
        for name in ["index.html", "phones.html", "assets/a.js", "assets/a.woff2"] {
            std::fs::write(folder.path().join("dist").join(name), name).unwrap();
        }
        (folder, files)
    }

    #[tokio::test]
    async fn pages_are_served_under_their_names_with_a_policy_and_no_cache() {
        let (_folder, files) = folder();
        for path in ["/", "/phones", "/index.html"] {
            let page = get(&files, path).await.unwrap();
            assert_eq!(page.headers()["content-type"], "text/html", "{path}");
            assert_eq!(page.headers()["cache-control"], "no-cache");
            let policy = page.headers()["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'")
            );
            assert!(!policy.contains("unsafe"));
        }
    }

    #[tokio::test]
    async fn assets_are_cached_forever_with_their_content_types() {
        let (_folder, files) = folder();
        let script = get(&files, "/assets/a.js").await.unwrap();
        assert_eq!(script.headers()["content-type"], "text/javascript");
        assert!(script.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        let font = get(&files, "/assets/a.woff2").await.unwrap();
        assert_eq!(font.headers()["content-type"], "font/woff2");
    }

    #[tokio::test]
    async fn folders_and_files_outside_the_root_are_not_served() {
        let (folder, files) = folder();
        std::fs::write(folder.path().join("x.txt"), "secret").unwrap();
        for path in ["/../x.txt", "/assets", "/nothing", "/%2e%2e/x.txt", "/nothing.js"] {
            assert!(get(&files, path).await.is_none(), "{path}");
        }
    }

    #[tokio::test]
    async fn public_files_are_served_before_the_build() {
        let (_folder, files) = folder();
        let document = get(&files, "/openapi.json").await.unwrap();
        assert_eq!(document.headers()["content-type"], "application/json");
    }

    #[tokio::test]
    async fn a_missing_build_is_reported_as_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let page = get(&StaticFiles::new(folder.path()), "/").await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    }

    #[tokio::test]
    async fn text_files_are_compressed_on_request_and_fonts_are_not() {
        let (folder, files) = folder();
        for name in ["a.js", "a.woff2"] {
            std::fs::write(folder.path().join("dist/assets").join(name), [b'x'; 4096]).unwrap();
        }
        for (path, accepted, encoding) in [
            ("/assets/a.js", "gzip, br", Some("gzip")),
            ("/assets/a.js", "identity", None),
            ("/assets/a.woff2", "gzip, br", None),
        ] {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, accepted);
            let file = files.serve(request.body(Body::empty()).unwrap()).await.unwrap();
            let content_encoding = file.headers().get(header::CONTENT_ENCODING);
            assert_eq!(
                content_encoding.map(|value| value.to_str().unwrap()),
                encoding,
                "{path} {accepted}"
            );
        }
    }
}
