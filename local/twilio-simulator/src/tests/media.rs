//! Files of inbound and outbound messages.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::{FaultRule, MediaFault, PhoneInput};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

/// Receives a picture and returns its URL and content type from the webhook.
async fn receive_picture(fixture: &SimulatorFixture) -> (String, String) {
    let picture = fixture.twilio.store_media("image/png", Some("cat.png"), PNG).unwrap();
    let input = PhoneInput {
        from: CUSTOMER.to_owned(),
        to: NUMBER.to_owned(),
        body: "look".to_owned(),
        media: vec![picture],
        ..PhoneInput::default()
    };
    let message = fixture.twilio.send_from_phone(input).unwrap();
    assert!(message.sid.starts_with("MM"), "{}", message.sid);
    fixture.twilio.wait_until_idle().await;
    let webhook = fixture.receiver.webhooks().pop().unwrap();
    assert_eq!((webhook.field("NumMedia"), webhook.field("MediaContentType0")), ("1", "image/png"));
    assert!(fixture.receiver.is_signed(&webhook, TOKEN));
    (message.sid, webhook.field("MediaUrl0").to_owned())
}

/// Starts a server with a picture and returns the picture's URL.
async fn serve_picture(content_type: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cat.png", listener.local_addr().unwrap());
    let disposition = ("content-disposition", "inline; filename=\"cat.png\"");
    let picture = move || async move { ([("content-type", content_type), disposition], PNG) };
    let redirect = || async { axum::response::Redirect::temporary("/cat.png") };
    let router = axum::Router::new()
        .route("/cat.png", axum::routing::get(picture))
        .route("/moved.png", axum::routing::get(redirect));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

#[tokio::test]
async fn inbound_media_is_fetched_with_credentials_through_a_redirect() {
    let fixture = SimulatorFixture::new().await;
    let (sid, url) = receive_picture(&fixture).await;
    let client_builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client_builder.build().unwrap();
    assert_eq!(error_codes(client.get(&url).send().await.unwrap()).await, (401, 20003));
    let redirect = client.get(&url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
    let storage = redirect.headers()["location"].to_str().unwrap();
    let response = client.get(storage).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-disposition"], "inline; filename=\"cat.png\"");
    assert_eq!(&*response.bytes().await.unwrap(), PNG);

    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media.json");
    let list = fixture.get(&path).await;
    let uri = list["media_list"][0]["uri"].as_str().unwrap();
    assert_eq!(fixture.get(uri).await["content_type"], "image/png");
    assert_eq!(fixture.call(Method::DELETE, uri).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(error_codes(fixture.call(Method::GET, uri).await).await, (404, 20404));
    assert_eq!(fixture.get(&path).await["media_list"], json!([]));
}

#[tokio::test]
async fn an_armed_media_fault_affects_one_fetch() {
    let fixture = SimulatorFixture::new().await;
    let (_, url) = receive_picture(&fixture).await;
    let fetch = || fixture.http.get(&url).basic_auth(ACCOUNT, Some(TOKEN)).send();
    let script = fixture.twilio.script();
    script.on_media(FaultRule::next(MediaFault::Respond { status: 404 }).body("look"));
    assert_eq!(fetch().await.unwrap().status(), StatusCode::NOT_FOUND);
    let text = "text/html".to_owned();
    script.on_media(FaultRule::next(MediaFault::WrongType { content_type: text }));
    assert_eq!(fetch().await.unwrap().headers()["content-type"], "text/html");
    script.on_media(FaultRule::next(MediaFault::Huge { bytes: 1 << 33 }));
    assert_eq!(fetch().await.unwrap().content_length(), Some(1 << 33));
    script.on_media(FaultRule::next(MediaFault::Endless));
    let mut endless = fetch().await.unwrap();
    assert_eq!(endless.content_length(), None);
    let mut read = 0;
    while read < 1 << 20 {
        read += endless.chunk().await.unwrap().unwrap().len();
    }
    script.on_media(FaultRule::next(MediaFault::Redirect {
        to: format!("{}/other", fixture.receiver.url()),
    }));
    assert_eq!(fetch().await.unwrap().url().path(), "/other");
    script.on_media(FaultRule::next(MediaFault::Cut));
    assert!(fetch().await.unwrap().bytes().await.is_err());
    script.on_media(FaultRule::next(MediaFault::Chain { count: 3 }));
    let chained = fetch().await.unwrap();
    assert_eq!(chained.url().query(), Some("hops=0"));
    assert_eq!(&*chained.bytes().await.unwrap(), PNG);
    script.on_media(FaultRule::next(MediaFault::Chain { count: 100 }));
    assert!(fetch().await.unwrap_err().is_redirect());
    let by = std::time::Duration::from_millis(50);
    script.on_media(FaultRule::next(MediaFault::Slow { by }));
    let started = fixture.twilio.now();
    assert_eq!(&*fetch().await.unwrap().bytes().await.unwrap(), PNG);
    assert!(fixture.twilio.now().duration_since(started) >= by.try_into().unwrap());
    assert_eq!(&*fetch().await.unwrap().bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn outbound_media_is_fetched_and_fails_with_twilio_codes() {
    let fixture = SimulatorFixture::new().await;
    let (good, page) =
        (serve_picture("image/png").await, serve_picture("text/html; charset=utf-8").await);
    let mismatched = serve_picture("image/jpeg").await;
    let callback = fixture.callback_url();
    let outcome = async |url: &str| {
        let fields =
            [("To", CUSTOMER), ("From", NUMBER), ("MediaUrl", url), ("StatusCallback", &callback)];
        let created: Value = fixture.create(&fields).await.json().await.unwrap();
        assert_eq!((&created["num_media"], &created["status"]), (&"1".into(), &"queued".into()));
        fixture.twilio.wait_until_idle().await;
        fixture.get(created["uri"].as_str().unwrap()).await
    };
    let sent = outcome(&good).await;
    assert_eq!((&sent["status"], &sent["price"]), (&"delivered".into(), &"-0.02000".into()));
    let media = fixture.get(sent["subresource_uris"]["media"].as_str().unwrap()).await;
    assert_eq!(media["media_list"][0]["content_type"], "image/png");
    let sid = media["media_list"][0]["sid"].as_str().unwrap();
    let (file, bytes) = fixture.twilio.media(sid).unwrap().unwrap();
    assert_eq!((file.name.as_deref(), &*bytes), (Some("cat.png"), PNG));
    assert_eq!(outcome(&good.replace("cat", "moved")).await["status"], "delivered");
    let (_closed, closed_address) = reserve_closed_address();
    let closed_url = format!("http://{closed_address}/");
    let missing = good.replace("cat", "dog");
    for (url, code) in
        [(&*page, 12300), (&*mismatched, 12300), (&*closed_url, 11200), (&*missing, 11200)]
    {
        let failed = outcome(url).await;
        assert_eq!((&failed["status"], &failed["error_code"]), (&"failed".into(), &code.into()));
        assert_eq!(
            fixture.receiver.webhooks().last().unwrap().field("ErrorCode"),
            code.to_string()
        );
    }
    let too_many: Vec<_> = std::iter::repeat_n(("MediaUrl", &*good), 11).collect();
    let too_many_fields = [&[("To", CUSTOMER), ("From", NUMBER)][..], &too_many].concat();
    assert_eq!(error_codes(fixture.create(&too_many_fields).await).await, (400, 21623));
    let file = [("To", CUSTOMER), ("From", NUMBER), ("MediaUrl", "file:///etc/passwd")];
    assert_eq!(error_codes(fixture.create(&file).await).await, (400, 21620));
}
