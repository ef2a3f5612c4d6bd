//! `Accept-Encoding`: what is long travels packed to whoever takes it so.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::CONTENT_ENCODING;
use serde_json::Value;

use crate::desk::{Desk, Person, customer};

/// What was said of the encoding, and the body as it came.
async fn fetch(desk: &Desk, person: &Person<'_>, path: &str, accepts: &str) -> (String, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(desk.url(path)).bearer_auth(&person.token);
    let answer = request.header("accept-encoding", accepts).send().await.unwrap();
    let said = answer.headers().get(CONTENT_ENCODING).map(|said| said.to_str().unwrap().to_owned());
    (said.unwrap_or_default(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_long_answer_is_packed_for_whoever_takes_it_so_and_says_the_same() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    for nth in 0..20 {
        desk.text(&number, &format!("Das {nth}. Rad für Zoë steht seit Montag bereit 🚲")).await;
    }
    let thread = anna.conversation_with(&number).await;
    let path = format!("/api/conversations/{thread}/messages");
    let whole = anna.thread(&thread, "").await;
    for accepts in ["gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1"] {
        let (said, packed) = fetch(&desk, &anna, &path, accepts).await;
        let mut text = String::new();
        GzDecoder::new(&*packed).read_to_string(&mut text).unwrap();
        assert_eq!(
            (&*said, serde_json::from_str::<Value>(&text).unwrap()),
            ("gzip", whole.clone())
        );
        assert!(packed.len() * 4 < text.len(), "{} of {} bytes", packed.len(), text.len());
    }
    for accepts in ["", "br", "identity", "gzip;q=0", "gzip;Q=0.0", "gzip;q=x", "xgzip"] {
        let (said, plain) = fetch(&desk, &anna, &path, accepts).await;
        assert_eq!((&*said, serde_json::from_slice::<Value>(&plain).unwrap()), ("", whole.clone()));
    }
    desk.close().await;
}

#[tokio::test]
async fn what_fits_into_one_packet_travels_as_it_is() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for path in ["/api/senders", "/api/conversations?filter=open", "/api/conversations/none"] {
        let (said, plain) = fetch(&desk, &anna, path, "gzip").await;
        assert_eq!(said, "", "{path}");
        assert!(serde_json::from_slice::<Value>(&plain).unwrap().is_object(), "{path}");
    }
    desk.close().await;
}
