//! `GET /api/conversations`: filters, pages, cursors.

use std::collections::BTreeSet;
use std::slice;

use local::dynamodb::{Effect, Fault, Gate};
use serde_json::{Value, json};

use super::{ids, listed, read, written};
use crate::desk::person::id;
use crate::desk::{Desk, Person, customer};

/// Every page of a list, each of `limit`.
async fn pages(person: &Person<'_>, query: &str, limit: usize) -> Vec<Value> {
    let mut pages = vec![person.list(&format!("?limit={limit}{query}")).await];
    while let Some(cursor) = pages.last().unwrap()["cursor"].as_str() {
        pages.push(person.list(&format!("?limit={limit}{query}&cursor={cursor}")).await);
    }
    pages
}

#[tokio::test]
async fn an_empty_desk_lists_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for query in ["", "?filter=open", "?filter=closed", "?filter=unread", "?search=anna"] {
        assert_eq!(anna.list(query).await, json!({ "conversations": [], "cursor": null }));
    }
    desk.close().await;
}

#[tokio::test]
async fn open_unread_and_closed_are_three_views_the_newest_first() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let unread = written(&desk, &anna, "one").await;
    let seen = written(&desk, &anna, "two").await;
    let closed = written(&desk, &anna, "three").await;
    read(&anna, &seen).await;
    anna.update(&closed, json!({ "status": "closed" })).await.is(200);
    let open = anna.list("").await;
    assert_eq!(ids(&open), [seen.clone(), unread.clone()]);
    assert_eq!(anna.list("?filter=open").await, open);
    assert_eq!(ids(&anna.list("?filter=unread").await), [unread]);
    assert_eq!(ids(&anna.list("?filter=closed").await), [closed]);
    let first = &listed(&open)[0];
    assert_eq!(first, &anna.conversation(&seen).await);
    assert_eq!(first["preview"]["body"], "two");
    assert_eq!(first["preview"]["direction"], "inbound");
    desk.close().await;
}

#[tokio::test]
async fn pages_are_exactly_as_long_as_asked_and_lose_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for number in 0..20 {
        let id = written(&desk, &anna, "hello").await;
        if number % 3 == 0 {
            read(&anna, &id).await;
        }
    }
    let all = ids(&anna.list("?limit=100").await);
    assert_eq!(all.len(), 20);
    for limit in [1, 5, 6, 20, 100] {
        let pages = pages(&anna, "", limit).await;
        let (last, full) = pages.split_last().unwrap();
        assert!(full.iter().all(|page| ids(page).len() == limit), "{limit}");
        assert!((1..=limit).contains(&ids(last).len()), "{limit}");
        let together: Vec<String> = pages.iter().flat_map(ids).collect();
        assert_eq!(together, all, "{limit}");
    }
    let unread: Vec<_> = pages(&anna, "&filter=unread", 4).await.iter().flat_map(listed).collect();
    assert_eq!(unread.len(), 13);
    assert!(unread.iter().all(|conversation| conversation["unread_count"] == 1));
    desk.close().await;
}

#[tokio::test]
async fn what_moves_up_between_two_pages_is_shown_above_and_nothing_else_moves() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let numbers: Vec<String> = (0..6).map(|_| customer()).collect();
    for number in &numbers {
        desk.text(number, "first").await;
    }
    let before = anna.list("?limit=3").await;
    desk.text(&numbers[0], "again").await;
    let cursor = before["cursor"].as_str().unwrap();
    let after = anna.list(&format!("?limit=3&cursor={cursor}")).await;
    let moved = anna.conversation_with(&numbers[0]).await;
    assert_eq!(ids(&after).len(), 2);
    assert!(!ids(&after).contains(&moved));
    assert_eq!(ids(&anna.list("?limit=1").await), slice::from_ref(&moved));
    let seen: BTreeSet<String> =
        [ids(&before), ids(&after), vec![moved]].concat().into_iter().collect();
    assert_eq!(seen.len(), 6);
    desk.close().await;
}

#[tokio::test]
async fn what_is_read_between_the_two_queries_of_one_list_is_listed_once() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let some = written(&desk, &anna, "one").await;
    let other = written(&desk, &anna, "two").await;
    let gate = Gate::new();
    let read_ones = Fault::once(Effect::Wait(gate.clone())).on("Query").containing("#open#read");
    desk.system().dynamodb().faults().arm(read_ones);
    let (list, ()) = tokio::join!(anna.list(""), async {
        gate.arrived().await;
        read(&anna, &some).await;
        gate.open();
    });
    assert_eq!(ids(&list), [other, some]);
    desk.close().await;
}

#[tokio::test]
async fn a_forged_or_foreign_cursor_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let some = written(&desk, &anna, "one").await;
    written(&desk, &anna, "two").await;
    desk.text(&customer(), "three").await;
    let own = anna.list("?limit=1").await["cursor"].as_str().unwrap().to_owned();
    let thread = anna.thread(&some, "").await["newer"].as_str().unwrap().to_owned();
    let changed =
        format!("{}{}", &own[..own.len() - 1], if own.ends_with('A') { 'E' } else { 'A' });
    let forged = ["x", "AAAA", "%00", "%F0%9F%98%80", "..%2F", &changed, &thread, &own[1..]];
    for cursor in forged {
        let path = format!("/api/conversations?cursor={cursor}");
        let said = anna.get(&path).await.says(400);
        assert_eq!(said, "The cursor does not belong to this list.", "{cursor}");
    }
    let elsewhere = ["filter=closed", "filter=unread", "search=ann", "search=206"];
    for query in elsewhere {
        let path = format!("/api/conversations?{query}&cursor={own}");
        anna.get(&path).await.refused(400);
    }
    let path = format!("/api/conversations/{some}/messages?before={own}");
    anna.get(&path).await.refused(400);
    anna.get(&format!("/api/quarantine?cursor={own}")).await.refused(400);
    anna.get(&format!("/api/conversations?cursor={own}&limit=50")).await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_installation_is_refused() {
    let (desk, other) = (Desk::open().await, other().await);
    let (anna, bert) = (desk.admin().await, other.admin().await);
    for (desk, person) in [(&desk, &anna), (&other, &bert)] {
        written(desk, person, "one").await;
        written(desk, person, "two").await;
    }
    let cursor = bert.list("?limit=1").await["cursor"].as_str().unwrap().to_owned();
    anna.get(&format!("/api/conversations?cursor={cursor}")).await.refused(400);
    desk.close().await;
    other.close().await;
}

async fn other() -> Desk {
    Desk::with(|options| options.settings.install_key = "5a".repeat(32)).await
}

#[tokio::test]
async fn unknown_filters_limits_and_parameters_are_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let odd = [
        "filter=all",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1e1",
        "inbox=main",
        "filter=open&offset=3",
        "limit=99999999999999999999",
        "Filter=open",
    ];
    for query in odd {
        anna.get(&format!("/api/conversations?{query}")).await.refused(400);
    }
    desk.close().await;
}

#[tokio::test]
async fn everybody_of_the_inbox_sees_the_same_list() {
    let desk = Desk::open().await;
    let admin = desk.admin().await;
    let agent = desk.agent(&admin, "berta").await;
    let started = admin.start(&customer()).await;
    assert_eq!(agent.list("").await, admin.list("").await);
    assert_eq!(ids(&agent.list("").await), [id(&started)]);
    desk.close().await;
}

#[tokio::test]
async fn one_channel_is_listed_alone_and_combines_with_filter_and_search() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let start = |channel: &'static str, name: &'static str| {
        let wanted = json!({ "to": customer(), "channel": channel, "contact_name": name });
        async { id(&anna.post("/api/conversations", wanted).await.is(201)).to_owned() }
    };
    let mut expected = Vec::new();
    for _ in 0..7 {
        start("sms", "Maria").await;
        expected.insert(0, start("whatsapp", "Maria").await);
        start("rcs", "Maria").await;
    }
    let ida = start("whatsapp", "Ida").await;
    anna.update(&ida, json!({ "status": "closed" })).await.is(200);
    for limit in [1, 3, 7, 100] {
        let pages = pages(&anna, "&channel=whatsapp", limit).await;
        let found: Vec<String> = pages.iter().flat_map(ids).collect();
        assert_eq!(found, expected, "{limit}");
    }
    assert_eq!(ids(&anna.list("?channel=whatsapp&filter=closed").await), [&*ida]);
    assert_eq!(ids(&anna.list("?channel=messenger").await), [""; 0]);
    assert_eq!(ids(&anna.list("?channel=whatsapp&search=maria").await).len(), 7);
    assert_eq!(ids(&anna.list("?channel=sms&search=ida").await), [""; 0]);
    let page = anna.list("?channel=whatsapp&limit=3").await;
    let cursor = page["cursor"].as_str().unwrap();
    anna.get(&format!("/api/conversations?channel=sms&cursor={cursor}")).await.refused(400);
    anna.get("/api/conversations?channel=fax").await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn a_rare_channel_is_found_behind_two_hundred_others_by_cursor() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let wanted = json!({ "to": customer(), "channel": "whatsapp" });
    let rare = id(&anna.post("/api/conversations", wanted).await.is(201)).to_owned();
    for number in 0..210 {
        desk.text(&format!("+1206556{number:04}"), "Hi").await;
    }
    let first = anna.list("?channel=whatsapp").await;
    assert_eq!(ids(&first), [""; 0]);
    let cursor = first["cursor"].as_str().unwrap();
    let second = anna.list(&format!("?channel=whatsapp&cursor={cursor}")).await;
    assert_eq!((ids(&second), &second["cursor"]), (vec![rare], &json!(null)));
    desk.close().await;
}
