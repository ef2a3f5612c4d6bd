//! Files, both ways.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::twilio::{MediaFault, Rule, Typed};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

/// A picture that the customer sent, as the webhook told of it.
async fn inbound(bench: &Bench) -> (String, String) {
    let picture = bench.twilio.keep_media("image/png", Some("cat.png"), PNG).unwrap();
    let typed = Typed {
        from: CUSTOMER.to_owned(),
        to: NUMBER.to_owned(),
        body: "look".to_owned(),
        media: vec![picture],
        ..Typed::default()
    };
    let message = bench.twilio.send_from_phone(typed).unwrap();
    assert!(message.sid.starts_with("MM"), "{}", message.sid);
    bench.twilio.settled().await;
    let seen = bench.desk.seen().pop().unwrap();
    assert_eq!((seen.field("NumMedia"), seen.field("MediaContentType0")), ("1", "image/png"));
    assert!(bench.desk.is_signed(&seen, TOKEN));
    (message.sid, seen.field("MediaUrl0").to_owned())
}

/// An address where a picture lies, as at a sender of outbound media.
async fn gallery(content_type: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cat.png", listener.local_addr().unwrap());
    let disposition = ("content-disposition", "inline; filename=\"cat.png\"");
    let answer = move || async move { ([("content-type", content_type), disposition], PNG) };
    let sent_on = || async { axum::response::Redirect::temporary("/cat.png") };
    let router = axum::Router::new()
        .route("/cat.png", axum::routing::get(answer))
        .route("/moved.png", axum::routing::get(sent_on));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

#[tokio::test]
async fn a_picture_from_a_phone_is_fetched_with_the_accounts_credentials_behind_a_redirect() {
    let bench = Bench::new().await;
    let (sid, url) = inbound(&bench).await;
    let bare = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let bare = bare.build().unwrap();
    assert_eq!(refusal(bare.get(&url).send().await.unwrap()).await, (401, 20003));
    let sent_on = bare.get(&url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(sent_on.status(), StatusCode::TEMPORARY_REDIRECT);
    let storage = sent_on.headers()["location"].to_str().unwrap();
    let fetched = bare.get(storage).send().await.unwrap();
    assert_eq!(fetched.headers()["content-type"], "image/png");
    assert_eq!(fetched.headers()["content-disposition"], "inline; filename=\"cat.png\"");
    assert_eq!(&*fetched.bytes().await.unwrap(), PNG);

    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media.json");
    let list = bench.get(&path).await;
    let uri = list["media_list"][0]["uri"].as_str().unwrap();
    assert_eq!(bench.get(uri).await["content_type"], "image/png");
    assert_eq!(bench.call(Method::DELETE, uri).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(bench.call(Method::GET, uri).await).await, (404, 20404));
    assert_eq!(bench.get(&path).await["media_list"], json!([]));
}

#[tokio::test]
async fn a_fetch_meets_what_was_armed_once() {
    let bench = Bench::new().await;
    let (_, url) = inbound(&bench).await;
    let fetch = || bench.http.get(&url).basic_auth(ACCOUNT, Some(TOKEN)).send();
    let script = bench.twilio.script();
    script.on_media(Rule::next(MediaFault::Answer { status: 404 }).body("look"));
    assert_eq!(fetch().await.unwrap().status(), StatusCode::NOT_FOUND);
    let text = "text/html".to_owned();
    script.on_media(Rule::next(MediaFault::WrongType { content_type: text }));
    assert_eq!(fetch().await.unwrap().headers()["content-type"], "text/html");
    script.on_media(Rule::next(MediaFault::Huge { bytes: 1 << 33 }));
    assert_eq!(fetch().await.unwrap().content_length(), Some(1 << 33));
    script.on_media(Rule::next(MediaFault::Endless));
    let mut endless = fetch().await.unwrap();
    assert_eq!(endless.content_length(), None);
    let mut read = 0;
    while read < 1 << 20 {
        read += endless.chunk().await.unwrap().unwrap().len();
    }
    script.on_media(Rule::next(MediaFault::Redirect { to: format!("{}/other", bench.desk.url()) }));
    assert_eq!(fetch().await.unwrap().url().path(), "/other");
    script.on_media(Rule::next(MediaFault::Cut));
    assert!(fetch().await.unwrap().bytes().await.is_err());
    script.on_media(Rule::next(MediaFault::Chain { count: 3 }));
    let chained = fetch().await.unwrap();
    assert_eq!(chained.url().query(), Some("hops=0"));
    assert_eq!(&*chained.bytes().await.unwrap(), PNG);
    script.on_media(Rule::next(MediaFault::Chain { count: 100 }));
    assert!(fetch().await.unwrap_err().is_redirect());
    let by = std::time::Duration::from_millis(50);
    script.on_media(Rule::next(MediaFault::Slow { by }));
    let asked = bench.twilio.now();
    assert_eq!(&*fetch().await.unwrap().bytes().await.unwrap(), PNG);
    assert!(bench.twilio.now().duration_since(asked) >= by.try_into().unwrap());
    assert_eq!(&*fetch().await.unwrap().bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn what_the_desk_sends_is_really_fetched_and_fails_with_twilios_codes_if_it_cannot_be() {
    let bench = Bench::new().await;
    let (good, page) = (gallery("image/png").await, gallery("text/html; charset=utf-8").await);
    let belied = gallery("image/jpeg").await;
    let callback = bench.callback();
    let outcome = async |url: &str| {
        let fields =
            [("To", CUSTOMER), ("From", NUMBER), ("MediaUrl", url), ("StatusCallback", &callback)];
        let created: Value = bench.create(&fields).await.json().await.unwrap();
        assert_eq!((&created["num_media"], &created["status"]), (&"1".into(), &"queued".into()));
        bench.twilio.settled().await;
        bench.get(created["uri"].as_str().unwrap()).await
    };
    let sent = outcome(&good).await;
    assert_eq!((&sent["status"], &sent["price"]), (&"delivered".into(), &"-0.02000".into()));
    let media = bench.get(sent["subresource_uris"]["media"].as_str().unwrap()).await;
    assert_eq!(media["media_list"][0]["content_type"], "image/png");
    let sid = media["media_list"][0]["sid"].as_str().unwrap();
    let (file, bytes) = bench.twilio.media(sid).unwrap().unwrap();
    assert_eq!((file.name.as_deref(), &*bytes), (Some("cat.png"), PNG));
    assert_eq!(outcome(&good.replace("cat", "moved")).await["status"], "delivered");
    let (_closed, nobody) = closed();
    let nobody = format!("http://{nobody}/");
    let missing = good.replace("cat", "dog");
    for (url, code) in [(&*page, 12300), (&*belied, 12300), (&*nobody, 11200), (&*missing, 11200)] {
        let failed = outcome(url).await;
        assert_eq!((&failed["status"], &failed["error_code"]), (&"failed".into(), &code.into()));
        assert_eq!(bench.desk.seen().last().unwrap().field("ErrorCode"), code.to_string());
    }
    let many: Vec<_> = std::iter::repeat_n(("MediaUrl", &*good), 11).collect();
    let many = [&[("To", CUSTOMER), ("From", NUMBER)][..], &many].concat();
    assert_eq!(refusal(bench.create(&many).await).await, (400, 21623));
    let file = [("To", CUSTOMER), ("From", NUMBER), ("MediaUrl", "file:///etc/passwd")];
    assert_eq!(refusal(bench.create(&file).await).await, (400, 21620));
}
