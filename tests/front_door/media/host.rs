//! A stand-in for Twilio's side of media: what it keeps is read from it, and what is sent with files is taken.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::desk::webhook::{Form, sid, text, with};
use crate::desk::{Desk, Webhook, fresh};

/// What is answered to a GET, or to events.
#[derive(Clone)]
pub enum Gives {
    /// These bytes, as this type.
    Bytes(&'static str, Vec<u8>),
    /// A redirect to this path, or address.
    Redirect(String),
    /// An answer with this status and nothing else.
    Status(u16),
    /// A body of so many bytes is announced; some come, and the connection ends.
    Cut(u64),
    /// A body without end.
    Endless,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET /path`.
    pub line: String,
    /// Whether it carried credentials.
    pub with_credentials: bool,
    /// Its form.
    pub form: Form,
}

#[derive(Default)]
struct Book {
    gives: HashMap<String, Gives>,
    asked: Vec<Asked>,
    refuses: u32,
}

/// The stand-in.
pub struct Host {
    /// Its address, without a slash.
    pub base: String,
    book: Arc<Mutex<Book>>,
    open: watch::Sender<bool>,
}

impl Host {
    /// Listens.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (book, open) = (Arc::new(Mutex::new(Book::default())), watch::Sender::new(true));
        let (own, gate) = (Arc::clone(&book), open.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (book, mut gate) = (Arc::clone(&own), gate.subscribe());
                tokio::spawn(async move {
                    // Who is cut off says so; that is no error here.
                    drop(serve(stream, &book, &mut gate).await);
                });
            }
        });
        Self { base, book, open }
    }

    /// A desk for which this is Twilio.
    pub async fn desk(&self) -> Desk {
        let base = self.base.clone();
        Desk::with(|options| {
            let settings = &mut options.settings;
            // With the published secrets it would not start: this Twilio is not the simulated one.
            settings.auth_token = format!("{:032x}", fresh());
            settings.password = "correct horse battery".to_owned();
            settings.install_key = format!("{:064x}", fresh());
            settings.twilio_api_url = Some(base);
        })
        .await
    }

    /// Keeps every GET waiting until [`Self::release`].
    pub fn hold(&self) {
        self.open.send_replace(false);
    }

    /// Lets them go.
    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// What is answered at `path`.
    pub fn at(&self, path: &str, gives: Gives) {
        self.book.lock().unwrap().gives.insert(path.to_owned(), gives);
    }

    /// The next so many messages are refused.
    pub fn refuse(&self, times: u32) {
        self.book.lock().unwrap().refuses = times;
    }

    /// The address of something that came to the desk's account; what is answered there.
    pub fn keeps(&self, desk: &Desk, gives: Gives) -> String {
        let account = &desk.system().settings().account_sid;
        let path =
            format!("/2010-04-01/Accounts/{account}/Messages/MM{0:032x}/Media/ME{0:032x}", fresh());
        self.at(&path, gives);
        format!("{}{path}", self.base)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.book.lock().unwrap().asked.clone()
    }

    /// The forms of the messages that were created.
    pub fn created(&self) -> Vec<Form> {
        let asked = self.asked().into_iter();
        asked
            .filter(|asked| asked.line.ends_with("/Messages.json"))
            .map(|asked| asked.form)
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    book: &Mutex<Book>,
    open: &mut watch::Receiver<bool>,
) -> std::io::Result<()> {
    let (head, body) = receive(&mut stream).await?;
    let line = head.lines().next().unwrap_or_default();
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    let asked = Asked {
        with_credentials: head.to_lowercase().contains("\r\nauthorization: basic "),
        form: form(&body),
        line: line.clone(),
    };
    book.lock().unwrap().asked.push(asked);
    let path = line.trim_start_matches("GET ").trim_start_matches("POST ").to_owned();
    let path = path.split("?bodySHA256=").next().unwrap_or_default();
    let gives = book.lock().unwrap().gives.get(path).cloned();
    if line.starts_with("POST ") && gives.is_none() {
        return stream.write_all(created(book).as_bytes()).await;
    }
    open.wait_for(|open| *open).await.map_err(std::io::Error::other)?;
    let gives = gives.or_else(|| book.lock().unwrap().gives.get(path).cloned());
    match gives.unwrap_or(Gives::Status(404)) {
        Gives::Bytes(kind, bytes) => {
            let head = format!("content-type: {kind}\r\ncontent-length: {}\r\n", bytes.len());
            stream.write_all(answer(200, &head).as_bytes()).await?;
            stream.write_all(&bytes).await
        }
        Gives::Redirect(to) => {
            let head = format!("location: {to}\r\ncontent-length: 0\r\n");
            stream.write_all(answer(307, &head).as_bytes()).await
        }
        Gives::Status(status) => {
            stream.write_all(answer(status, "content-length: 0\r\n").as_bytes()).await
        }
        Gives::Cut(length) => {
            let head = format!("content-type: image/png\r\ncontent-length: {length}\r\n");
            stream.write_all(answer(200, &head).as_bytes()).await?;
            stream.write_all(b"\x89PNG\r\n\x1a\n").await
        }
        Gives::Endless => {
            let head = answer(200, "content-type: image/png\r\n");
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[0x89; 65_536]).await?;
            }
        }
    }
}

fn answer(status: u16, head: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{head}connection: close\r\n\r\n")
}

fn created(book: &Mutex<Book>) -> String {
    let mut book = book.lock().unwrap();
    let (status, body) = if book.refuses > 0 {
        book.refuses -= 1;
        (400, r#"{"code":30008,"message":"Unknown error","status":400}"#.to_owned())
    } else {
        (201, format!(r#"{{"sid":"{}","status":"queued","num_segments":"1"}}"#, sid("MM")))
    };
    format!("{}{body}", answer(status, &format!("content-length: {}\r\n", body.len())))
}

async fn receive(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
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

fn form(body: &[u8]) -> Form {
    let mut url = Url::parse("http://x/").unwrap();
    url.set_query(Some(&String::from_utf8_lossy(body)));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A customer's message with these media (address, claimed type), as Twilio posts it.
pub async fn mms(desk: &Desk, from: &str, body: &str, media: &[(String, &str)]) {
    let mut form = text(desk, &sid("MM"), from, body);
    form = with(form, "NumMedia", &media.len().to_string());
    for (index, (url, kind)) in media.iter().enumerate() {
        form = with(form, &format!("MediaUrl{index}"), url);
        form = with(form, &format!("MediaContentType{index}"), kind);
    }
    Webhook::form(desk, "/twilio/messages", &form).send().await.acknowledged();
}

/// A small picture, told apart from others by `mark`.
pub fn jpeg(mark: u8) -> Vec<u8> {
    [&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], &[mark; 200]].concat()
}
