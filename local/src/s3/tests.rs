//! The buckets, as the functions' own client and a browser meet them.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use shared::clock::ShiftClock;
use shared::fault::Faults;
use shared::files::{Files, FilesOptions, Held};
use shared::secret::Secret;
use tokio::net::TcpListener;

use super::*;
use crate::gateway::Server;
use crate::permissions::LOCAL_ADMIN;
use crate::template::REGION;

const LIFE: Duration = Duration::from_mins(5);

struct Bench {
    server: Server,
    clock: ShiftClock,
    s3: S3,
}

impl Bench {
    async fn open() -> Self {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let permissions = Arc::new(Permissions::of(&template, &[]));
        let clock = ShiftClock::new();
        let s3 = S3::open(&template, None, permissions, Arc::new(clock.clone())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { server: Server::start(listener, s3.router()).unwrap(), clock, s3 }
    }

    fn files(&self, caller: &str, secret: &str) -> Files {
        let options = FilesOptions {
            bucket: "partyline-media".to_owned(),
            endpoint: Some(format!("http://{}", self.server.address())),
            region: REGION.to_owned(),
            access_key: caller.to_owned(),
            secret_key: Secret::new(secret),
            session_token: None,
            clock: Arc::new(self.clock.clone()),
            faults: Faults::default(),
        };
        Files::new(options).unwrap()
    }

    /// As a browser asks for it, past the gateway.
    async fn ask(&self, method: Method, address: &str, body: &str) -> reqwest::Response {
        let url = format!("http://{}/partyline-media{address}", self.server.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let call = client.request(method, url).header("content-type", "image/png");
        call.body(body.to_owned()).send().await.unwrap()
    }
}

#[tokio::test]
async fn what_is_put_can_be_headed_read_copied_and_deleted() {
    let bench = Bench::open().await;
    let files = bench.files(LOCAL_ADMIN, "local");
    assert_eq!(files.head("media/a/b/0").await.unwrap(), None);
    files.put("media/a/b/0", "image/png", 10, whole(b"0123456789")).await.unwrap();
    let held = Held { size: 10, content_type: "image/png".to_owned() };
    assert_eq!(files.head("media/a/b/0").await.unwrap(), Some(held));
    assert_eq!(files.beginning("media/a/b/0", 4).await.unwrap(), b"0123");
    assert_eq!(files.beginning("media/a/b/0", 400).await.unwrap(), b"0123456789");
    files.copy("media/a/b/0", "media/a/c/0", "image/gif").await.unwrap();
    let held = Held { size: 10, content_type: "image/gif".to_owned() };
    assert_eq!(files.head("media/a/c/0").await.unwrap(), Some(held));
    files.delete("media/a/b/0").await.unwrap();
    files.delete("media/a/b/0").await.unwrap();
    assert_eq!(bench.s3.keys(), ["media/a/c/0"]);
    bench.server.stop(&bench.clock).await;
}

#[tokio::test]
async fn an_address_reads_what_it_names_as_it_says_until_its_time_is_over() {
    let bench = Bench::open().await;
    let files = bench.files(LOCAL_ADMIN, "local");
    files.put("media/a/b/0", "image/png", 10, whole(b"0123456789")).await.unwrap();
    let disposition = "attachment; filename=\"Gr_n.pdf\"; filename*=UTF-8''Gr%C3%BCn.pdf";
    let address = files.reading("media/a/b/0", "application/pdf", disposition, LIFE);
    let answer = bench.ask(Method::GET, &address, "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.headers()["content-disposition"], disposition);
    assert_eq!(answer.text().await.unwrap(), "0123456789");
    let other = address.replacen("/b/0", "/c/0", 1);
    assert_eq!(bench.ask(Method::GET, &other, "").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(bench.ask(Method::DELETE, &address, "").await.status(), StatusCode::FORBIDDEN);
    let naked = address.split('?').next().unwrap();
    assert_eq!(bench.ask(Method::GET, naked, "").await.status(), StatusCode::FORBIDDEN);
    bench.clock.advance(LIFE + Duration::from_secs(2));
    let late = bench.ask(Method::GET, &address, "").await;
    assert_eq!(late.status(), StatusCode::FORBIDDEN);
    assert!(late.text().await.unwrap().contains("Request has expired"));
    bench.server.stop(&bench.clock).await;
}

#[tokio::test]
async fn an_upload_has_the_length_and_the_type_that_were_agreed_and_is_kept_for_a_day() {
    let bench = Bench::open().await;
    let files = bench.files(LOCAL_ADMIN, "local");
    let address = files.writing("uploads/01", "image/png", 5, LIFE);
    for wrong in ["12345678", "1234", ""] {
        let refused = bench.ask(Method::PUT, &address, wrong).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{wrong}");
        assert!(refused.text().await.unwrap().contains("SignatureDoesNotMatch"));
    }
    let address_of_text = files.writing("uploads/02", "text/plain", 5, LIFE);
    let refused = bench.ask(Method::PUT, &address_of_text, "12345").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(bench.ask(Method::PUT, &address, "12345").await.status(), StatusCode::OK);
    assert!(files.head("uploads/01").await.unwrap().is_some());
    bench.clock.advance(Duration::from_hours(25));
    assert_eq!(files.head("uploads/01").await.unwrap(), None);
    assert!(bench.s3.keys().is_empty());
    bench.server.stop(&bench.clock).await;
}

#[tokio::test]
async fn who_has_no_grant_or_the_wrong_secret_gets_nothing() {
    let bench = Bench::open().await;
    let admin = bench.files(LOCAL_ADMIN, "local");
    admin.put("media/a/b/0", "image/png", 1, whole(b"0")).await.unwrap();
    for (caller, secret) in [("get-health", "local"), (LOCAL_ADMIN, "guessed")] {
        let files = bench.files(caller, secret);
        assert!(files.put("media/a/b/1", "image/png", 1, whole(b"1")).await.is_err());
        assert!(files.beginning("media/a/b/0", 1).await.is_err());
        assert!(files.copy("media/a/b/0", "media/a/b/1", "image/png").await.is_err());
        assert!(files.delete("media/a/b/0").await.is_err());
        assert_eq!(files.head("media/a/b/0").await.unwrap(), None);
    }
    assert_eq!(bench.s3.keys(), ["media/a/b/0"]);
    bench.server.stop(&bench.clock).await;
}

#[test]
fn a_range_lies_within_what_there_is() {
    for (asked, found) in [
        ("bytes=0-3", Some((0, 3))),
        ("bytes=4-", Some((4, 9))),
        ("bytes=-3", Some((7, 9))),
        ("bytes=0-99", Some((0, 9))),
        ("bytes=10-", None),
        ("bytes=5-4", None),
        ("lines=0-3", None),
    ] {
        assert_eq!(range(asked, 10), found, "{asked}");
    }
    assert_eq!(range("bytes=0-0", 0), None);
}

/// Bytes that come in one piece.
fn whole(bytes: &[u8]) -> BoxStream<'static, std::io::Result<Vec<u8>>> {
    stream::iter([Ok(bytes.to_vec())]).boxed()
}
