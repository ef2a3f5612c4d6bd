//! The real program, killed twenty times at random moments under load.

mod load_clients;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shared::ids::{Ids as _, RandomIds};
use tokio::task::JoinSet;
use twilio_simulator::message::Direction;

use load_clients::{CUSTOMERS, LoadClients, RepeatedRequest, customer_number};

use super::fixture::{ReliabilityFixture, minutes, seconds};
use super::program::{Program, build_binary, new_work_folder};
use crate::support::port::free_port;
use crate::support::table::{self, TABLE};

/// The number of kills.
const KILLS: u32 = 20;
/// The interval between two inbound texts: 50 per second.
const INBOUND_INTERVAL: Duration = Duration::from_millis(20);
/// The number of inbound texts per send: five sends per second.
const TEXTS_PER_SEND: u32 = 10;
/// The maximum time of load before a kill, in milliseconds.
const MAX_RUN_MILLIS: u64 = 700;

/// A reproducible pseudo-random number generator.
struct SeededRandom(u64);

impl SeededRandom {
    /// Returns a number from 0 to `limit`, exclusive.
    fn next_below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

/// All requests so far, and the acknowledged ones.
#[derive(Default)]
struct RequestLog {
    requested: BTreeSet<RepeatedRequest>,
    answered: BTreeSet<RepeatedRequest>,
    last_number: u32,
}

impl RequestLog {
    fn record(&mut self, new_request: impl FnOnce(u32) -> RepeatedRequest) -> RepeatedRequest {
        self.last_number += 1;
        let request = new_request(self.last_number);
        self.requested.insert(request.clone());
        request
    }

    fn unanswered(&self) -> Vec<RepeatedRequest> {
        self.requested.difference(&self.answered).cloned().collect()
    }
}

/// Repeats the requests without a response until they succeed, as Twilio and the page do.
async fn repeat_unanswered(clients: &LoadClients, log: &Mutex<RequestLog>) {
    let unanswered = log.lock().unwrap().unanswered();
    for request in unanswered {
        assert!(clients.perform(&request).await, "{request:?} is refused");
        log.lock().unwrap().answered.insert(request);
    }
}

/// Sends texts and messages at their rates for `time`. Pending requests stay without a response.
async fn generate_load(
    clients: &Arc<LoadClients>,
    log: &Arc<Mutex<RequestLog>>,
    random: &mut SeededRandom,
    duration: Duration,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let mut pace = tokio::time::interval(INBOUND_INTERVAL);
    let rounds = duration.as_millis() / INBOUND_INTERVAL.as_millis();
    for round in 0..u32::try_from(rounds).unwrap() {
        pace.tick().await;
        let customer = u32::try_from(random.next_below(u64::from(CUSTOMERS))).unwrap();
        let mut requests =
            vec![log.lock().unwrap().record(|number| RepeatedRequest::Text { customer, number })];
        if round % TEXTS_PER_SEND == 0 {
            requests.push(
                log.lock().unwrap().record(|number| RepeatedRequest::Send { customer, number }),
            );
        }
        for request in requests {
            let (clients, log) = (Arc::clone(clients), Arc::clone(log));
            tasks.spawn(async move {
                if clients.perform(&request).await {
                    log.lock().unwrap().answered.insert(request);
                }
            });
        }
    }
    tasks
}

/// Sends the first text of each customer, so that each has a conversation.
async fn create_conversations(clients: &LoadClients, log: &Mutex<RequestLog>) {
    clients.sign_in().await;
    for customer in 0..CUSTOMERS {
        log.lock().unwrap().record(|number| RepeatedRequest::Text { customer, number });
    }
    repeat_unanswered(clients, log).await;
    let list = clients.get("/api/conversations?filter=open&limit=100").await;
    let rows = list["conversations"].as_array().unwrap();
    let mut conversations = clients.conversations.lock().unwrap();
    for customer in 0..CUSTOMERS {
        let row =
            rows.iter().find(|row| row["mobile_number"] == customer_number(customer)).unwrap();
        conversations.push(row["conversation_id"].as_str().unwrap().to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_duplicated_after_twenty_kills_under_load() {
    let binary = build_binary().await;
    let folder = new_work_folder();
    let port = free_port();
    let seed = u64::try_from(RandomIds.random() >> 64).unwrap();
    println!("seed {seed}");
    let mut random = SeededRandom(seed);
    let (clients, log) =
        (Arc::new(LoadClients::new(port)), Arc::new(Mutex::new(RequestLog::default())));
    for kill in 0..KILLS {
        let program = Program::start(&binary, folder.path(), port).await;
        if kill == 0 {
            create_conversations(&clients, &log).await;
        }
        repeat_unanswered(&clients, &log).await;
        let answered = log.lock().unwrap().answered.clone();
        clients.check_stored(&answered).await;
        let duration = Duration::from_millis(random.next_below(MAX_RUN_MILLIS));
        let tasks = generate_load(&clients, &log, &mut random, duration).await;
        program.kill().await;
        tasks.join_all().await;
    }
    let state = folder.path().join(".partyline");
    drain_and_check(&clients, &log, &state, port).await;
}

/// Starts the system with the saved state, repeats pending requests, waits until idle, and checks the result.
async fn drain_and_check(clients: &LoadClients, log: &Mutex<RequestLog>, state: &Path, port: u16) {
    let fixture = ReliabilityFixture::start_with(|options| {
        options.state = Some(state.to_owned());
        options.port = port;
    })
    .await;
    repeat_unanswered(clients, log).await;
    let answered = log.lock().unwrap().answered.clone();
    clients.check_stored(&answered).await;
    fixture.wait_until_idle().await;
    // Leases expire, look-ups run after 1, 5 and 15 minutes, and queued messages are sent.
    for duration in [seconds(91), seconds(61), minutes(5), minutes(11), minutes(16)] {
        fixture.advance_and_sweep(duration).await;
    }
    let rows = table::rows(&fixture.system, TABLE).await;
    let is_outbox_entry =
        |(_, sk): &&(String, String)| sk.starts_with("QUEUE#") || sk.starts_with("JOB#");
    assert_eq!(rows.keys().filter(is_outbox_entry).count(), 0, "outbox entries are left");

    let mut twilio_counts: BTreeMap<String, usize> = BTreeMap::new();
    for message in fixture.twilio().messages().unwrap() {
        if message.direction == Direction::Api {
            *twilio_counts.entry(message.body).or_default() += 1;
        }
    }
    let mut sent_count = 0;
    let conversations = clients.conversations.lock().unwrap().clone();
    clients.sign_in().await;
    for id in &conversations {
        let thread = clients.list_messages(id).await;
        for message in thread.iter().filter(|message| message["direction"] == "outbound") {
            sent_count += 1;
            let created =
                twilio_counts.get(message["body"].as_str().unwrap()).copied().unwrap_or(0);
            let expected = usize::from(message["send_result"]["kind"] == "accepted");
            assert_eq!(created, expected, "{message}");
            assert!(expected == 1 || message["send_result"]["kind"] == "unconfirmed", "{message}");
        }
    }
    let send_count = log
        .lock()
        .unwrap()
        .requested
        .iter()
        .filter(|request| matches!(request, RepeatedRequest::Send { .. }))
        .count();
    assert_eq!(sent_count, send_count);
    println!("{} texts, {sent_count} clicks, {KILLS} kills", answered.len() - sent_count);
    fixture.stop().await;
}
