use std::time::Duration;

use super::*;
use crate::webhook::{Overrides, WebhookOutcome};
use crate::{CallbackFault, FaultRule, Status};

#[tokio::test]
async fn an_inbound_message_is_posted_signed_with_all_parameters() {
    let fixture = SimulatorFixture::new().await;
    let message = fixture.twilio.type_text(CUSTOMER, NUMBER, "is it open? ☀️ a+b=c&d").unwrap();
    fixture.twilio.wait_until_idle().await;
    let [webhook] = fixture.receiver.webhooks().try_into().unwrap();
    assert_eq!(webhook.path, "/twilio/messages");
    assert!(fixture.receiver.is_signed(&webhook, TOKEN));
    assert!(!fixture.receiver.is_signed(&webhook, "another token"));
    for (name, value) in [
        ("MessageSid", &*message.sid),
        ("SmsSid", &message.sid),
        ("SmsMessageSid", &message.sid),
        ("AccountSid", ACCOUNT),
        ("From", CUSTOMER),
        ("To", NUMBER),
        ("Body", "is it open? ☀️ a+b=c&d"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
        ("FromCountry", "US"),
        ("FromZip", "98101"),
    ] {
        assert_eq!(webhook.field(name), value, "{name}");
    }
    let answer = fixture.twilio.messages().unwrap()[0].webhook_result.unwrap();
    assert_eq!(answer.status, Some(200));
}

#[tokio::test]
async fn callbacks_arrive_in_order_without_one_for_the_initial_status() {
    let fixture = SimulatorFixture::new().await;
    fixture.send("hello").await;
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.callback_statuses(), ["sending", "sent", "delivered"]);
    for webhook in fixture.receiver.webhooks() {
        assert!(fixture.receiver.is_signed(&webhook, TOKEN));
        assert_eq!(webhook.path, "/twilio/deliveries/c/m");
    }
    let last = fixture.receiver.webhooks().pop().unwrap();
    assert_eq!(last.field("RawDlrDoneDate").len(), 10);
}

#[tokio::test]
async fn a_503_response_is_final_unless_the_url_requests_retries() {
    let fixture = SimulatorFixture::new().await;
    fixture.receiver.respond_with(&[503]);
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.webhooks().len(), 1);
    assert_eq!(fixture.twilio.messages().unwrap()[0].webhook_result.unwrap().status, Some(503));

    fixture.receiver.respond_with(&[503, 500, 503, 200]);
    let callback = format!("{}#rc=2&rp=5xx", fixture.callback_url());
    let fields =
        [("To", "+12065550199"), ("From", NUMBER), ("Body", "x"), ("StatusCallback", &*callback)];
    fixture
        .twilio
        .script()
        .on_callback(FaultRule::next(CallbackFault::Dropped).status(Status::Sent));
    fixture
        .twilio
        .script()
        .on_callback(FaultRule::next(CallbackFault::Dropped).status(Status::Delivered));
    fixture.create(&fields).await;
    fixture.twilio.wait_until_idle().await;
    assert_eq!(
        fixture.receiver.callback_statuses().iter().filter(|status| *status == "sending").count(),
        3
    );
    assert!(fixture.receiver.webhooks().iter().all(|webhook| !webhook.path.contains('#')));
}

#[tokio::test]
async fn a_webhook_without_a_response_is_abandoned_after_the_timeout() {
    let fixture = SimulatorFixture::new().await;
    fixture.receiver.stop_responding();
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.receiver.wait_for(1).await;
    fixture.clock.advance(Duration::from_secs(21));
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.twilio.messages().unwrap()[0].webhook_result.unwrap().status, None);
    assert_eq!(fixture.receiver.webhooks().len(), 1);
}

#[tokio::test]
async fn a_message_sent_while_the_webhook_url_is_down_arrives_later() {
    let (closed_socket, address) = reserve_closed_address();
    let clock = Arc::new(OffsetClock::new());
    let url = format!("http://{address}");
    let twilio = Twilio::start(options(None, &url, clock)).await.unwrap();
    twilio.type_text(CUSTOMER, NUMBER, "hello?").unwrap();
    let receiver = WebhookReceiver::start_on(closed_socket.listen(64).unwrap());
    twilio.wait_until_idle().await;
    assert_eq!(receiver.webhooks()[0].field("Body"), "hello?");
    assert_eq!(receiver.webhooks().len(), 1);
    twilio.stop().await;
}

#[tokio::test]
async fn pending_work_continues_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(OffsetClock::new());
    let state_dir = Some(folder.path().to_owned());
    let (closed_socket, address) = reserve_closed_address();
    let url = format!("http://{address}");

    let first = Twilio::start(options(state_dir.clone(), &url, Arc::clone(&clock))).await.unwrap();
    first.type_text(CUSTOMER, NUMBER, "before").unwrap();
    first.set_airplane("+12065550124", true).unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let create = format!("{}/api/2010-04-01/Accounts/{ACCOUNT}/Messages.json", first.url());
    let callback = format!("{url}/twilio/deliveries/c/m");
    let fields =
        [("To", CUSTOMER), ("From", NUMBER), ("Body", "b"), ("StatusCallback", &*callback)];
    let created = http.post(create).basic_auth(ACCOUNT, Some(TOKEN)).form(&fields).send();
    assert_eq!(created.await.unwrap().status(), StatusCode::CREATED);
    first.stop().await;

    let receiver = WebhookReceiver::start_on(closed_socket.listen(64).unwrap());
    let second = Twilio::start(options(state_dir, &url, clock)).await.unwrap();
    second.wait_until_idle().await;
    assert_eq!(second.messages().unwrap().len(), 2);
    let mut statuses = receiver.callback_statuses();
    statuses.sort();
    assert_eq!(statuses, ["", "delivered", "sending", "sent"]);
    second.stop().await;
}

#[test]
fn connection_overrides_are_parsed_from_the_fragment_within_bounds() {
    let defaults = Overrides::from_url("https://desk.example/hook");
    assert_eq!(
        (defaults.connect, defaults.read),
        (Duration::from_secs(5), Duration::from_secs(15))
    );
    assert!(
        defaults.should_retry(WebhookOutcome::NoConnection)
            && !defaults.should_retry(WebhookOutcome::Responded(503))
    );
    let overrides =
        Overrides::from_url("https://desk.example/hook#ct=2000&rt=90000&rc=3&rp=4xx,rt");
    assert_eq!(
        (overrides.connect, overrides.read),
        (Duration::from_secs(2), Duration::from_secs(15))
    );
    assert_eq!(overrides.retries, 3);
    assert!(
        overrides.should_retry(WebhookOutcome::Responded(404))
            && overrides.should_retry(WebhookOutcome::NoResponse)
    );
    assert!(
        !overrides.should_retry(WebhookOutcome::NoConnection)
            && !overrides.should_retry(WebhookOutcome::Responded(200))
    );
}
