//! Inbox, thread and search beside 1,000, 100,000 and 1,000,000 stored messages: what is read must not grow with them.
//!
//! The rows are copies of true ones: a conversation that came in by webhook and was named through the API is read from
//! the engine, and written again under other ids, numbers, names and times, as fast as SQLite takes it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use local::{Options, Settings, System};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::address::Address;
use shared::config::InstallKey;
use shared::conversation::ConversationId;
use shared::ids::Ulid;
use shared::search::{Term, name_terms, number_terms};

use crate::readers::Person;
use crate::report::{Table, Times, load, top};
use crate::webhook::Webhooks;
use crate::wire::Wire;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
/// Messages of each conversation but the long one, which has half of all.
const EACH: usize = 10;
const CALLS: usize = 100;
const NAME: &str = "Maya Lindqvist";
/// As many are called so at every size.
const RARE_NAME: &str = "Noor Haddad";
const RARE: usize = 25;
const OTHER_NAME: &str = "Ben Okafor";

/// Rows written in one transaction of SQLite.
const CHUNK: usize = 20_000;

/// One row of the table, as the engine keeps it.
struct Row {
    pk: String,
    sk: String,
    json: String,
    /// Its place in the index.
    listed: Option<(String, String)>,
}

/// The rows that all others are copies of.
struct Original {
    id: String,
    number: String,
    message: String,
    sid: String,
    meta: Value,
    text: Value,
}

struct Desk {
    system: System,
    client: Client,
    person: Person,
    conversation: String,
}

/// Three desks, one after the other.
pub async fn measure() {
    let mut table = Table::begin(
        "size",
        "`BENCH=size make bench`: half of the messages in one thread, the rest ten to a conversation; one conversation in \
         a hundred has the one name that is searched for, 25 have the other at every size. Units as the engine counts them, of one call; milliseconds over \
         100 calls, one after the other, at the API, in a process of the `local` profile.",
        &[
            "operation",
            "messages",
            "conversations",
            "read units",
            "p50 ms",
            "p99 ms",
            "load before",
        ],
    );
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    for size in SIZES {
        let desk = Desk::filled(size).await;
        for (order, cells) in desk.measured(size).await.into_iter().enumerate() {
            rows.push((order, cells));
        }
        desk.system.stop().await;
    }
    // Side by side: the sizes of an operation under each other.
    rows.sort_by_key(|(order, _)| *order);
    for (_, cells) in rows {
        table.row(&cells);
    }
}

impl Desk {
    async fn filled(size: usize) -> Self {
        let system = System::start(Options::in_memory(top())).await.unwrap();
        let webhooks = Webhooks::to(system.url());
        let mut wire = Wire::to(system.url()).await;
        assert_eq!(wire.send(&webhooks.request(0)).await, Some(200));
        let link = system.sign_in_token().await.unwrap();
        let person = Person::sign_in(system.url(), &link).await;
        let conversation = person.conversations().await[&Webhooks::sender(0)].clone();
        let client = Client::builder().no_proxy().build().unwrap();
        let desk = Self { system, client, person, conversation };
        let body = json!({ "contact_name": NAME, "previous_contact_name": null });
        let path = format!("/api/conversations/{}", desk.conversation);
        desk.call(Method::PATCH, &path, Some(body)).await;
        desk.system.settle().await;
        let original = desk.original().await;
        let table = desk.system.dynamodb().tables()[0].name.clone();
        for rows in copies(&original, size) {
            let table = table.clone();
            let written = desk.system.dynamodb().engine().write(move |storage| {
                storage.begin_transaction()?;
                for row in &rows {
                    let (pk, sk) = (key(&row.pk), key(&row.sk));
                    storage.put_item(&table, &pk, &sk, &row.json, row.json.len())?;
                    if let Some((list_pk, list_sk)) = &row.listed {
                        let keys = keys_only(row, list_pk, list_sk);
                        let (list_pk, list_sk) = (key(list_pk), key(list_sk));
                        storage
                            .insert_gsi_item(&table, "list", &list_pk, &list_sk, &pk, &sk, &keys)?;
                    }
                }
                storage.commit()
            });
            written.await.unwrap();
        }
        desk
    }

    async fn original(&self) -> Original {
        let path = format!("/api/conversations/{}/messages", self.conversation);
        let listed = self.person.get(&path).await;
        let message = listed["messages"][0]["message_id"].as_str().unwrap().to_owned();
        let pk = format!("CONV#{}", self.conversation);
        Original {
            id: self.conversation.clone(),
            number: Webhooks::sender(0),
            sid: listed["messages"][0]["sid"].as_str().unwrap().to_owned(),
            meta: self.stored(&pk, "META").await,
            text: self.stored(&pk, &format!("MSG#{message}")).await,
            message,
        }
    }

    async fn stored(&self, pk: &str, sk: &str) -> Value {
        let table = self.system.dynamodb().tables()[0].name.clone();
        let (pk, sk) = (key(pk), key(sk));
        let read = self.system.dynamodb().engine().read(move |s| s.get_item(&table, &pk, &sk));
        serde_json::from_str(&read.await.unwrap().unwrap()).unwrap()
    }

    async fn measured(&self, size: usize) -> Vec<Vec<String>> {
        let path = format!("/api/conversations/{}", self.conversation);
        let newest = self.person.get(&format!("{path}/messages?limit=50")).await;
        let older = newest["older"].as_str().unwrap().to_owned();
        let operations = [
            ("the inbox, 30", "/api/conversations?limit=30".to_owned()),
            ("a thread, newest 50", format!("{path}/messages?limit=50")),
            ("a thread, 50 older", format!("{path}/messages?limit=50&before={older}")),
            ("search by a name that 25 have", "/api/conversations?search=noor&limit=30".to_owned()),
            (
                "search by a name that 1 in 100 has, 30",
                "/api/conversations?search=maya&limit=30".to_owned(),
            ),
            (
                "search by the end of a number",
                "/api/conversations?search=000001&limit=30".to_owned(),
            ),
        ];
        let mut rows = Vec::new();
        for (name, path) in operations {
            let before = load();
            self.system.settle().await;
            self.system.dynamodb().capacity().reset();
            self.call(Method::GET, &path, None).await;
            let function =
                if path.contains("/messages") { "list-messages" } else { "list-conversations" };
            let units = self.system.dynamodb().capacity().of(function).read_units;
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..CALLS {
                let began = Instant::now();
                self.call(Method::GET, &path, None).await;
                times.push(began.elapsed());
            }
            let times = Times::of(times);
            rows.push(vec![
                name.to_owned(),
                size.to_string(),
                (conversations(size) + 1).to_string(),
                units.to_string(),
                times.at(500),
                times.at(990),
                before,
            ]);
        }
        rows
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.system.url());
        let call = self.client.request(method, url).header("origin", self.system.url());
        let call = call.bearer_auth(&self.person.token);
        let call = if let Some(body) = body { call.json(&body) } else { call };
        call.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

/// Beside the long one.
fn conversations(size: usize) -> usize {
    size / 2 / EACH
}

fn keys_only(row: &Row, list_pk: &str, list_sk: &str) -> String {
    let text = |value: &str| json!({ "S": value });
    json!({
        "pk": text(&row.pk), "sk": text(&row.sk), "list_pk": text(list_pk), "list_sk": text(list_sk),
    })
    .to_string()
}

/// All rows of a desk with `size` messages but those that stand already, in chunks.
fn copies(original: &Original, size: usize) -> impl Iterator<Item = Vec<Row>> {
    let began = Ulid::from_string(&original.message).unwrap().timestamp_ms();
    // Older than what stands, a second apart.
    let at = move |index: usize| began - 1_000 * (u64::try_from(index).unwrap() + 1);
    let long = (0..size / 2 - 1).map(move |n| vec![message(original, &original.id, at(n), n)]);
    let short = (0..conversations(size)).map(move |n| conversation(original, n, at(n)));
    let mut all = long.chain(short);
    std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK
            && let Some(rows) = all.next()
        {
            chunk.extend(rows);
        }
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn conversation(original: &Original, index: usize, at: u64) -> Vec<Row> {
    let number = format!("+1425{}", 2_000_000 + index);
    let contact = Address::parse(&number).unwrap();
    let business = Address::parse(&Settings::published().number).unwrap();
    let id = ConversationId::direct(&InstallKey::new([7; 32]), &business, &contact).to_string();
    let name = match index {
        _ if index.is_multiple_of(100) => NAME,
        1..=RARE => RARE_NAME,
        _ => OTHER_NAME,
    };
    let list_sk = format!("{at:013}#{id}");
    let mut meta = original.meta.clone();
    for (field, value) in [("pk", format!("CONV#{id}")), ("list_sk", list_sk.clone())] {
        meta[field] = json!({ "S": value });
    }
    meta["id"] = json!({ "S": id });
    meta["contact"] = json!({ "S": number });
    meta["name"] = json!({ "S": name });
    let list_pk = meta["list_pk"]["S"].as_str().unwrap().to_owned();
    let pk = format!("CONV#{id}");
    let own = Row {
        pk: pk.clone(),
        sk: "META".to_owned(),
        json: meta.to_string(),
        listed: Some((list_pk, list_sk)),
    };
    let terms: BTreeSet<Term> =
        name_terms(name).into_iter().chain(number_terms(&contact)).collect();
    let ways = terms.iter().map(|term| way_in(term, &id));
    let texts = (0..EACH).map(|n| {
        let back = u64::try_from(n).unwrap();
        message(original, &id, at - back, 1_000_000 + index * EACH + n)
    });
    std::iter::once(own).chain(ways).chain(texts).collect()
}

fn way_in(term: &Term, id: &str) -> Row {
    let (pk, sk) = (term.partition("main"), format!("{}#{id}", term.rest));
    let text = |value: &str| json!({ "S": value });
    let json = json!({ "pk": text(&pk), "sk": text(&sk), "conversation": text(id) }).to_string();
    Row { pk, sk, json, listed: None }
}

fn message(original: &Original, id: &str, at: u64, index: usize) -> Row {
    let ulid = Ulid::from_parts(at, u128::try_from(index).unwrap()).to_string();
    let (pk, sk) = (format!("CONV#{id}"), format!("MSG#{ulid}"));
    let mut text = original.text.clone();
    for (field, value) in [
        ("pk", pk.clone()),
        ("sk", sk.clone()),
        ("id", ulid),
        ("conversation", id.to_owned()),
        ("sid", original.sid.replace(&original.sid[20..], &format!("{index:014x}"))),
        ("contact", original.number.clone()),
    ] {
        text[field] = json!({ "S": value });
    }
    Row { pk, sk, json: text.to_string(), listed: None }
}

/// A key as the engine stores it: with the letter of its type.
fn key(text: &str) -> String {
    format!("S:{text}")
}
