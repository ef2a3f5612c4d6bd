//! Capacity of inbox, thread and search with 1,000, 100,000 and 1,000,000 stored messages.
//!
//! The rows are copies of real ones: a conversation is created by a webhook and named through the API. Its rows are
//! then copied with other IDs, numbers, names and times, directly in SQLite.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use local::{Options, Settings, System};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::address::Address;
use shared::config::InstallKey;
use shared::conversation::ConversationId;
use shared::conversation::search::{SearchTerm, name_terms, number_terms};
use shared::ids::MessageId;

use crate::connection::HttpConnection;
use crate::readers::BenchUser;
use crate::report::{ResultTable, Times, load_average, project_root};
use crate::webhook::WebhookFactory;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
/// The number of messages of each conversation except the long one, which has half of all messages.
const MESSAGES_PER_CONVERSATION: usize = 10;
const CALLS_PER_OPERATION: usize = 100;
const COMMON_NAME: &str = "Maya Lindqvist";
/// The number of conversations with the searched name, the same at every size.
const RARE_NAME: &str = "Noor Haddad";
const RARE_NAME_COUNT: usize = 25;
const OTHER_NAME: &str = "Ben Okafor";

/// The number of rows in one SQLite transaction.
const ROWS_PER_TRANSACTION: usize = 20_000;

/// A row of the table in the engine.
struct Row {
    pk: String,
    sk: String,
    json: String,
    /// The keys in the index.
    list_key: Option<(String, String)>,
}

/// The rows that are copied.
struct TemplateRows {
    id: String,
    number: String,
    message: String,
    sid: String,
    meta: Value,
    text: Value,
}

struct BenchSystem {
    system: System,
    client: Client,
    user: BenchUser,
    conversation: String,
}

/// Measures three systems of different size.
pub async fn measure() {
    let mut table = ResultTable::start(
        "size",
        "`BENCH=size make bench`: half of the messages are in one thread, the rest are ten per conversation. One \
         conversation in a hundred has the first searched name; 25 have the second one at every size. Units of one \
         call as the engine counts them; milliseconds over 100 sequential API calls, with the `local` profile.",
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
        let bench = BenchSystem::start_filled(size).await;
        for (order, cells) in bench.measure_operations(size).await.into_iter().enumerate() {
            rows.push((order, cells));
        }
        bench.system.stop().await;
    }
    // Groups the rows by operation.
    rows.sort_by_key(|(order, _)| *order);
    for (_, cells) in rows {
        table.row(&cells);
    }
}

impl BenchSystem {
    async fn start_filled(size: usize) -> Self {
        let system = System::start(Options::in_memory(project_root()).unwrap()).await.unwrap();
        let webhooks = WebhookFactory::new(system.url());
        let mut connection = HttpConnection::connect(system.url()).await;
        assert_eq!(connection.send(&webhooks.text_request(0)).await, Some(200));
        let sign_in_token = system.sign_in_token().await.unwrap();
        let user = BenchUser::sign_in(system.url(), &sign_in_token).await;
        let conversation = user.conversations().await[&WebhookFactory::customer_number(0)].clone();
        let client = Client::builder().no_proxy().build().unwrap();
        let bench = Self { system, client, user, conversation };
        let body = json!({ "contact_name": COMMON_NAME, "previous_contact_name": null });
        let path = format!("/api/conversations/{}", bench.conversation);
        bench.call(Method::PATCH, &path, Some(body)).await;
        bench.system.wait_until_idle().await;
        let template = bench.load_template_rows().await;
        let table = bench.system.dynamodb().tables()[0].name.clone();
        for rows in copied_rows(&template, size) {
            let table = table.clone();
            let transaction = bench.system.dynamodb().engine().write(move |storage| {
                storage.begin_transaction()?;
                for row in &rows {
                    let (pk, sk) = (storage_key(&row.pk), storage_key(&row.sk));
                    storage.put_item(&table, &pk, &sk, &row.json, row.json.len())?;
                    if let Some((list_pk, list_sk)) = &row.list_key {
                        let keys = index_entry(row, list_pk, list_sk);
                        let (list_pk, list_sk) = (storage_key(list_pk), storage_key(list_sk));
                        storage
                            .insert_gsi_item(&table, "list", &list_pk, &list_sk, &pk, &sk, &keys)?;
                    }
                }
                storage.commit()
            });
            transaction.await.unwrap();
        }
        bench
    }

    async fn load_template_rows(&self) -> TemplateRows {
        let path = format!("/api/conversations/{}/messages", self.conversation);
        let page = self.user.get(&path).await;
        let message = page["messages"][0]["message_id"].as_str().unwrap().to_owned();
        let pk = format!("CONV#{}", self.conversation);
        TemplateRows {
            id: self.conversation.clone(),
            number: WebhookFactory::customer_number(0),
            sid: page["messages"][0]["sid"].as_str().unwrap().to_owned(),
            meta: self.get_row(&pk, "META").await,
            text: self.get_row(&pk, &format!("MSG#{message}")).await,
            message,
        }
    }

    async fn get_row(&self, pk: &str, sk: &str) -> Value {
        let table = self.system.dynamodb().tables()[0].name.clone();
        let (pk, sk) = (storage_key(pk), storage_key(sk));
        let item_json =
            self.system.dynamodb().engine().read(move |storage| storage.get_item(&table, &pk, &sk));
        serde_json::from_str(&item_json.await.unwrap().unwrap()).unwrap()
    }

    async fn measure_operations(&self, size: usize) -> Vec<Vec<String>> {
        let path = format!("/api/conversations/{}", self.conversation);
        let newest = self.user.get(&format!("{path}/messages?limit=50")).await;
        let older = newest["older_cursor"].as_str().unwrap().to_owned();
        let operations = [
            ("inbox, 30", "/api/conversations?limit=30".to_owned()),
            ("thread, newest 50", format!("{path}/messages?limit=50")),
            ("thread, 50 older", format!("{path}/messages?limit=50&before={older}")),
            (
                "search for a name that 25 have",
                "/api/conversations?search=noor&limit=30".to_owned(),
            ),
            (
                "search for a name that 1 in 100 has, 30",
                "/api/conversations?search=maya&limit=30".to_owned(),
            ),
            (
                "search for the end of a number",
                "/api/conversations?search=000001&limit=30".to_owned(),
            ),
        ];
        let mut rows = Vec::new();
        for (name, path) in operations {
            let load_before = load_average();
            self.system.wait_until_idle().await;
            self.system.dynamodb().capacity().reset();
            self.call(Method::GET, &path, None).await;
            let function =
                if path.contains("/messages") { "list-messages" } else { "list-conversations" };
            let units = self.system.dynamodb().capacity().for_caller(function).read_units;
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..CALLS_PER_OPERATION {
                let started_at = Instant::now();
                self.call(Method::GET, &path, None).await;
                times.push(started_at.elapsed());
            }
            let times = Times::new(times);
            rows.push(vec![
                name.to_owned(),
                size.to_string(),
                (conversation_count(size) + 1).to_string(),
                units.to_string(),
                times.per_mille(500),
                times.per_mille(990),
                load_before,
            ]);
        }
        rows
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.system.url());
        let request = self.client.request(method, url).header("origin", self.system.url());
        let request = request.bearer_auth(&self.user.token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

/// Returns the number of conversations without the long one.
fn conversation_count(size: usize) -> usize {
    size / 2 / MESSAGES_PER_CONVERSATION
}

fn index_entry(row: &Row, list_pk: &str, list_sk: &str) -> String {
    let text = |value: &str| json!({ "S": value });
    json!({
        "pk": text(&row.pk), "sk": text(&row.sk), "list_pk": text(list_pk), "list_sk": text(list_sk),
    })
    .to_string()
}

/// Returns all rows of a system with `size` messages, without the existing ones, in chunks.
fn copied_rows(template: &TemplateRows, size: usize) -> impl Iterator<Item = Vec<Row>> {
    let newest_time =
        u64::try_from(MessageId::parse(&template.message).unwrap().time().as_millisecond())
            .unwrap();
    // Older than the existing rows, one second apart.
    let time = move |index: usize| newest_time - 1_000 * (u64::try_from(index).unwrap() + 1);
    let long_thread =
        (0..size / 2 - 1).map(move |n| vec![message_item(template, &template.id, time(n), n)]);
    let short_threads =
        (0..conversation_count(size)).map(move |n| conversation_rows(template, n, time(n)));
    let mut rows = long_thread.chain(short_threads);
    std::iter::from_fn(move || {
        let mut chunk = Vec::new();
        while chunk.len() < ROWS_PER_TRANSACTION
            && let Some(next_rows) = rows.next()
        {
            chunk.extend(next_rows);
        }
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn conversation_rows(template: &TemplateRows, index: usize, time: u64) -> Vec<Row> {
    let number = format!("+1425{}", 2_000_000 + index);
    let contact = Address::parse(&number).unwrap();
    let business = Address::parse(&Settings::published().unwrap().senders.number).unwrap();
    let id = ConversationId::direct(&InstallKey::new([7; 32]), &business, &contact).to_string();
    let name = match index {
        _ if index.is_multiple_of(100) => COMMON_NAME,
        1..=RARE_NAME_COUNT => RARE_NAME,
        _ => OTHER_NAME,
    };
    let list_sk = format!("{time:013}#{id}");
    let mut meta = template.meta.clone();
    for (field, value) in [("pk", format!("CONV#{id}")), ("list_sk", list_sk.clone())] {
        meta[field] = json!({ "S": value });
    }
    meta["contact"] = json!({ "S": number });
    meta["name"] = json!({ "S": name });
    let list_pk = meta["list_pk"]["S"].as_str().unwrap().to_owned();
    let pk = format!("CONV#{id}");
    let meta_row = Row {
        pk: pk.clone(),
        sk: "META".to_owned(),
        json: meta.to_string(),
        list_key: Some((list_pk, list_sk)),
    };
    let terms: BTreeSet<SearchTerm> =
        name_terms(name).into_iter().chain(number_terms(&contact)).collect();
    let search_rows = terms.iter().map(|term| search_entry_row(term, &id));
    let message_rows = (0..MESSAGES_PER_CONVERSATION).map(|n| {
        let offset = u64::try_from(n).unwrap();
        message_item(
            template,
            &id,
            time - offset,
            1_000_000 + index * MESSAGES_PER_CONVERSATION + n,
        )
    });
    std::iter::once(meta_row).chain(search_rows).chain(message_rows).collect()
}

fn search_entry_row(term: &SearchTerm, id: &str) -> Row {
    let (pk, sk) = (
        format!("SEARCH#main#{}{}", if term.backward { "<" } else { "" }, term.head),
        format!("{}#{id}", term.rest),
    );
    let text = |value: &str| json!({ "S": value });
    let json = json!({ "pk": text(&pk), "sk": text(&sk), "conversation_id": text(id) }).to_string();
    Row { pk, sk, json, list_key: None }
}

fn message_item(template: &TemplateRows, id: &str, time: u64, index: usize) -> Row {
    let ulid = MessageId::from_parts(time, u128::try_from(index).unwrap()).to_string();
    let (pk, sk) = (format!("CONV#{id}"), format!("MSG#{ulid}"));
    let mut text = template.text.clone();
    for (field, value) in [
        ("pk", pk.clone()),
        ("sk", sk.clone()),
        ("id", ulid),
        ("conversation", id.to_owned()),
        ("sid", template.sid.replace(&template.sid[20..], &format!("{index:014x}"))),
        ("contact", template.number.clone()),
    ] {
        text[field] = json!({ "S": value });
    }
    Row { pk, sk, json: text.to_string(), list_key: None }
}

/// Returns a key as the engine stores it, with the letter of its type.
fn storage_key(text: &str) -> String {
    format!("S:{text}")
}
