//! Sinks and subscriptions: made, listed, changed, taken away, refused.

use reqwest::Method;
use serde_json::json;

use super::*;

const SENT: &str = "com.twilio.messaging.message.sent";
const READ: &str = "com.twilio.messaging.message.read";

impl Bench {
    /// A sink at `/events` of this desk, for arrays of events or for single ones.
    pub(super) async fn sink(&self, desk: &Desk, batch: bool) -> Value {
        let destination = format!("{}/events", desk.url());
        let configuration =
            json!({ "destination": destination, "method": "POST", "batch_events": batch });
        self.sink_of(&configuration.to_string()).await
    }

    pub(super) async fn sink_of(&self, configuration: &str) -> Value {
        let made = self.post("/v1/Sinks", &sink("webhook", configuration)).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        made.json().await.unwrap()
    }

    /// A subscription of the sink to these types.
    pub(super) async fn subscribe(&self, sink: &str, types: &[&str]) -> Value {
        let types: Vec<String> = types
            .iter()
            .map(|one| json!({ "type": one, "schema_version": 3 }).to_string())
            .collect();
        let mut fields = vec![("Description", "Ours"), ("SinkSid", sink)];
        fields.extend(types.iter().map(|one| ("Types", one.as_str())));
        let made = self.post("/v1/Subscriptions", &fields).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        made.json().await.unwrap()
    }
}

fn sink<'a>(kind: &'a str, configuration: &'a str) -> [(&'a str, &'a str); 3] {
    [("Description", "Ours"), ("SinkType", kind), ("SinkConfiguration", configuration)]
}

fn sids<'a>(page: &'a Value, key: &str) -> Vec<&'a str> {
    page[key].as_array().unwrap().iter().map(|one| one["sid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_sink_is_active_once_made_and_stays_while_it_is_subscribed_to() {
    let bench = Bench::new().await;
    let sink = bench.sink(&bench.desk, false).await;
    let sid = sink["sid"].as_str().unwrap();
    let path = format!("/v1/Sinks/{sid}");
    assert!(sid.starts_with("DG") && sid.len() == 34);
    assert_eq!((&sink["status"], &sink["sink_type"]), (&"active".into(), &"webhook".into()));
    let destination = format!("{}/events", bench.desk.url());
    let configured = json!({ "destination": destination, "method": "POST", "batch_events": false });
    assert_eq!(sink["sink_configuration"], configured);
    assert_eq!(bench.get(&path).await, sink);
    let renamed = bench.post(&path, &[("Description", "Theirs")]).await;
    assert_eq!(renamed.json::<Value>().await.unwrap()["description"], "Theirs");

    let subscription = bench.subscribe(sid, &[SENT, READ]).await;
    let own = format!("/v1/Subscriptions/{}", subscription["sid"].as_str().unwrap());
    assert_eq!(bench.get(&own).await, subscription);
    let renamed = bench.post(&own, &[("Description", "Theirs")]).await;
    assert_eq!(renamed.json::<Value>().await.unwrap()["description"], "Theirs");
    let types = bench.get(&format!("{own}/SubscribedEvents")).await;
    let told = |at: usize| {
        (types["types"][at]["type"].clone(), types["types"][at]["schema_version"].clone())
    };
    assert_eq!((told(0), told(1)), ((json!(READ), json!(3)), (json!(SENT), json!(3))));

    assert_eq!(refusal(bench.call(Method::DELETE, &path).await).await, (400, 91007));
    assert_eq!(bench.call(Method::DELETE, &own).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(bench.call(Method::GET, &own).await).await, (404, 91102));
    assert_eq!(bench.call(Method::DELETE, &path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(bench.call(Method::GET, &path).await).await, (404, 91001));
}

#[tokio::test]
async fn sinks_and_subscriptions_are_listed_page_by_page_and_by_what_they_belong_to() {
    let bench = Bench::new().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(bench.sink(&bench.desk, true).await["sid"].as_str().unwrap().to_owned());
    }
    let used = bench.subscribe(&made[1], &[READ]).await;
    let first = bench.get("/v1/Sinks?PageSize=2").await;
    assert_eq!(sids(&first, "sinks"), made[..2]);
    assert_eq!(first["meta"]["key"], "sinks");
    let next = first["meta"]["next_page_url"].as_str().unwrap();
    let second = bench.get(next.strip_prefix(&bench.twilio.url()).unwrap()).await;
    assert_eq!(sids(&second, "sinks"), made[2..]);
    assert_eq!(second["meta"]["next_page_url"], Value::Null);
    assert_eq!(second["meta"]["previous_page_url"], first["meta"]["first_page_url"]);

    assert_eq!(sids(&bench.get("/v1/Sinks?InUse=true").await, "sinks"), [&*made[1]]);
    assert_eq!(sids(&bench.get("/v1/Sinks?InUse=false").await, "sinks").len(), 2);
    assert_eq!(sids(&bench.get("/v1/Sinks?Status=active").await, "sinks").len(), 3);
    assert_eq!(bench.get("/v1/Sinks?Status=failed").await["sinks"], json!([]));
    let of = |sink: &str| format!("/v1/Subscriptions?SinkSid={sink}");
    let own = bench.get(&of(&made[1])).await;
    assert_eq!(sids(&own, "subscriptions"), [used["sid"].as_str().unwrap()]);
    assert_eq!(bench.get(&of(&made[0])).await["subscriptions"], json!([]));
    for (query, code) in [("PageSize=0", 20007), ("PageSize=1001", 20007), ("Page=x", 20006)] {
        let answer = bench.call(Method::GET, &format!("/v1/Sinks?{query}")).await;
        assert_eq!(refusal(answer).await, (400, code), "{query}");
    }
}

#[tokio::test]
async fn a_sink_that_twilio_would_refuse_or_that_leads_elsewhere_is_refused() {
    let bench = Bench::new().await;
    let at = |destination: &str| {
        json!({ "destination": destination, "method": "POST", "batch_events": true }).to_string()
    };
    let here = bench.desk.url();
    for (kind, configuration, code) in [
        ("webhook", "", 20001),
        ("", &*at(&here), 20001),
        ("kinesis", r#"{"arn":"arn:aws:kinesis:us-east-1:111111111:stream/test"}"#, 91000),
        ("segment", r#"{"write_key":"KEY"}"#, 91000),
        ("pigeon", &at(&here), 91000),
        ("webhook", "no JSON", 91000),
        ("webhook", "[]", 91000),
        ("webhook", r#"{"method":"POST","batch_events":true}"#, 91000),
        ("webhook", &at("here"), 91000),
        ("webhook", &at("ftp://127.0.0.1/events"), 91000),
        ("webhook", &at("mailto:me@localhost"), 91000),
        ("webhook", &at(&here).replace("POST", "GET"), 91000),
        ("webhook", &at(&here).replace("true", "\"yes\""), 91000),
        ("webhook", &at("https://desk.example.com/twilio/events"), 91000),
        ("webhook", &at("http://192.0.2.1/events"), 91000),
        ("webhook", &at("http://[2001:db8::1]/events"), 91000),
        ("webhook", &at("http://localhost.example.com/events"), 91000),
        ("webhook", &at("http://127.0.0.1@example.com/events"), 91000),
    ] {
        let answer = bench.post("/v1/Sinks", &sink(kind, configuration)).await;
        assert_eq!(refusal(answer).await, (400, code), "{kind} {configuration}");
    }
    let nameless = bench.post("/v1/Sinks", &sink("webhook", &at(&here))[1..]).await;
    assert_eq!(refusal(nameless).await, (400, 20001));
    assert_eq!(bench.get("/v1/Sinks").await["sinks"], json!([]));

    for own in
        ["http://localhost:1/a", "http://desk.localhost/", "https://[::1]/", "http://127.8.8.8/"]
    {
        bench.sink_of(&at(own)).await;
    }
    for _ in 4..100 {
        bench.sink_of(&at(&here)).await;
    }
    let one_more = bench.post("/v1/Sinks", &sink("webhook", &at(&here))).await;
    assert_eq!(refusal(one_more).await, (400, 91003));
}

#[tokio::test]
async fn the_desk_is_no_foreign_place_wherever_it_is() {
    let clock = Arc::new(ShiftClock::new());
    let twilio = Twilio::start(options(None, "http://192.0.2.7:3000", clock)).await.unwrap();
    for (destination, status) in
        [("http://192.0.2.7:3000/twilio/events", 201), ("http://192.0.2.7/twilio/events", 400)]
    {
        let configuration =
            json!({ "destination": destination, "method": "post", "batch_events": true });
        let call =
            reqwest::Client::builder().build().unwrap().post(format!("{}/v1/Sinks", twilio.url()));
        let call = call.basic_auth(ACCOUNT, Some(TOKEN));
        let answer = call.form(&sink("webhook", &configuration.to_string())).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{destination}");
    }
    twilio.stop().await;
}

#[tokio::test]
async fn a_subscription_that_twilio_would_refuse_is_refused_with_its_code() {
    let bench = Bench::new().await;
    let sink = bench.sink(&bench.desk, true).await;
    let sink = sink["sid"].as_str().unwrap();
    let unknown = format!("DG{:032x}", 7);
    let read = json!({ "type": READ, "schema_version": 1 }).to_string();
    let typo = read.replace("read", "raed");
    for (sink, types, expected) in [
        ("", vec![&*read], (400, 20001)),
        ("DG1", vec![&*read], (400, 91006)),
        (&*unknown, vec![&*read], (404, 91001)),
        (sink, vec![], (400, 91103)),
        (sink, vec!["com.twilio.messaging.message.read"], (400, 20001)),
        (sink, vec![r#"{"schema_version":1}"#], (400, 20001)),
        (sink, vec![&*typo], (400, 91104)),
        (sink, vec![&*read, &*read], (400, 91101)),
    ] {
        let mut fields = vec![("Description", "Ours"), ("SinkSid", sink)];
        fields.extend(types.iter().map(|one| ("Types", *one)));
        let answer = bench.post("/v1/Subscriptions", &fields).await;
        assert_eq!(refusal(answer).await, expected, "{fields:?}");
    }
    assert_eq!(bench.get("/v1/Subscriptions").await["subscriptions"], json!([]));
}

#[tokio::test]
async fn only_the_accounts_owner_sees_or_makes_sinks() {
    let bench = Bench::new().await;
    for path in ["/v1/Sinks", "/v1/Subscriptions"] {
        let url = format!("{}{path}", bench.twilio.url());
        let stranger = bench.http.get(&url).basic_auth(ACCOUNT, Some("guess")).send().await;
        assert_eq!(refusal(stranger.unwrap()).await, (401, 20003));
        let nobody = bench.http.post(&url).send().await;
        assert_eq!(refusal(nobody.unwrap()).await, (401, 20003));
    }
}
