//! `Accept-Encoding`: long responses are compressed if the client accepts gzip.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::CONTENT_ENCODING;
use serde_json::Value;

use crate::support::{TestSystem, TestUser, customer_number};

/// Returns the `Content-Encoding` and the raw body.
async fn fetch(
    system: &TestSystem,
    user: &TestUser<'_>,
    path: &str,
    accept_encoding: &str,
) -> (String, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(system.url(path)).bearer_auth(&user.token);
    let response = request.header("accept-encoding", accept_encoding).send().await.unwrap();
    let encoding = response
        .headers()
        .get(CONTENT_ENCODING)
        .map(|encoding| encoding.to_str().unwrap().to_owned());
    (encoding.unwrap_or_default(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_long_response_is_gzipped_when_the_client_accepts_gzip() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    for index in 0..20 {
        system
            .receive_text(&number, &format!("Das {index}. Rad für Zoë steht seit Montag bereit 🚲"))
            .await;
    }
    let thread = anna.conversation_id_with(&number).await;
    let path = format!("/api/conversations/{thread}/messages");
    let full = anna.list_messages(&thread, "").await;
    for accept_encoding in ["gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1"] {
        let (content_encoding, compressed) = fetch(&system, &anna, &path, accept_encoding).await;
        let mut text = String::new();
        GzDecoder::new(&*compressed).read_to_string(&mut text).unwrap();
        assert_eq!(
            (&*content_encoding, serde_json::from_str::<Value>(&text).unwrap()),
            ("gzip", full.clone())
        );
        assert!(compressed.len() * 4 < text.len(), "{} of {} bytes", compressed.len(), text.len());
    }
    for accept_encoding in ["", "br", "identity", "gzip;q=0", "gzip;Q=0.0", "gzip;q=x", "xgzip"] {
        let (content_encoding, plain) = fetch(&system, &anna, &path, accept_encoding).await;
        assert_eq!(
            (&*content_encoding, serde_json::from_slice::<Value>(&plain).unwrap()),
            ("", full.clone())
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn a_short_response_is_not_compressed() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for path in ["/api/senders", "/api/conversations?filter=open", "/api/conversations/none"] {
        let (content_encoding, plain) = fetch(&system, &anna, path, "gzip").await;
        assert_eq!(content_encoding, "", "{path}");
        assert!(serde_json::from_slice::<Value>(&plain).unwrap().is_object(), "{path}");
    }
    system.stop().await;
}
