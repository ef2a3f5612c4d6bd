use serde_json::json;

use super::*;

/// The phones API over HTTP, as the gateway mounts it.
struct Page {
    bench: Bench,
    base: String,
}

impl Page {
    async fn open() -> Self {
        let bench = Bench::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/phones/api", listener.local_addr().unwrap());
        let router = axum::Router::new().nest("/phones/api", bench.twilio.phones());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { bench, base }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let call = self.bench.http.request(method, format!("{}{path}", self.base)).json(&body);
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
    let page = Page::open().await;
    let new = json!({ "number": "+1 (206) 555-0123", "name": " Ada " });
    let (status, phone) = page.call("POST", "/phones", new.clone()).await;
    assert_eq!((status, &phone["number"], &phone["name"]), (201, &CUSTOMER.into(), &"Ada".into()));
    assert_eq!(page.call("POST", "/phones", new).await.0, 200);
    let (_, invented) = page.call("POST", "/phones", json!({})).await;
    assert_eq!(invented["number"], "+12065550101");

    let changed =
        page.call("PATCH", "/phones/+12065550123", json!({ "name": "Ada Lovelace" })).await;
    assert_eq!(changed.1["name"], "Ada Lovelace");
    assert_eq!(page.call("DELETE", "/phones/+12065550101", Value::Null).await.0, 204);
    let bench = page.get("/phones").await;
    assert_eq!(bench["numbers"], json!([NUMBER, WHATSAPP, MESSENGER, RCS]));
    let names: Vec<&Value> =
        bench["phones"].as_array().unwrap().iter().map(|phone| &phone["name"]).collect();
    assert_eq!(names, ["Ada Byron", "Ada Lovelace"]);
    for wrong in ["12", NUMBER] {
        assert_eq!(page.call("POST", "/phones", json!({ "number": wrong })).await.0, 422);
    }
}

#[tokio::test]
async fn what_is_typed_is_stored_at_the_desk_and_the_reply_arrives() {
    let page = Page::open().await;
    page.call("POST", "/phones", json!({ "number": CUSTOMER })).await;
    let path = format!("/phones/{CUSTOMER}/messages");
    let (status, typed) = page.call("POST", &path, json!({ "to": NUMBER, "body": "hello" })).await;
    assert_eq!((status, &typed["state"]), (201, &"sending".into()));
    page.bench.send("hello yourself").await;
    page.bench.twilio.settled().await;
    let screen = page.get(&path).await;
    let [typed, reply] = screen["messages"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!((&typed["state"], &typed["from_phone"]), (&"stored".into(), &true.into()));
    assert!(typed["stored_ms"].as_f64().unwrap() > 0.0);
    assert_eq!((&reply["state"], &reply["body"]), (&"arrived".into(), &"hello yourself".into()));
}

#[tokio::test]
async fn in_airplane_mode_nothing_goes_out_and_nothing_comes_in() {
    let page = Page::open().await;
    page.call("POST", "/phones", json!({ "number": CUSTOMER })).await;
    let phone = format!("/phones/{CUSTOMER}");
    let messages = format!("{phone}/messages");
    page.call("PATCH", &phone, json!({ "airplane": true })).await;
    let typed = page.call("POST", &messages, json!({ "to": NUMBER, "body": "hello" })).await;
    assert_eq!(typed.0, 409);
    page.bench.send("are you there?").await;
    page.bench.twilio.settled().await;
    assert_eq!(page.get(&messages).await["messages"], json!([]));
    page.call("PATCH", &phone, json!({ "airplane": false })).await;
    page.bench.twilio.settled().await;
    assert_eq!(page.get(&messages).await["messages"][0]["body"], "are you there?");
}

#[tokio::test]
async fn a_text_from_the_desk_to_a_new_customer_puts_a_phone_on_the_bench_live() {
    let page = Page::open().await;
    let mut response = page.bench.http.get(format!("{}/events", page.base)).send().await.unwrap();
    page.bench.send("good morning").await;
    let mut told = String::new();
    while !told.contains("event: message") || !told.ends_with("\n\n") {
        told.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(told.starts_with("event: phone"), "{told}");
    assert!(told.contains("good morning"));
    page.bench.twilio.stop().await;
    assert!(response.chunk().await.unwrap().is_none(), "the stream ends with the simulator");
}

#[tokio::test]
async fn faults_are_armed_and_observed_from_outside() {
    let page = Page::open().await;
    for order in [
        json!({ "on": "create", "body": "third", "lasting_ms": 1000, "fault": { "kind": "answer", "status": 429 } }),
        json!({ "on": "callback", "status": "sent", "fault": { "kind": "dropped" } }),
        json!({ "on": "inbound", "fault": { "kind": "copies", "count": 3 } }),
        json!({ "on": "pace", "sending_ms": 0, "sent_ms": 0, "delivered_ms": 0 }),
        json!({ "on": "port", "refuse": false }),
    ] {
        assert_eq!(page.call("POST", "/script", order.clone()).await.0, 204, "{order}");
    }
    assert_eq!(page.call("POST", "/script", json!({ "on": "nothing" })).await.0, 422);
    let third = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the third")];
    assert_eq!(refusal(page.bench.create(&third).await).await, (429, 20429));
    page.bench.send("the fourth").await;
    page.bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    page.bench.twilio.settled().await;
    let seen = page.get("/script").await;
    assert_eq!(seen["creates"].as_array().unwrap().len(), 2);
    assert_eq!(seen["webhooks"].as_array().unwrap().len(), 5);
    assert_eq!(seen["left"], 0);
    assert_eq!(page.call("DELETE", "/script", Value::Null).await.0, 204);
    assert_eq!(page.bench.create(&third).await.status(), StatusCode::CREATED);
}
