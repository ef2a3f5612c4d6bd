use serde_json::json;

use super::*;

/// The phones API over HTTP, mounted as in Partyline.
struct PhonesPage {
    fixture: SimulatorFixture,
    base: String,
}

impl PhonesPage {
    async fn start() -> Self {
        let fixture = SimulatorFixture::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/phones/api", listener.local_addr().unwrap());
        let router = axum::Router::new().nest("/phones/api", fixture.twilio.phones());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { fixture, base }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let call = self.fixture.http.request(method, format!("{}{path}", self.base)).json(&body);
        let response = call.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        self.call("GET", path, Value::Null).await.1
    }
}

#[tokio::test]
async fn a_customer_is_added_renamed_and_removed() {
    let page = PhonesPage::start().await;
    let new = json!({ "number": "+1 (206) 555-0123", "name": " Ada " });
    let (status, phone) = page.call("POST", "/phones", new.clone()).await;
    assert_eq!((status, &phone["number"], &phone["name"]), (201, &CUSTOMER.into(), &"Ada".into()));
    assert_eq!(page.call("POST", "/phones", new).await.0, 200);
    let (_, generated) = page.call("POST", "/phones", json!({})).await;
    assert_eq!(generated["number"], "+12065550101");

    let changed =
        page.call("PATCH", "/phones/+12065550123", json!({ "name": "Ada Lovelace" })).await;
    assert_eq!(changed.1["name"], "Ada Lovelace");
    assert_eq!(page.call("DELETE", "/phones/+12065550101", Value::Null).await.0, 204);
    let phones = page.get("/phones").await;
    assert_eq!(phones["numbers"], json!([NUMBER, WHATSAPP, MESSENGER, RCS]));
    let names: Vec<&Value> =
        phones["phones"].as_array().unwrap().iter().map(|phone| &phone["name"]).collect();
    assert_eq!(names, ["Ada Byron", "Ada Lovelace"]);
    for wrong in ["12", NUMBER] {
        assert_eq!(page.call("POST", "/phones", json!({ "number": wrong })).await.0, 422);
    }
}

#[tokio::test]
async fn a_sent_message_is_stored_and_the_reply_arrives() {
    let page = PhonesPage::start().await;
    page.call("POST", "/phones", json!({ "number": CUSTOMER })).await;
    let path = format!("/phones/{CUSTOMER}/messages");
    let (status, sent) = page.call("POST", &path, json!({ "to": NUMBER, "body": "hello" })).await;
    assert_eq!((status, &sent["state"]), (201, &"sending".into()));
    page.fixture.send("hello yourself").await;
    page.fixture.twilio.wait_until_idle().await;
    let screen = page.get(&path).await;
    let [sent, reply] = screen["messages"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!((&sent["state"], &sent["from_phone"]), (&"stored".into(), &true.into()));
    assert!(sent["stored_ms"].as_f64().unwrap() > 0.0);
    assert_eq!((&reply["state"], &reply["body"]), (&"arrived".into(), &"hello yourself".into()));
}

#[tokio::test]
async fn airplane_mode_blocks_messages_in_both_directions() {
    let page = PhonesPage::start().await;
    page.call("POST", "/phones", json!({ "number": CUSTOMER })).await;
    let phone = format!("/phones/{CUSTOMER}");
    let messages = format!("{phone}/messages");
    page.call("PATCH", &phone, json!({ "airplane": true })).await;
    let response = page.call("POST", &messages, json!({ "to": NUMBER, "body": "hello" })).await;
    assert_eq!(response.0, 409);
    page.fixture.send("are you there?").await;
    page.fixture.twilio.wait_until_idle().await;
    assert_eq!(page.get(&messages).await["messages"], json!([]));
    page.call("PATCH", &phone, json!({ "airplane": false })).await;
    page.fixture.twilio.wait_until_idle().await;
    assert_eq!(page.get(&messages).await["messages"][0]["body"], "are you there?");
}

#[tokio::test]
async fn a_message_to_a_new_customer_adds_a_phone_live() {
    let page = PhonesPage::start().await;
    let mut response = page.fixture.http.get(format!("{}/events", page.base)).send().await.unwrap();
    page.fixture.send("good morning").await;
    let mut events = String::new();
    while !events.contains("event: message") || !events.ends_with("\n\n") {
        events.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(events.starts_with("event: phone"), "{events}");
    assert!(events.contains("good morning"));
    page.fixture.twilio.stop().await;
    assert!(response.chunk().await.unwrap().is_none(), "the stream ends with the simulator");
}

#[tokio::test]
async fn faults_are_armed_and_observed_over_http() {
    let page = PhonesPage::start().await;
    for command in [
        json!({ "on": "create", "body": "third", "lasting_ms": 1000, "fault": { "kind": "respond", "status": 429 } }),
        json!({ "on": "callback", "status": "sent", "fault": { "kind": "dropped" } }),
        json!({ "on": "inbound", "fault": { "kind": "copies", "count": 3 } }),
        json!({ "on": "pace", "sending_ms": 0, "sent_ms": 0, "delivered_ms": 0 }),
        json!({ "on": "port", "refuse": false }),
    ] {
        assert_eq!(page.call("POST", "/script", command.clone()).await.0, 204, "{command}");
    }
    assert_eq!(page.call("POST", "/script", json!({ "on": "nothing" })).await.0, 422);
    let third = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the third")];
    assert_eq!(error_codes(page.fixture.create(&third).await).await, (429, 20429));
    page.fixture.send("the fourth").await;
    page.fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    page.fixture.twilio.wait_until_idle().await;
    let observed = page.get("/script").await;
    assert_eq!(observed["creates"].as_array().unwrap().len(), 2);
    assert_eq!(observed["webhooks"].as_array().unwrap().len(), 5);
    assert_eq!(observed["left"], 0);
    assert_eq!(page.call("DELETE", "/script", Value::Null).await.0, 204);
    assert_eq!(page.fixture.create(&third).await.status(), StatusCode::CREATED);
}
