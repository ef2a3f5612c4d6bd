//! `POST /api/conversations`.

use futures_util::future::join_all;
use serde_json::json;

use super::{ids, listed};
use crate::desk::person::id;
use crate::desk::{Desk, OURS, customer};

#[tokio::test]
async fn a_conversation_is_started_once_and_found_again_however_the_number_is_typed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let wanted = json!({ "to": "(206) 555-0143", "contact_name": "  Ida\u{7} " });
    let made = anna.post("/api/conversations", wanted).await.is(201);
    assert_eq!((&made["contact_name"], &made["unread_count"]), (&"Ida".into(), &0.into()));
    assert_eq!((&made["preview"], &made["status"]), (&json!(null), &"open".into()));
    for typed in ["+12065550143", "206.555.0143", "tel:+1-206-555-0143", "0012065550143"] {
        let again = json!({ "to": typed, "from": OURS, "contact_name": "Somebody else" });
        assert_eq!(anna.post("/api/conversations", again).await.is(200), made, "{typed}");
    }
    assert_eq!(ids(&anna.list("").await), [id(&made)]);
    desk.close().await;
}

#[tokio::test]
async fn two_people_who_start_at_once_get_the_same_conversation() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let tries = (0..8).map(|_| anna.post("/api/conversations", json!({ "to": number })));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let first = answers[0].body.clone();
    assert!(answers.iter().all(|answer| answer.body == first));
    desk.close().await;
}

#[tokio::test]
async fn a_customer_who_wrote_first_is_met_in_the_same_conversation() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let started = anna.start(&number).await;
    desk.text(&number, "It is me").await;
    let list = listed(&anna.list("").await);
    assert_eq!(list.len(), 1);
    assert_eq!(id(&list[0]), id(&started));
    assert_eq!((&list[0]["unread_count"], &list[0]["rev"]), (&1.into(), &2.into()));
    desk.close().await;
}

#[tokio::test]
async fn a_closed_conversation_is_given_back_as_it_is() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let started = anna.start(&number).await;
    let closed = anna.update(id(&started), json!({ "status": "closed" })).await.is(200);
    let again = anna.post("/api/conversations", json!({ "to": number })).await.is(200);
    assert_eq!(again, closed);
    assert_eq!(again["status"], "closed");
    desk.close().await;
}

#[tokio::test]
async fn what_is_no_number_is_refused_with_the_reason() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let wrong = [
        ("", "Type a phone number."),
        ("   ", "Type a phone number."),
        ("hello", "This is not a phone number."),
        ("+1 206", "This number is too short."),
        ("+1206555014399", "This number is too long."),
        ("+999 1234567", "No country has this code after the +."),
        ("206 555 0143 ext. 5", "Leave out the extension: a message cannot reach it."),
        (OURS, "This is our own number."),
        ("(855) 508-0989", "This is our own number."),
    ];
    for (typed, sentence) in wrong {
        let answer = anna.post("/api/conversations", json!({ "to": typed })).await;
        assert_eq!(answer.says(422), sentence, "{typed}");
    }
    let typed = "9".repeat(60_000);
    anna.post("/api/conversations", json!({ "to": typed })).await.refused(422);
    assert_eq!(ids(&anna.list("").await), [""; 0]);
    desk.close().await;
}

#[tokio::test]
async fn the_sender_is_chosen_by_the_channel_and_the_contact_is_an_address_on_it() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for (channel, ours, theirs) in [
        ("sms", OURS, "+12065550143"),
        ("whatsapp", "whatsapp:+18555080990", "whatsapp:+12065550143"),
        ("rcs", "rcs:partyline_demo_agent", "rcs:+12065550143"),
    ] {
        let wanted = json!({ "to": "(206) 555-0143", "channel": channel });
        let made = anna.post("/api/conversations", wanted).await.is(201);
        assert_eq!((&made["channel"], &made["twilio_number"]), (&channel.into(), &ours.into()));
        assert_eq!(made["mobile_number"], theirs);
        let by_sender = json!({ "to": "+12065550143", "from": ours });
        assert_eq!(anna.post("/api/conversations", by_sender).await.is(200), made);
    }
    assert_eq!(ids(&anna.list("").await).len(), 3);
    desk.close().await;
}

#[tokio::test]
async fn of_several_numbers_the_one_in_the_contacts_country_writes_unless_another_is_named() {
    let london = "+442079460990";
    let desk =
        Desk::with(|options| options.settings.further_numbers = vec![london.to_owned()]).await;
    let anna = desk.admin().await;
    for (typed, ours) in
        [("+44 20 7946 0018", london), ("(206) 555-0143", OURS), ("+4915112345678", OURS)]
    {
        let checked = anna.post("/api/numbers/check", json!({ "number": typed })).await.is(200);
        assert_eq!(checked["from"], ours, "{typed}");
        let made = anna.post("/api/conversations", json!({ "to": typed })).await.is(201);
        assert_eq!(made["twilio_number"], ours, "{typed}");
    }
    let named = json!({ "to": "+44 20 7946 0018", "from": OURS });
    let made = anna.post("/api/conversations", named).await.is(201);
    assert_eq!(made["twilio_number"], OURS);
    desk.close().await;
}

#[tokio::test]
async fn a_channel_that_cannot_begin_or_is_not_set_up_is_refused_with_the_reason() {
    let desk = Desk::with(|options| {
        options.settings.channel_senders.retain(|sender| !sender.starts_with("rcs"))
    })
    .await;
    let anna = desk.admin().await;
    let start = |more: serde_json::Value| {
        let mut wanted = json!({ "to": "+12065550143" });
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        anna.post("/api/conversations", wanted)
    };
    let messenger =
        "On Messenger only the other person can begin: they have to write to the page first.";
    for (more, sentence) in [
        (json!({ "channel": "messenger" }), messenger),
        (json!({ "channel": "rcs" }), "No sender for RCS is set up here."),
        (
            json!({ "channel": "whatsapp", "from": OURS }),
            "This sender of ours does not write by WhatsApp.",
        ),
    ] {
        assert_eq!(start(more.clone()).await.says(422), sentence, "{more}");
    }
    start(json!({ "channel": "fax" })).await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn a_foreign_sender_a_long_name_and_unknown_fields_are_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let foreign = json!({ "to": number, "from": "+12025550100" });
    let said = anna.post("/api/conversations", foreign).await.says(422);
    assert_eq!(said, "This number of ours is not set up.");
    let long = json!({ "to": number, "contact_name": "x".repeat(121) });
    anna.post("/api/conversations", long).await.refused(422);
    for body in [json!({ "to": number, "inbox": "main" }), json!({}), json!([]), json!({ "to": 1 })]
    {
        anna.post("/api/conversations", body).await.refused(400);
    }
    desk.close().await;
}
