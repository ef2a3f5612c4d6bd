//! The real program, killed twenty times at random moments under load, and what is there when it comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local::twilio::message::Direction;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::ids::{Ids as _, RandomIds};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;

use super::stage::{Stage, minutes, seconds};
use crate::desk::table::{self, TABLE};
use crate::desk::webhook::{encoded, params, sign};
use crate::desk::{OURS, root};

/// How often the program is killed.
const KILLS: u32 = 20;
/// Between one inbound text and the next: fifty a second.
const INBOUND: Duration = Duration::from_millis(20);
/// How many inbound texts come between one click and the next: five clicks a second.
const PER_CLICK: u32 = 10;
/// The customers.
const CUSTOMERS: u32 = 8;
/// How long the load runs before a kill, at most, in milliseconds.
const LONGEST: u64 = 700;

/// Numbers that look random and come again with the same seed.
struct Dice(u64);

impl Dice {
    /// From 0 to `below`, exclusive.
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % below
    }
}

/// The program, and the lines that it says.
struct Program {
    child: Child,
    _said: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it in `folder` and waits until it says that it is running.
    async fn start(binary: &Path, folder: &Path, port: u16) -> Self {
        let mut command = Command::new(binary);
        command.current_dir(folder).args(["--port", &port.to_string()]).kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        loop {
            let line = said.next_line().await.unwrap().expect("the program did not start");
            if line.starts_with("Partyline is running") {
                return Self { child, _said: said };
            }
        }
    }

    /// Kills it: no signal handler runs.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// One request that is repeated until it is answered: a text of a customer, or a click of an agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    Text { customer: u32, number: u32 },
    Click { customer: u32, number: u32 },
}

impl Wish {
    fn customer(&self) -> u32 {
        match self {
            Self::Text { customer, .. } | Self::Click { customer, .. } => *customer,
        }
    }

    fn body(&self) -> String {
        match self {
            Self::Text { number, .. } => format!("text {number}"),
            Self::Click { number, .. } => format!("click {number}"),
        }
    }
}

fn phone(customer: u32) -> String {
    format!("+120655506{customer:02}")
}

/// Those outside: customers behind Twilio, and an agent.
struct Outside {
    client: Client,
    url: String,
    access: Mutex<String>,
    /// Conversation ids, by customer.
    conversations: Mutex<Vec<String>>,
}

impl Outside {
    fn at(port: u16) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10));
        Self {
            client: client.build().unwrap(),
            url: format!("http://localhost:{port}"),
            access: Mutex::default(),
            conversations: Mutex::default(),
        }
    }

    /// An answer of the people's API; none if there was none.
    async fn call(&self, method: Method, path: &str, body: &Value) -> Option<(u16, Value)> {
        let access = self.access.lock().unwrap().clone();
        let call = self.client.request(method, format!("{}{path}", self.url));
        let call = call.bearer_auth(access).header("origin", &self.url);
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = call.send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    async fn sign_in(&self) {
        let proof = json!({ "username": "admin", "password": "partyline" });
        let (status, answer) = self.call(Method::POST, "/api/session", &proof).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        *self.access.lock().unwrap() = answer["access_token"].as_str().unwrap().to_owned();
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, &Value::Null).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Makes a wish once; whether it was answered 2xx.
    async fn make(&self, wish: &Wish) -> bool {
        match wish {
            Wish::Text { customer, number } => {
                let (sid, from) = (format!("SM{number:032x}"), phone(*customer));
                let form = params(&[
                    ("MessageSid", &sid),
                    ("AccountSid", "AC00000000000000000000000000000000"),
                    ("From", &from),
                    ("To", OURS),
                    ("Body", &wish.body()),
                ]);
                let url = format!("{}/twilio/messages", self.url);
                let signature = sign("5ca1ab1e0ddba115ca1ab1e0ddba1100", &url, &form);
                let call = self.client.post(&url).header("x-twilio-signature", signature);
                let call = call.header("content-type", "application/x-www-form-urlencoded");
                let answer = call.body(encoded(&form)).send().await;
                answer.is_ok_and(|answer| answer.status().is_success())
            }
            Wish::Click { customer, number } => {
                let id = self.conversations.lock().unwrap()[*customer as usize].clone();
                let path = format!("/api/conversations/{id}/messages");
                let key = format!("click-{number:08}");
                let click = json!({ "body": wish.body(), "idempotency_key": key });
                let answer = self.call(Method::POST, &path, &click).await;
                answer.is_some_and(|(status, _)| status == 202)
            }
        }
    }

    /// Every message of a conversation.
    async fn thread(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages?limit=100");
        let mut page = self.get(&path).await;
        let mut all = page["messages"].as_array().unwrap().clone();
        while let Some(older) = page["older"].as_str() {
            page = self.get(&format!("{path}&before={older}")).await;
            all.extend(page["messages"].as_array().unwrap().iter().cloned());
        }
        all
    }

    /// What was answered is stored, once; the unread count is what is stored.
    async fn check(&self, answered: &BTreeSet<Wish>) {
        let list = self.get("/api/conversations?filter=open&limit=100").await;
        for customer in 0..CUSTOMERS {
            let id = self.conversations.lock().unwrap()[customer as usize].clone();
            let thread = self.thread(&id).await;
            let mut stored: Vec<_> = thread.iter().map(|m| m["body"].as_str().unwrap()).collect();
            let mine = answered.iter().filter(|wish| wish.customer() == customer);
            let mut wanted: Vec<_> = mine.map(Wish::body).collect();
            stored.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(stored, wanted, "customer {customer}");
            let texts = thread.iter().filter(|m| m["direction"] == "inbound").count();
            let row = list["conversations"].as_array().unwrap().iter();
            let row = row.clone().find(|row| row["conversation_id"] == *id).unwrap();
            assert_eq!(row["unread_count"], texts, "customer {customer}");
        }
    }
}

/// All wishes so far, and those of them that were answered.
#[derive(Default)]
struct Book {
    made: BTreeSet<Wish>,
    answered: BTreeSet<Wish>,
    last: u32,
}

impl Book {
    fn note(&mut self, wish: impl FnOnce(u32) -> Wish) -> Wish {
        self.last += 1;
        let wish = wish(self.last);
        self.made.insert(wish.clone());
        wish
    }

    fn open(&self) -> Vec<Wish> {
        self.made.difference(&self.answered).cloned().collect()
    }
}

/// Repeats what was not answered, as Twilio and the page do, until it is.
async fn repeat(outside: &Outside, book: &Mutex<Book>) {
    let open = book.lock().unwrap().open();
    for wish in open {
        assert!(outside.make(&wish).await, "{wish:?} is refused");
        book.lock().unwrap().answered.insert(wish);
    }
}

/// Texts and clicks at their pace for `time`; what is still open then is left open.
async fn load(
    outside: &Arc<Outside>,
    book: &Arc<Mutex<Book>>,
    dice: &mut Dice,
    time: Duration,
) -> JoinSet<()> {
    let mut running = JoinSet::new();
    let mut pace = tokio::time::interval(INBOUND);
    let rounds = time.as_millis() / INBOUND.as_millis();
    for round in 0..u32::try_from(rounds).unwrap() {
        pace.tick().await;
        let customer = u32::try_from(dice.roll(u64::from(CUSTOMERS))).unwrap();
        let mut wishes = vec![book.lock().unwrap().note(|number| Wish::Text { customer, number })];
        if round % PER_CLICK == 0 {
            wishes.push(book.lock().unwrap().note(|number| Wish::Click { customer, number }));
        }
        for wish in wishes {
            let (outside, book) = (Arc::clone(outside), Arc::clone(book));
            running.spawn(async move {
                if outside.make(&wish).await {
                    book.lock().unwrap().answered.insert(wish);
                }
            });
        }
    }
    running
}

/// The program as this tree builds it.
async fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(3).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).args(["build", "--quiet", "--package", "partyline-local"]);
    let built = build.arg("--target-dir").arg(&target).status().await.unwrap();
    assert!(built.success());
    target.join("debug/partyline")
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The first text of each customer, so that each has a conversation.
async fn begin(outside: &Outside, book: &Mutex<Book>) {
    outside.sign_in().await;
    for customer in 0..CUSTOMERS {
        book.lock().unwrap().note(|number| Wish::Text { customer, number });
    }
    repeat(outside, book).await;
    let list = outside.get("/api/conversations?filter=open&limit=100").await;
    let rows = list["conversations"].as_array().unwrap();
    let mut conversations = outside.conversations.lock().unwrap();
    for customer in 0..CUSTOMERS {
        let row = rows.iter().find(|row| row["mobile_number"] == phone(customer)).unwrap();
        conversations.push(row["conversation_id"].as_str().unwrap().to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_twenty_kills_under_load_nothing_is_lost_and_nothing_is_double() {
    let binary = binary().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("template.yaml"), folder.path().join("template.yaml")).unwrap();
    let port = free_port();
    let seed = u64::try_from(RandomIds.random() >> 64).unwrap();
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let (outside, book) = (Arc::new(Outside::at(port)), Arc::new(Mutex::new(Book::default())));
    for kill in 0..KILLS {
        let program = Program::start(&binary, folder.path(), port).await;
        if kill == 0 {
            begin(&outside, &book).await;
        }
        repeat(&outside, &book).await;
        let answered = book.lock().unwrap().answered.clone();
        outside.check(&answered).await;
        let time = Duration::from_millis(dice.roll(LONGEST));
        let running = load(&outside, &book, &mut dice, time).await;
        program.kill().await;
        running.join_all().await;
    }
    let state = folder.path().join(".partyline");
    drained(&outside, &book, &state, port).await;
}

/// Opens the state that the kills left, repeats what is open, lets everything come to its end, and compares.
async fn drained(outside: &Outside, book: &Mutex<Book>, state: &Path, port: u16) {
    let stage = Stage::with(|options| {
        options.state = Some(state.to_owned());
        options.port = port;
    })
    .await;
    repeat(outside, book).await;
    let answered = book.lock().unwrap().answered.clone();
    outside.check(&answered).await;
    stage.settle().await;
    // Leases end; look-ups after one, five and fifteen minutes; what waited for the lane goes.
    for time in [seconds(91), seconds(61), minutes(5), minutes(11), minutes(16)] {
        stage.pass(time).await;
    }
    let rows = table::rows(&stage.desk, TABLE).await;
    let left = |(_, sort): &&(String, String)| sort.starts_with("DO#") || sort.starts_with("JOB#");
    assert_eq!(rows.keys().filter(left).count(), 0, "something is still to be done");

    let mut at_twilio: BTreeMap<String, usize> = BTreeMap::new();
    for message in stage.twilio().messages().unwrap() {
        if message.direction == Direction::Api {
            *at_twilio.entry(message.body).or_default() += 1;
        }
    }
    let mut clicks = 0;
    let conversations = outside.conversations.lock().unwrap().clone();
    outside.sign_in().await;
    for id in &conversations {
        let thread = outside.thread(id).await;
        for message in thread.iter().filter(|message| message["direction"] == "outbound") {
            clicks += 1;
            let made = at_twilio.get(message["body"].as_str().unwrap()).copied().unwrap_or(0);
            let wanted = usize::from(message["outcome"]["kind"] == "sent");
            assert_eq!(made, wanted, "{message}");
            assert!(wanted == 1 || message["outcome"]["kind"] == "unconfirmed", "{message}");
        }
    }
    let wished =
        book.lock().unwrap().made.iter().filter(|w| matches!(w, Wish::Click { .. })).count();
    assert_eq!(clicks, wished);
    println!("{} texts, {clicks} clicks, {KILLS} kills", answered.len() - clicks);
    stage.close().await;
}
