//! Sinks and subscriptions: creation, lists, updates, deletion and errors.

use reqwest::Method;
use serde_json::json;

use super::*;

const SENT: &str = "com.twilio.messaging.message.sent";
const READ: &str = "com.twilio.messaging.message.read";

impl SimulatorFixture {
    /// Creates a sink at the receiver's `/events`, for batches or single events.
    pub(super) async fn create_sink(&self, receiver: &WebhookReceiver, batch: bool) -> Value {
        let destination = format!("{}/events", receiver.url());
        let configuration =
            json!({ "destination": destination, "method": "POST", "batch_events": batch });
        self.create_sink_with(&configuration.to_string()).await
    }

    pub(super) async fn create_sink_with(&self, configuration: &str) -> Value {
        let response = self.post("/v1/Sinks", &sink_fields("webhook", configuration)).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        response.json().await.unwrap()
    }

    /// Subscribes the sink to these types.
    pub(super) async fn subscribe(&self, sink: &str, types: &[&str]) -> Value {
        let types: Vec<String> = types
            .iter()
            .map(|event_type| json!({ "type": event_type, "schema_version": 3 }).to_string())
            .collect();
        let mut fields = vec![("Description", "Ours"), ("SinkSid", sink)];
        fields.extend(types.iter().map(|event_type| ("Types", event_type.as_str())));
        let response = self.post("/v1/Subscriptions", &fields).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        response.json().await.unwrap()
    }
}

fn sink_fields<'a>(kind: &'a str, configuration: &'a str) -> [(&'a str, &'a str); 3] {
    [("Description", "Ours"), ("SinkType", kind), ("SinkConfiguration", configuration)]
}

fn sids_of<'a>(page: &'a Value, key: &str) -> Vec<&'a str> {
    page[key].as_array().unwrap().iter().map(|item| item["sid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_new_sink_is_active_and_cannot_be_deleted_while_in_use() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.create_sink(&fixture.receiver, false).await;
    let sid = sink["sid"].as_str().unwrap();
    let path = format!("/v1/Sinks/{sid}");
    assert!(sid.starts_with("DG") && sid.len() == 34);
    assert_eq!((&sink["status"], &sink["sink_type"]), (&"active".into(), &"webhook".into()));
    let destination = format!("{}/events", fixture.receiver.url());
    let configured = json!({ "destination": destination, "method": "POST", "batch_events": false });
    assert_eq!(sink["sink_configuration"], configured);
    assert_eq!(fixture.get(&path).await, sink);
    let renamed = fixture.post(&path, &[("Description", "Theirs")]).await;
    assert_eq!(renamed.json::<Value>().await.unwrap()["description"], "Theirs");

    let subscription = fixture.subscribe(sid, &[SENT, READ]).await;
    let subscription_path = format!("/v1/Subscriptions/{}", subscription["sid"].as_str().unwrap());
    assert_eq!(fixture.get(&subscription_path).await, subscription);
    let renamed = fixture.post(&subscription_path, &[("Description", "Theirs")]).await;
    assert_eq!(renamed.json::<Value>().await.unwrap()["description"], "Theirs");
    let types = fixture.get(&format!("{subscription_path}/SubscribedEvents")).await;
    let type_at = |index: usize| {
        (types["types"][index]["type"].clone(), types["types"][index]["schema_version"].clone())
    };
    assert_eq!((type_at(0), type_at(1)), ((json!(READ), json!(3)), (json!(SENT), json!(3))));

    assert_eq!(error_codes(fixture.call(Method::DELETE, &path).await).await, (400, 91007));
    assert_eq!(
        fixture.call(Method::DELETE, &subscription_path).await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        error_codes(fixture.call(Method::GET, &subscription_path).await).await,
        (404, 91102)
    );
    assert_eq!(fixture.call(Method::DELETE, &path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(error_codes(fixture.call(Method::GET, &path).await).await, (404, 91001));
}

#[tokio::test]
async fn sinks_and_subscriptions_are_listed_in_pages_with_filters() {
    let fixture = SimulatorFixture::new().await;
    let mut sink_sids = Vec::new();
    for _ in 0..3 {
        sink_sids.push(
            fixture.create_sink(&fixture.receiver, true).await["sid"].as_str().unwrap().to_owned(),
        );
    }
    let used = fixture.subscribe(&sink_sids[1], &[READ]).await;
    let first = fixture.get("/v1/Sinks?PageSize=2").await;
    assert_eq!(sids_of(&first, "sinks"), sink_sids[..2]);
    assert_eq!(first["meta"]["key"], "sinks");
    let next = first["meta"]["next_page_url"].as_str().unwrap();
    let (_, next_path) = next.split_once("/events").unwrap();
    let second = fixture.get(next_path).await;
    assert_eq!(sids_of(&second, "sinks"), sink_sids[2..]);
    assert_eq!(second["meta"]["next_page_url"], Value::Null);
    assert_eq!(second["meta"]["previous_page_url"], first["meta"]["first_page_url"]);

    assert_eq!(sids_of(&fixture.get("/v1/Sinks?InUse=true").await, "sinks"), [&*sink_sids[1]]);
    assert_eq!(sids_of(&fixture.get("/v1/Sinks?InUse=false").await, "sinks").len(), 2);
    assert_eq!(sids_of(&fixture.get("/v1/Sinks?Status=active").await, "sinks").len(), 3);
    assert_eq!(fixture.get("/v1/Sinks?Status=failed").await["sinks"], json!([]));
    let filter_by = |sink: &str| format!("/v1/Subscriptions?SinkSid={sink}");
    let filtered = fixture.get(&filter_by(&sink_sids[1])).await;
    assert_eq!(sids_of(&filtered, "subscriptions"), [used["sid"].as_str().unwrap()]);
    assert_eq!(fixture.get(&filter_by(&sink_sids[0])).await["subscriptions"], json!([]));
    for (query, code) in [("PageSize=0", 20007), ("PageSize=1001", 20007), ("Page=x", 20006)] {
        let response = fixture.call(Method::GET, &format!("/v1/Sinks?{query}")).await;
        assert_eq!(error_codes(response).await, (400, code), "{query}");
    }
}

#[tokio::test]
async fn an_invalid_or_external_sink_is_rejected() {
    let fixture = SimulatorFixture::new().await;
    let config_for = |destination: &str| {
        json!({ "destination": destination, "method": "POST", "batch_events": true }).to_string()
    };
    let here = fixture.receiver.url();
    for (kind, configuration, code) in [
        ("webhook", "", 20001),
        ("", &*config_for(&here), 20001),
        ("kinesis", r#"{"arn":"arn:aws:kinesis:us-east-1:111111111:stream/test"}"#, 91000),
        ("segment", r#"{"write_key":"KEY"}"#, 91000),
        ("pigeon", &config_for(&here), 91000),
        ("webhook", "no JSON", 91000),
        ("webhook", "[]", 91000),
        ("webhook", r#"{"method":"POST","batch_events":true}"#, 91000),
        ("webhook", &config_for("here"), 91000),
        ("webhook", &config_for("ftp://127.0.0.1/events"), 91000),
        ("webhook", &config_for("mailto:me@localhost"), 91000),
        ("webhook", &config_for(&here).replace("POST", "GET"), 91000),
        ("webhook", &config_for(&here).replace("true", "\"yes\""), 91000),
        ("webhook", &config_for("https://desk.example.com/twilio/events"), 91000),
        ("webhook", &config_for("http://192.0.2.1/events"), 91000),
        ("webhook", &config_for("http://[2001:db8::1]/events"), 91000),
        ("webhook", &config_for("http://localhost.example.com/events"), 91000),
        ("webhook", &config_for("http://127.0.0.1@example.com/events"), 91000),
    ] {
        let response = fixture.post("/v1/Sinks", &sink_fields(kind, configuration)).await;
        assert_eq!(error_codes(response).await, (400, code), "{kind} {configuration}");
    }
    let response =
        fixture.post("/v1/Sinks", &sink_fields("webhook", &config_for(&here))[1..]).await;
    assert_eq!(error_codes(response).await, (400, 20001));
    assert_eq!(fixture.get("/v1/Sinks").await["sinks"], json!([]));

    for local_url in
        ["http://localhost:1/a", "http://desk.localhost/", "https://[::1]/", "http://127.8.8.8/"]
    {
        fixture.create_sink_with(&config_for(local_url)).await;
    }
    for _ in 4..100 {
        fixture.create_sink_with(&config_for(&here)).await;
    }
    let response = fixture.post("/v1/Sinks", &sink_fields("webhook", &config_for(&here))).await;
    assert_eq!(error_codes(response).await, (400, 91003));
}

#[tokio::test]
async fn a_sink_at_the_public_url_is_accepted() {
    let clock = Arc::new(OffsetClock::new());
    let twilio = Twilio::start(options(None, "http://192.0.2.7:3000", clock)).await.unwrap();
    for (destination, status) in
        [("http://192.0.2.7:3000/twilio/events", 201), ("http://192.0.2.7/twilio/events", 400)]
    {
        let configuration =
            json!({ "destination": destination, "method": "post", "batch_events": true });
        let call = reqwest::Client::builder()
            .build()
            .unwrap()
            .post(format!("{}/events/v1/Sinks", twilio.url()));
        let call = call.basic_auth(ACCOUNT, Some(TOKEN));
        let response =
            call.form(&sink_fields("webhook", &configuration.to_string())).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{destination}");
    }
    twilio.stop().await;
}

#[tokio::test]
async fn an_invalid_subscription_is_rejected_with_its_code() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.create_sink(&fixture.receiver, true).await;
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
        fields.extend(types.iter().map(|event_type| ("Types", *event_type)));
        let response = fixture.post("/v1/Subscriptions", &fields).await;
        assert_eq!(error_codes(response).await, expected, "{fields:?}");
    }
    assert_eq!(fixture.get("/v1/Subscriptions").await["subscriptions"], json!([]));
}

#[tokio::test]
async fn only_the_account_owner_can_list_or_create_sinks() {
    let fixture = SimulatorFixture::new().await;
    for path in ["/v1/Sinks", "/v1/Subscriptions"] {
        let url = fixture.url(path);
        let wrong_token = fixture.http.get(&url).basic_auth(ACCOUNT, Some("guess")).send().await;
        assert_eq!(error_codes(wrong_token.unwrap()).await, (401, 20003));
        let without_token = fixture.http.post(&url).send().await;
        assert_eq!(error_codes(without_token.unwrap()).await, (401, 20003));
    }
}
