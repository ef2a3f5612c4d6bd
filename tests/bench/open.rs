//! Open loop: signed webhooks at a fixed rate whatever the answers do, and readers on sockets.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use shared::clock::{Clock as _, SystemClock};

use crate::program::Program;
use crate::readers::{Begun, Person, Shown};
use crate::report::{Table, Times, load};
use crate::webhook::{SENDERS, Webhooks};
use crate::wire::Wire;

const SECONDS: usize = 10;
/// How long nothing must arrive before the count is made.
const QUIET: Duration = Duration::from_secs(3);

/// What was recorded of the widget: push p50/p99 in milliseconds and messages never pushed, in two passes.
const WIDGET: [[&str; 2]; 9] = [
    ["8.9/57; 6.3/43", "2; 2 of 200"],
    ["7.9/30", "0 of 200"],
    ["7.5/29; 5.6/10.6", "0; 0 of 200"],
    ["4.8/16.5; 4.6/15.9", "67; 48 of 1,000"],
    ["5.9/43", "141 of 1,000"],
    ["6.7/100; 7.5/170", "239; 242 of 1,000"],
    ["2.9/132; 2.2/146", "1,319; 998 of 3,000"],
    ["2.8/1,041", "1,347 of 3,000"],
    ["1,677/2,688; 237/882", "2,168; 1,716 of 3,000"],
];

/// Three rates by three numbers of sockets, three runs each.
pub async fn measure() {
    let mut table = Table::begin(
        "open",
        "`BENCH=open make bench`: the same webhooks at a fixed rate for 10 s from 200 \
         numbers that have written before; the readers share one person's sign-in, each with a ticket and a socket of \
         its own, and watch five conversations each. Push = post begun → text at a socket, all sockets. Never shown \
         and shown twice are the least and the most over the sockets.",
        &[
            "per second",
            "sockets",
            "run",
            "load before",
            "answered 2xx of",
            "answer p50/p99 ms",
            "never shown",
            "shown twice",
            "repeated, no effect",
            "told to read again",
            "push p50/p99/max ms",
            "the widget: push p50/p99 ms",
            "the widget: never shown (as many others twice)",
        ],
    );
    let rows = [20, 100, 300].into_iter().flat_map(|rate| [1, 10, 50].map(|k| (rate, k)));
    for ((rate, sockets), widget) in rows.zip(WIDGET) {
        for run in 1..=3 {
            let mut cells = one(rate, sockets).await;
            cells.insert(2, run.to_string());
            cells.extend(widget.map(str::to_owned));
            table.row(&cells);
        }
    }
}

async fn one(rate: usize, sockets: usize) -> Vec<String> {
    let load = load();
    let program = Program::start().await;
    let webhooks = Webhooks::to(&program.url);
    let mut wire = Wire::to(&program.url).await;
    for n in 0..SENDERS {
        assert_eq!(wire.send(&webhooks.request(n)).await, Some(200));
    }
    let person = Person::sign_in(&program.url, &program.link).await;
    let ids = person.conversations().await;
    let total = rate * SECONDS;
    let begun: Begun = Arc::new((0..SENDERS + total).map(|_| OnceLock::new()).collect());
    let mut readers = Vec::new();
    for k in 0..sockets {
        let watched = (0..5).map(|i| ids[&Webhooks::sender(k * 37 + i * 41)].clone()).collect();
        readers.push(person.clone().read(watched, begun.clone()).await);
    }
    // Nothing answers a frame: half a second is long for five updates.
    SystemClock.sleep(Duration::from_millis(500)).await;
    let (times, good) = post(&program.url, &webhooks, rate, &begun).await;
    quiet(&readers, total).await;
    let seen: Vec<_> =
        readers.iter().map(|reader| std::mem::take(&mut *reader.lock().unwrap())).collect();
    program.stop().await;
    let over = |count: fn(&Shown) -> usize| {
        let counts = || seen.iter().map(count);
        format!("{}–{}", counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    };
    let missing: Vec<usize> = seen.iter().map(|shown| total - shown.first.len()).collect();
    let push = seen.iter().flat_map(|shown| shown.first.values().copied().flatten()).collect();
    let push = Times::of(push);
    vec![
        rate.to_string(),
        sockets.to_string(),
        load,
        format!("{good} of {total}"),
        format!("{}/{}", times.at(500), times.at(990)),
        format!("{}–{} of {total}", missing.iter().min().unwrap(), missing.iter().max().unwrap()),
        over(|shown| shown.twice),
        over(|shown| shown.repeated),
        over(|shown| shown.reloads),
        format!("{}/{}/{}", push.at(500), push.at(990), push.at(1000)),
    ]
}

/// Posts what is due, each on a free line, or a new one if none is free.
async fn post(url: &str, webhooks: &Webhooks, rate: usize, begun: &Begun) -> (Times, usize) {
    let total = rate * SECONDS;
    let requests: Vec<Vec<u8>> = (SENDERS..SENDERS + total).map(|n| webhooks.request(n)).collect();
    let free: Arc<Mutex<Vec<Wire>>> = Arc::default();
    let mut tasks = Vec::with_capacity(total);
    let (start, mut next) = (Instant::now(), 0);
    let mut requests = requests.into_iter();
    while next < total {
        let due = usize::try_from(start.elapsed().as_micros()).unwrap() * rate / 1_000_000;
        for n in next..due.min(total) {
            let (free, url, begun) = (free.clone(), url.to_owned(), begun.clone());
            let request = requests.next().unwrap();
            tasks.push(tokio::spawn(async move {
                let one = Instant::now();
                begun[SENDERS + n].set(one).unwrap();
                let known = free.lock().unwrap().pop();
                let mut wire = match known {
                    Some(wire) => wire,
                    None => Wire::to(&url).await,
                };
                let status = wire.send(&request).await;
                if status.is_some() {
                    free.lock().unwrap().push(wire);
                }
                (one.elapsed(), status)
            }));
        }
        next = due.min(total);
        SystemClock.sleep(Duration::from_millis(1)).await;
    }
    let mut times = Vec::new();
    for task in tasks {
        if let (time, Some(200..300)) = task.await.unwrap() {
            times.push(time);
        }
    }
    let good = times.len();
    (Times::of(times), good)
}

/// Waits until every reader has been shown everything, or nothing has come for a while.
async fn quiet(readers: &[Arc<Mutex<Shown>>], total: usize) {
    let count = || -> usize { readers.iter().map(|one| one.lock().unwrap().first.len()).sum() };
    let (mut last, mut since) = (count(), Instant::now());
    while last < total * readers.len() && since.elapsed() < QUIET {
        SystemClock.sleep(Duration::from_millis(50)).await;
        if count() != last {
            (last, since) = (count(), Instant::now());
        }
    }
    // What comes twice comes late.
    SystemClock.sleep(Duration::from_millis(500)).await;
}
