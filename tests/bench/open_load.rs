//! Open loop: signed webhooks at a fixed rate that does not depend on the responses, with readers on sockets.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use shared::clock::{Clock as _, SystemClock};

use crate::connection::HttpConnection;
use crate::program::Program;
use crate::readers::{BenchUser, PostedMessages, ShownMessages};
use crate::report::{ResultTable, Times, load_average};
use crate::webhook::{CUSTOMERS, WebhookFactory};

const LOAD_SECONDS: usize = 10;
/// The time without new events after which a run ends.
const QUIET_PERIOD: Duration = Duration::from_secs(3);

/// The results of the widget: push p50/p99 in milliseconds and messages never pushed, in two passes.
const WIDGET_RESULTS: [[&str; 2]; 9] = [
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

/// Runs three rates with three numbers of sockets, three times each.
pub async fn measure() {
    let mut table = ResultTable::start(
        "open",
        "`BENCH=open make bench`: the same webhooks at a fixed rate for 10 s from 200 numbers that have written \
         before; the readers share one user's sign-in, have a ticket and a socket each, and watch five conversations each. \
         Push = start of the webhook request → text at a socket, over all sockets. *Never shown* and *shown twice* \
         are the minimum and maximum over the sockets.",
        &[
            "per second",
            "sockets",
            "run",
            "load before",
            "answered 2xx of",
            "response p50/p99 ms",
            "never shown",
            "shown twice",
            "repeated, no effect",
            "`reload` events",
            "push p50/p99/max ms",
            "the widget: push p50/p99 ms",
            "the widget: never shown (as many others twice)",
        ],
    );
    let rows = [20, 100, 300]
        .into_iter()
        .flat_map(|rate| [1, 10, 50].map(|reader_count| (rate, reader_count)));
    for ((rate, sockets), widget) in rows.zip(WIDGET_RESULTS) {
        for run in 1..=3 {
            let mut cells = measure_run(rate, sockets).await;
            cells.insert(2, run.to_string());
            cells.extend(widget.map(str::to_owned));
            table.row(&cells);
        }
    }
}

async fn measure_run(rate: usize, sockets: usize) -> Vec<String> {
    let load_before = load_average();
    let run = load(Program::start().await, rate, sockets).await;
    let total = rate * LOAD_SECONDS;
    let range_over = |count: fn(&ShownMessages) -> usize| {
        let counts = || run.shown_messages.iter().map(count);
        format!("{}–{}", counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    };
    let missing: Vec<usize> =
        run.shown_messages.iter().map(|shown| total - shown.push_times.len()).collect();
    let push_times = run.push_times();
    vec![
        rate.to_string(),
        sockets.to_string(),
        load_before,
        format!("{} of {total}", run.accepted_count),
        format!("{}/{}", run.times.per_mille(500), run.times.per_mille(990)),
        format!("{}–{} of {total}", missing.iter().min().unwrap(), missing.iter().max().unwrap()),
        range_over(|shown| shown.shown_twice),
        range_over(|shown| shown.repeated),
        range_over(|shown| shown.reloads),
        format!(
            "{}/{}/{}",
            push_times.per_mille(500),
            push_times.per_mille(990),
            push_times.per_mille(1000)
        ),
    ]
}

/// What a run at a fixed rate measured.
pub struct OpenRun {
    /// The times of the accepted requests.
    times: Times,
    accepted_count: usize,
    shown_messages: Vec<ShownMessages>,
}

impl OpenRun {
    /// Returns the times from the start of each request to its text, over all sockets.
    pub fn push_times(&self) -> Times {
        let times = self.shown_messages.iter();
        Times::new(times.flat_map(|shown| shown.push_times.values().copied().flatten()).collect())
    }
}

/// Posts webhooks at `rate` per second while `sockets` readers listen, then stops the program.
pub async fn load(program: Program, rate: usize, sockets: usize) -> OpenRun {
    let webhooks = WebhookFactory::new(&program.url);
    let mut connection = HttpConnection::connect(&program.url).await;
    for n in 0..CUSTOMERS {
        assert_eq!(connection.send(&webhooks.text_request(n)).await, Some(200));
    }
    let user = BenchUser::sign_in(&program.url, &program.sign_in_token).await;
    let ids = user.conversations().await;
    let total = rate * LOAD_SECONDS;
    let posted: PostedMessages =
        Arc::new((0..CUSTOMERS + total).map(|_| OnceLock::new()).collect());
    let mut readers = Vec::new();
    for reader_index in 0..sockets {
        let watched = (0..5)
            .map(|offset| {
                ids[&WebhookFactory::customer_number(reader_index * 37 + offset * 41)].clone()
            })
            .collect();
        readers.push(user.clone().start_reader(watched, posted.clone()).await);
    }
    // A frame gets no response. Half a second is enough for five updates.
    SystemClock.sleep(Duration::from_millis(500)).await;
    let (times, accepted_count) = post_at_rate(&program.url, &webhooks, rate, &posted).await;
    wait_until_quiet(&readers, total).await;
    let shown_messages: Vec<_> =
        readers.iter().map(|reader| std::mem::take(&mut *reader.lock().unwrap())).collect();
    program.stop().await;
    OpenRun { times, accepted_count, shown_messages }
}

/// Posts requests when they are due, each on a free connection or a new one.
async fn post_at_rate(
    url: &str,
    webhooks: &WebhookFactory,
    rate: usize,
    posted: &PostedMessages,
) -> (Times, usize) {
    let total = rate * LOAD_SECONDS;
    let requests: Vec<Vec<u8>> =
        (CUSTOMERS..CUSTOMERS + total).map(|n| webhooks.text_request(n)).collect();
    let free_connections: Arc<Mutex<Vec<HttpConnection>>> = Arc::default();
    let mut tasks = Vec::with_capacity(total);
    let (started_at, mut next_index) = (Instant::now(), 0);
    let mut requests = requests.into_iter();
    while next_index < total {
        let due_count =
            usize::try_from(started_at.elapsed().as_micros()).unwrap() * rate / 1_000_000;
        for n in next_index..due_count.min(total) {
            let (free_connections, url, posted) =
                (free_connections.clone(), url.to_owned(), posted.clone());
            let request = requests.next().unwrap();
            tasks.push(tokio::spawn(async move {
                let sent_at = Instant::now();
                posted[CUSTOMERS + n].set(sent_at).unwrap();
                let free_connection = free_connections.lock().unwrap().pop();
                let mut connection = match free_connection {
                    Some(connection) => connection,
                    None => HttpConnection::connect(&url).await,
                };
                let status = connection.send(&request).await;
                if status.is_some() {
                    free_connections.lock().unwrap().push(connection);
                }
                (sent_at.elapsed(), status)
            }));
        }
        next_index = due_count.min(total);
        SystemClock.sleep(Duration::from_millis(1)).await;
    }
    let mut times = Vec::new();
    for task in tasks {
        if let (time, Some(200..300)) = task.await.unwrap() {
            times.push(time);
        }
    }
    let accepted_count = times.len();
    (Times::new(times), accepted_count)
}

/// Waits until each reader has received everything, or nothing has arrived for a while.
async fn wait_until_quiet(readers: &[Arc<Mutex<ShownMessages>>], total: usize) {
    let count = || -> usize {
        readers.iter().map(|shown_messages| shown_messages.lock().unwrap().push_times.len()).sum()
    };
    let (mut last_count, mut last_change) = (count(), Instant::now());
    while last_count < total * readers.len() && last_change.elapsed() < QUIET_PERIOD {
        SystemClock.sleep(Duration::from_millis(50)).await;
        if count() != last_count {
            (last_count, last_change) = (count(), Instant::now());
        }
    }
    // Duplicates arrive late.
    SystemClock.sleep(Duration::from_millis(500)).await;
}
