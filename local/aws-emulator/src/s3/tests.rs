//! The buckets through the functions' own client and as a browser.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use shared::bucket::{MediaBucket, MediaBucketOptions, ObjectInfo};
use shared::clock::OffsetClock;
use shared::fault::FaultPoints;
use shared::secret::Secret;
use tokio::net::TcpListener;

use super::response::range;
use super::*;
use crate::permissions::LOCAL_ADMIN;
use crate::server::Server;
use crate::template::REGION;

const LIFE: Duration = Duration::from_mins(5);

struct BucketFixture {
    server: Server,
    clock: OffsetClock,
    s3: S3,
}

impl BucketFixture {
    async fn start() -> Self {
        let template = Template::parse(include_str!("../../../../template.yaml")).unwrap();
        let permissions = Arc::new(Permissions::from_template(&template, &[]));
        let clock = OffsetClock::new();
        let s3 = S3::open(&template, None, permissions, Arc::new(clock.clone())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { server: Server::start(listener, s3.router()).unwrap(), clock, s3 }
    }

    fn files(&self, caller: &str, secret: &str) -> MediaBucket {
        let options = MediaBucketOptions {
            bucket: "partyline-mediabucket".to_owned(),
            endpoint: Some(format!("http://{}", self.server.address())),
            region: REGION.to_owned(),
            access_key: caller.to_owned(),
            secret_key: Secret::new(secret),
            session_token: None,
            clock: Arc::new(self.clock.clone()),
            faults: FaultPoints::default(),
        };
        MediaBucket::new(options).unwrap()
    }

    /// Sends a presigned request to the bucket, without the gateway.
    async fn fetch_direct(&self, method: Method, address: &str, body: &str) -> reqwest::Response {
        let url = format!("http://{}/partyline-mediabucket{address}", self.server.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let call = client.request(method, url).header("content-type", "image/png");
        call.body(body.to_owned()).send().await.unwrap()
    }
}

#[tokio::test]
async fn an_object_can_be_put_inspected_read_copied_and_deleted() {
    let fixture = BucketFixture::start().await;
    let files = fixture.files(LOCAL_ADMIN, "local");
    assert_eq!(files.head("media/a/b/0").await.unwrap(), None);
    files.put("media/a/b/0", "image/png", 10, single_chunk(b"0123456789")).await.unwrap();
    let held = ObjectInfo { size: 10, content_type: "image/png".to_owned() };
    assert_eq!(files.head("media/a/b/0").await.unwrap(), Some(held));
    assert_eq!(files.read_prefix("media/a/b/0", 4).await.unwrap(), b"0123");
    assert_eq!(files.read_prefix("media/a/b/0", 400).await.unwrap(), b"0123456789");
    files.copy("media/a/b/0", "media/a/c/0", "image/gif").await.unwrap();
    let held = ObjectInfo { size: 10, content_type: "image/gif".to_owned() };
    assert_eq!(files.head("media/a/c/0").await.unwrap(), Some(held));
    files.delete("media/a/b/0").await.unwrap();
    files.delete("media/a/b/0").await.unwrap();
    assert_eq!(fixture.s3.keys(), ["media/a/c/0"]);
    fixture.server.stop(&fixture.clock).await;
}

#[tokio::test]
async fn a_presigned_url_reads_only_its_object_until_it_expires() {
    let fixture = BucketFixture::start().await;
    let files = fixture.files(LOCAL_ADMIN, "local");
    files.put("media/a/b/0", "image/png", 10, single_chunk(b"0123456789")).await.unwrap();
    let disposition = "attachment; filename=\"Gr_n.pdf\"; filename*=UTF-8''Gr%C3%BCn.pdf";
    let address = files.presign_get_path("media/a/b/0", "application/pdf", disposition, LIFE);
    let response = fixture.fetch_direct(Method::GET, &address, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/pdf");
    assert_eq!(response.headers()["content-disposition"], disposition);
    assert_eq!(response.text().await.unwrap(), "0123456789");
    let other_address = address.replacen("/b/0", "/c/0", 1);
    assert_eq!(
        fixture.fetch_direct(Method::GET, &other_address, "").await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        fixture.fetch_direct(Method::DELETE, &address, "").await.status(),
        StatusCode::FORBIDDEN
    );
    let unsigned_address = address.split('?').next().unwrap();
    assert_eq!(
        fixture.fetch_direct(Method::GET, unsigned_address, "").await.status(),
        StatusCode::FORBIDDEN
    );
    fixture.clock.advance(LIFE + Duration::from_secs(2));
    let response = fixture.fetch_direct(Method::GET, &address, "").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.text().await.unwrap().contains("Request has expired"));
    fixture.server.stop(&fixture.clock).await;
}

#[tokio::test]
async fn an_upload_must_match_the_signed_length_and_type_and_expires_after_a_day() {
    let fixture = BucketFixture::start().await;
    let files = fixture.files(LOCAL_ADMIN, "local");
    let address = files.presign_put_path("uploads/01", "image/png", 5, LIFE);
    for body in ["12345678", "1234", ""] {
        let response = fixture.fetch_direct(Method::PUT, &address, body).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{body}");
        assert!(response.text().await.unwrap().contains("SignatureDoesNotMatch"));
    }
    let address_of_text = files.presign_put_path("uploads/02", "text/plain", 5, LIFE);
    let response = fixture.fetch_direct(Method::PUT, &address_of_text, "12345").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(fixture.fetch_direct(Method::PUT, &address, "12345").await.status(), StatusCode::OK);
    assert!(files.head("uploads/01").await.unwrap().is_some());
    fixture.clock.advance(Duration::from_hours(25));
    assert_eq!(files.head("uploads/01").await.unwrap(), None);
    assert!(fixture.s3.keys().is_empty());
    fixture.server.stop(&fixture.clock).await;
}

#[tokio::test]
async fn a_caller_without_a_grant_or_with_a_wrong_secret_is_denied() {
    let fixture = BucketFixture::start().await;
    let admin = fixture.files(LOCAL_ADMIN, "local");
    admin.put("media/a/b/0", "image/png", 1, single_chunk(b"0")).await.unwrap();
    for (caller, secret) in [("get-health", "local"), (LOCAL_ADMIN, "guessed")] {
        let files = fixture.files(caller, secret);
        assert!(files.put("media/a/b/1", "image/png", 1, single_chunk(b"1")).await.is_err());
        assert!(files.read_prefix("media/a/b/0", 1).await.is_err());
        assert!(files.copy("media/a/b/0", "media/a/b/1", "image/png").await.is_err());
        assert!(files.delete("media/a/b/0").await.is_err());
        assert_eq!(files.head("media/a/b/0").await.unwrap(), None);
    }
    assert_eq!(fixture.s3.keys(), ["media/a/b/0"]);
    fixture.server.stop(&fixture.clock).await;
}

#[test]
fn a_range_must_lie_within_the_object() {
    for (header, expected) in [
        ("bytes=0-3", Some((0, 3))),
        ("bytes=4-", Some((4, 9))),
        ("bytes=-3", Some((7, 9))),
        ("bytes=0-99", Some((0, 9))),
        ("bytes=10-", None),
        ("bytes=5-4", None),
        ("lines=0-3", None),
    ] {
        assert_eq!(range(header, 10), expected, "{header}");
    }
    assert_eq!(range("bytes=0-0", 0), None);
}

/// Returns bytes as a stream of one chunk.
fn single_chunk(bytes: &[u8]) -> BoxStream<'static, std::io::Result<Vec<u8>>> {
    stream::iter([Ok(bytes.to_vec())]).boxed()
}
