//! The real program, killed twenty times at random moments under load, and what is there when it comes back.

mod outside;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local::twilio::message::Direction;
use shared::ids::{Ids as _, RandomIds};
use tokio::task::JoinSet;

use outside::{Outside, Wish, phone};

use super::program::{Program, binary, folder};
use super::stage::{Stage, minutes, seconds};
use crate::desk::port::free_port;
use crate::desk::table::{self, TABLE};

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
    let folder = folder();
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
