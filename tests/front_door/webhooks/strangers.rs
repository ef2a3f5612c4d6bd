//! Bytes that no client of ours would send: to every route, straight into the socket.

use functions::FUNCTIONS;
use reqwest::Method;
use shared::lambda::Trigger;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, Person, in_time};

/// The status that these bytes are answered with; none if the line is just closed.
async fn status(desk: &Desk, bytes: &[u8]) -> Option<u16> {
    in_time("an answer to raw bytes", async {
        let mut line = TcpStream::connect(("127.0.0.1", desk.port())).await.unwrap();
        // The other end may have seen enough before it has read all.
        drop(line.write_all(bytes).await);
        let mut answer = Vec::new();
        drop(line.read_to_end(&mut answer).await);
        let text = String::from_utf8_lossy(&answer).into_owned();
        text.split(' ').nth(1).and_then(|status| status.parse().ok())
    })
    .await
}

fn request(person: &Person<'_>, method: &str, target: &[u8], host: &[u8]) -> Vec<u8> {
    let end = format!(
        "\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
         Connection: close\r\n\r\n{{}}",
        person.token
    );
    [method.as_bytes(), b" ", target, b" HTTP/1.1\r\nHost: ", host, end.as_bytes()].concat()
}

fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    FUNCTIONS.iter().filter_map(|function| match function.trigger {
        Trigger::Http { method, path } => Some((method, path)),
        _ => None,
    })
}

async fn works(desk: &Desk) {
    desk.call(Method::GET, "/api/health").send().await.is(200);
}

#[tokio::test]
async fn garbage_in_a_path_is_the_callers_fault_on_every_route() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let long = vec![b'A'; 8 * 1024];
    let garbage: [&[u8]; 9] = [
        b"<script>",
        b"a>b",
        b"\xff\xfe",
        b"%00%01",
        b"%ff%fe",
        b"a%2fb%2f..%2f..",
        b"{id}",
        b"%",
        &long,
    ];
    for (method, path) in routes().filter(|(_, path)| path.contains('{')) {
        for garbage in garbage {
            let mut parts: Vec<&[u8]> = Vec::new();
            for segment in path.split('/').skip(1) {
                parts.push(b"/");
                parts.push(if segment.starts_with('{') { garbage } else { segment.as_bytes() });
            }
            let answer =
                status(&desk, &request(&anna, method, &parts.concat(), b"localhost")).await;
            let shown = String::from_utf8_lossy(&garbage[..garbage.len().min(40)]).into_owned();
            assert!(
                answer.is_some_and(|s| (400..500).contains(&s)),
                "{method} {path} {shown} {answer:?}"
            );
        }
    }
    works(&desk).await;
    desk.close().await;
}

#[tokio::test]
async fn garbage_in_a_query_breaks_no_route() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let long = [b"?cursor=".as_slice(), &vec![b'%'; 8 * 1024]].concat();
    let garbage: [&[u8]; 6] =
        [b"?<>", b"?limit=\xff", b"?cursor=%ff%00", b"?search=%c3%28", b"?&&=&;=", &long];
    for (method, path) in routes() {
        for garbage in garbage {
            let target = [path.replace(['{', '}'], "x").as_bytes(), garbage].concat();
            let answer = status(&desk, &request(&anna, method, &target, b"localhost")).await;
            assert!(answer.is_none_or(|status| status < 500), "{method} {path} {answer:?}");
        }
    }
    works(&desk).await;
    desk.close().await;
}

#[tokio::test]
async fn a_host_that_is_no_host_reaches_no_function() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let long = vec![b'h'; 9 * 1024];
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
        &long,
    ];
    for (method, path) in routes() {
        let path = path.replace(['{', '}'], "x");
        for host in hosts {
            let answer = status(&desk, &request(&anna, method, path.as_bytes(), host)).await;
            let shown = String::from_utf8_lossy(&host[..host.len().min(40)]).into_owned();
            assert!(
                answer.is_none_or(|s| (400..500).contains(&s)),
                "{method} {path} {shown} {answer:?}"
            );
        }
    }
    let none = String::from("GET /api/senders HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(status(&desk, none.as_bytes()).await.is_none_or(|status| (400..500).contains(&status)));
    anna.get("/api/senders").await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn what_is_no_http_at_all_ends_its_own_line_only() {
    let desk = Desk::open().await;
    let big =
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".as_slice(), &vec![b'x'; 512 * 1024]].concat();
    let odd: [&[u8]; 6] = [
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /api/health HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        &big,
    ];
    for bytes in odd {
        let answer = status(&desk, bytes).await;
        assert!(answer.is_none_or(|status| status < 500), "{answer:?}");
        works(&desk).await;
    }
    desk.close().await;
}
