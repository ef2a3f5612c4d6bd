//! Invalid HTTP, sent over TCP to every route.

use functions::FUNCTIONS;
use reqwest::Method;
use shared::lambda::Trigger;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{TestSystem, TestUser, with_timeout};

/// Sends bytes and returns the HTTP status, or `None` if the connection is closed without a response.
async fn send_raw(system: &TestSystem, bytes: &[u8]) -> Option<u16> {
    with_timeout("an answer to raw bytes", async {
        let mut stream = TcpStream::connect(("127.0.0.1", system.port())).await.unwrap();
        // The server may close the connection before it has read everything.
        drop(stream.write_all(bytes).await);
        let mut response = Vec::new();
        drop(stream.read_to_end(&mut response).await);
        let text = String::from_utf8_lossy(&response).into_owned();
        text.split(' ').nth(1).and_then(|status| status.parse().ok())
    })
    .await
}

fn raw_request(user: &TestUser<'_>, method: &str, target: &[u8], host: &[u8]) -> Vec<u8> {
    let headers = format!(
        "\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
         Connection: close\r\n\r\n{{}}",
        user.token
    );
    [method.as_bytes(), b" ", target, b" HTTP/1.1\r\nHost: ", host, headers.as_bytes()].concat()
}

fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    FUNCTIONS.iter().filter_map(|function| match function.trigger {
        Trigger::Http { method, path } => Some((method, path)),
        _ => None,
    })
}

async fn expect_healthy(system: &TestSystem) {
    system.call(Method::GET, "/api/health").send().await.expect_status(200);
}

#[tokio::test]
async fn an_invalid_path_is_a_client_error_on_every_route() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let long_path = vec![b'A'; 8 * 1024];
    let invalid_segments: [&[u8]; 9] = [
        b"<script>",
        b"a>b",
        b"\xff\xfe",
        b"%00%01",
        b"%ff%fe",
        b"a%2fb%2f..%2f..",
        b"{id}",
        b"%",
        &long_path,
    ];
    for (method, path) in routes().filter(|(_, path)| path.contains('{')) {
        for invalid_segment in invalid_segments {
            let mut parts: Vec<&[u8]> = Vec::new();
            for segment in path.split('/').skip(1) {
                parts.push(b"/");
                parts.push(if segment.starts_with('{') {
                    invalid_segment
                } else {
                    segment.as_bytes()
                });
            }
            let response =
                send_raw(&system, &raw_request(&anna, method, &parts.concat(), b"localhost")).await;
            let printable =
                String::from_utf8_lossy(&invalid_segment[..invalid_segment.len().min(40)])
                    .into_owned();
            assert!(
                response.is_some_and(|s| (400..500).contains(&s)),
                "{method} {path} {printable} {response:?}"
            );
        }
    }
    expect_healthy(&system).await;
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_query_is_no_server_error_on_any_route() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let long_query = [b"?cursor=".as_slice(), &vec![b'%'; 8 * 1024]].concat();
    let invalid_queries: [&[u8]; 6] =
        [b"?<>", b"?limit=\xff", b"?cursor=%ff%00", b"?search=%c3%28", b"?&&=&;=", &long_query];
    for (method, path) in routes() {
        for invalid_query in invalid_queries {
            let target = [path.replace(['{', '}'], "x").as_bytes(), invalid_query].concat();
            let response =
                send_raw(&system, &raw_request(&anna, method, &target, b"localhost")).await;
            assert!(response.is_none_or(|status| status < 500), "{method} {path} {response:?}");
        }
    }
    expect_healthy(&system).await;
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_host_is_a_client_error_on_every_route() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let long_host = vec![b'h'; 9 * 1024];
    let hosts: [&[u8]; 10] = [
        b"<>",
        b"a b",
        b"\xff",
        b"localhost:99999999",
        b"[::1",
        b"%",
        b"example.com",
        b"user@localhost",
        b"localhost/x?y#z",
        &long_host,
    ];
    for (method, path) in routes() {
        let path = path.replace(['{', '}'], "x");
        for host in hosts {
            let response =
                send_raw(&system, &raw_request(&anna, method, path.as_bytes(), host)).await;
            let printable = String::from_utf8_lossy(&host[..host.len().min(40)]).into_owned();
            assert!(
                response.is_none_or(|s| (400..500).contains(&s)),
                "{method} {path} {printable} {response:?}"
            );
        }
    }
    let without_host = String::from("GET /api/senders HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(
        send_raw(&system, without_host.as_bytes())
            .await
            .is_none_or(|status| (400..500).contains(&status))
    );
    anna.get("/api/senders").await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn invalid_http_closes_only_its_own_connection() {
    let system = TestSystem::start().await;
    let large_header =
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".as_slice(), &vec![b'x'; 512 * 1024]].concat();
    let invalid_requests: [&[u8]; 6] = [
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /api/health HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        &large_header,
    ];
    for bytes in invalid_requests {
        let response = send_raw(&system, bytes).await;
        assert!(response.is_none_or(|status| status < 500), "{response:?}");
        expect_healthy(&system).await;
    }
    system.stop().await;
}
