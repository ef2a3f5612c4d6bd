//! A test server in place of Twilio, for media: it serves files and accepts messages with media.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::webhook::{Form, inbound_text_form, new_sid, with_param};
use crate::support::{TestSystem, Webhook, next_id};

/// A prepared response to a GET request.
#[derive(Clone)]
pub enum HostResponse {
    /// These bytes with this content type.
    Bytes(&'static str, Vec<u8>),
    /// A redirect to this path or URL.
    Redirect(String),
    /// An empty response with this status.
    Status(u16),
    /// A response with this `Content-Length` whose connection ends early.
    Cut(u64),
    /// An endless body.
    Endless,
}

/// A received request.
#[derive(Debug, Clone)]
pub struct HostRequest {
    /// The method and path, for example `GET /path`.
    pub request_line: String,
    /// Whether it had credentials.
    pub with_credentials: bool,
    /// The parameters of its form.
    pub form: Form,
}

#[derive(Default)]
struct HostLog {
    responses: HashMap<String, HostResponse>,
    requests: Vec<HostRequest>,
    rejections_left: u32,
}

/// The test server.
pub struct MediaHost {
    /// The URL, without a trailing slash.
    pub base_url: String,
    log: Arc<Mutex<HostLog>>,
    is_open: watch::Sender<bool>,
}

impl MediaHost {
    /// Starts the server.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/api", listener.local_addr().unwrap());
        let (log, is_open) = (Arc::new(Mutex::new(HostLog::default())), watch::Sender::new(true));
        let (server_log, is_open_receiver) = (Arc::clone(&log), is_open.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, mut is_open_receiver) =
                    (Arc::clone(&server_log), is_open_receiver.subscribe());
                tokio::spawn(async move {
                    // Clients report interrupted connections, which tests cause on purpose.
                    drop(serve(stream, &log, &mut is_open_receiver).await);
                });
            }
        });
        Self { base_url, log, is_open }
    }

    /// Starts a system that uses this server as Twilio.
    pub async fn start_system(&self) -> TestSystem {
        let url_pattern = self.base_url.replace("/api", "/{product}");
        TestSystem::start_with(|options| {
            let settings = &mut options.settings;
            // Without the simulator, the system does not start with the published secrets.
            settings.auth_token = format!("{:032x}", next_id());
            settings.password = "correct horse battery".to_owned();
            settings.install_key = format!("{:064x}", next_id());
            settings.twilio_api_url = Some(url_pattern);
        })
        .await
    }

    /// Holds all GET requests until [`Self::resume`].
    pub fn pause(&self) {
        self.is_open.send_replace(false);
    }

    /// Responds to the held requests.
    pub fn resume(&self) {
        self.is_open.send_replace(true);
    }

    /// Sets the response for `path`.
    pub fn set_response(&self, path: &str, response: HostResponse) {
        self.log.lock().unwrap().responses.insert(path.to_owned(), response);
    }

    /// Rejects the next messages.
    pub fn reject_next(&self, times: u32) {
        self.log.lock().unwrap().rejections_left = times;
    }

    /// Adds a file of our account with its response. Returns its URL.
    pub fn add_file(&self, system: &TestSystem, response: HostResponse) -> String {
        let account = &system.inner().settings().account_sid;
        let path = format!(
            "/2010-04-01/Accounts/{account}/Messages/MM{0:032x}/Media/ME{0:032x}",
            next_id()
        );
        self.set_response(&path, response);
        format!("{}{path}", self.base_url)
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<HostRequest> {
        self.log.lock().unwrap().requests.clone()
    }

    /// Returns the forms of the create requests.
    pub fn created_forms(&self) -> Vec<Form> {
        let requests = self.requests().into_iter();
        requests
            .filter(|request| request.request_line.ends_with("/Messages.json"))
            .map(|request| request.form)
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<HostLog>,
    is_open: &mut watch::Receiver<bool>,
) -> std::io::Result<()> {
    let (head, body) = read_request(&mut stream).await?;
    let line = head.lines().next().unwrap_or_default();
    let line = line.trim_end_matches(" HTTP/1.1").replace(" /api/", " /");
    let request = HostRequest {
        with_credentials: head.to_lowercase().contains("\r\nauthorization: basic "),
        form: parse_form(&body),
        request_line: line.clone(),
    };
    log.lock().unwrap().requests.push(request);
    let path = line.trim_start_matches("GET ").trim_start_matches("POST ").to_owned();
    let path = path.split("?bodySHA256=").next().unwrap_or_default();
    let response = log.lock().unwrap().responses.get(path).cloned();
    if line.starts_with("POST ") && response.is_none() {
        return stream.write_all(create_response(log).as_bytes()).await;
    }
    is_open.wait_for(|is_open| *is_open).await.map_err(std::io::Error::other)?;
    let response = response.or_else(|| log.lock().unwrap().responses.get(path).cloned());
    match response.unwrap_or(HostResponse::Status(404)) {
        HostResponse::Bytes(content_type, bytes) => {
            let head =
                format!("content-type: {content_type}\r\ncontent-length: {}\r\n", bytes.len());
            stream.write_all(response_head(200, &head).as_bytes()).await?;
            stream.write_all(&bytes).await
        }
        HostResponse::Redirect(location) => {
            let head = format!("location: {location}\r\ncontent-length: 0\r\n");
            stream.write_all(response_head(307, &head).as_bytes()).await
        }
        HostResponse::Status(status) => {
            stream.write_all(response_head(status, "content-length: 0\r\n").as_bytes()).await
        }
        HostResponse::Cut(length) => {
            let head = format!("content-type: image/png\r\ncontent-length: {length}\r\n");
            stream.write_all(response_head(200, &head).as_bytes()).await?;
            stream.write_all(b"\x89PNG\r\n\x1a\n").await
        }
        HostResponse::Endless => {
            let head = response_head(200, "content-type: image/png\r\n");
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[0x89; 65_536]).await?;
            }
        }
    }
}

fn response_head(status: u16, head: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{head}connection: close\r\n\r\n")
}

fn create_response(log: &Mutex<HostLog>) -> String {
    let mut log = log.lock().unwrap();
    let (status, body) = if log.rejections_left > 0 {
        log.rejections_left -= 1;
        (400, r#"{"code":30008,"message":"Unknown error","status":400}"#.to_owned())
    } else {
        (201, format!(r#"{{"sid":"{}","status":"queued","num_segments":"1"}}"#, new_sid("MM")))
    };
    format!("{}{body}", response_head(status, &format!("content-length: {}\r\n", body.len())))
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await?;
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        let body = &bytes[head.len() + 4..];
        if body.len() >= length.unwrap_or(0) || count == 0 {
            return Ok((head.to_owned(), body.to_vec()));
        }
    }
}

fn parse_form(body: &[u8]) -> Form {
    let mut url = Url::parse("http://x/").unwrap();
    url.set_query(Some(&String::from_utf8_lossy(body)));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Posts the webhook of a customer's message with media (URL, content type).
pub async fn receive_mms(system: &TestSystem, from: &str, body: &str, media: &[(String, &str)]) {
    let mut form = inbound_text_form(system, &new_sid("MM"), from, body);
    form = with_param(form, "NumMedia", &media.len().to_string());
    for (index, (url, content_type)) in media.iter().enumerate() {
        form = with_param(form, &format!("MediaUrl{index}"), url);
        form = with_param(form, &format!("MediaContentType{index}"), content_type);
    }
    Webhook::form(system, "/twilio/messages", &form).send().await.expect_acknowledgement();
}

/// Returns a small JPEG. Different values of `fill` give different files.
pub fn jpeg(fill: u8) -> Vec<u8> {
    [&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], &[fill; 200]].concat()
}
