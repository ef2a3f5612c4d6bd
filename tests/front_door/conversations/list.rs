//! `GET /api/conversations`: filters, pages and cursors.

use std::collections::BTreeSet;
use std::slice;

use aws_emulator::dynamodb::{Effect, Gate, RequestFault};
use serde_json::{Value, json};

use super::{conversation_ids, conversations_in, mark_as_read, receive_from_new_customer};
use crate::support::user::conversation_id;
use crate::support::{TestSystem, TestUser, customer_number};

/// Reads a list to its end in pages of `limit`.
async fn list_all_pages(user: &TestUser<'_>, query: &str, limit: usize) -> Vec<Value> {
    let mut pages = vec![user.list_conversations(&format!("?limit={limit}{query}")).await];
    while let Some(cursor) = pages.last().unwrap()["cursor"].as_str() {
        pages
            .push(user.list_conversations(&format!("?limit={limit}{query}&cursor={cursor}")).await);
    }
    pages
}

#[tokio::test]
async fn an_empty_desk_lists_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for query in ["", "?filter=open", "?filter=closed", "?filter=waiting", "?search=anna"] {
        assert_eq!(
            anna.list_conversations(query).await,
            json!({ "conversations": [], "cursor": null, "incomplete": false, "counts": null })
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn the_open_unread_and_closed_views_are_sorted_newest_first() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let unread = receive_from_new_customer(&system, &anna, "one").await;
    let read = receive_from_new_customer(&system, &anna, "two").await;
    let closed = receive_from_new_customer(&system, &anna, "three").await;
    mark_as_read(&anna, &read).await;
    anna.update_conversation(&closed, json!({ "status": "closed" })).await.expect_status(200);
    let open = anna.list_conversations("").await;
    assert_eq!(conversation_ids(&open), [read.clone(), unread.clone()]);
    assert_eq!(anna.list_conversations("?filter=open").await, open);
    assert_eq!(conversation_ids(&anna.list_conversations("?filter=unread").await), [unread]);
    assert_eq!(conversation_ids(&anna.list_conversations("?filter=closed").await), [closed]);
    let first = &conversations_in(&open)[0];
    assert_eq!(first, &anna.get_conversation(&read).await);
    assert_eq!(first["preview"]["body"], "two");
    assert_eq!(first["preview"]["direction"], "inbound");
    system.stop().await;
}

#[tokio::test]
async fn pages_have_the_requested_length_and_omit_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for number in 0..20 {
        let id = receive_from_new_customer(&system, &anna, "hello").await;
        if number % 3 == 0 {
            mark_as_read(&anna, &id).await;
        }
    }
    let all_ids = conversation_ids(&anna.list_conversations("?limit=100").await);
    assert_eq!(all_ids.len(), 20);
    for limit in [1, 5, 6, 20, 100] {
        let pages = list_all_pages(&anna, "", limit).await;
        let (last, full) = pages.split_last().unwrap();
        assert!(full.iter().all(|page| conversation_ids(page).len() == limit), "{limit}");
        assert!((1..=limit).contains(&conversation_ids(last).len()), "{limit}");
        let listed_ids: Vec<String> = pages.iter().flat_map(conversation_ids).collect();
        assert_eq!(listed_ids, all_ids, "{limit}");
    }
    let unread: Vec<_> = list_all_pages(&anna, "&filter=unread", 4)
        .await
        .iter()
        .flat_map(conversations_in)
        .collect();
    assert_eq!(unread.len(), 13);
    assert!(unread.iter().all(|conversation| conversation["unread_count"] == 1));
    system.stop().await;
}

#[tokio::test]
async fn a_conversation_that_moves_up_between_two_pages_does_not_shift_the_others() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let numbers: Vec<String> = (0..6).map(|_| customer_number()).collect();
    for number in &numbers {
        system.receive_text(number, "first").await;
    }
    let first_page = anna.list_conversations("?limit=3").await;
    system.receive_text(&numbers[0], "again").await;
    let cursor = first_page["cursor"].as_str().unwrap();
    let second_page = anna.list_conversations(&format!("?limit=3&cursor={cursor}")).await;
    let moved_id = anna.conversation_id_with(&numbers[0]).await;
    assert_eq!(conversation_ids(&second_page).len(), 2);
    assert!(!conversation_ids(&second_page).contains(&moved_id));
    assert_eq!(
        conversation_ids(&anna.list_conversations("?limit=1").await),
        slice::from_ref(&moved_id)
    );
    let all_ids: BTreeSet<String> =
        [conversation_ids(&first_page), conversation_ids(&second_page), vec![moved_id]]
            .concat()
            .into_iter()
            .collect();
    assert_eq!(all_ids.len(), 6);
    system.stop().await;
}

#[tokio::test]
async fn a_conversation_read_between_the_two_queries_of_a_list_is_listed_once() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let first = receive_from_new_customer(&system, &anna, "one").await;
    let second = receive_from_new_customer(&system, &anna, "two").await;
    let gate = Gate::new();
    let read_query = RequestFault::once(Effect::Wait(gate.clone()))
        .on_operation("Query")
        .with_text("#open#read");
    system.inner().dynamodb().faults().arm(read_query);
    let (list, ()) = tokio::join!(anna.list_conversations(""), async {
        gate.wait_for_request().await;
        mark_as_read(&anna, &first).await;
        gate.open();
    });
    assert_eq!(conversation_ids(&list), [second, first]);
    system.stop().await;
}

#[tokio::test]
async fn a_forged_or_foreign_cursor_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "one").await;
    receive_from_new_customer(&system, &anna, "two").await;
    system.receive_text(&customer_number(), "three").await;
    let cursor = anna.list_conversations("?limit=1").await["cursor"].as_str().unwrap().to_owned();
    let thread_cursor =
        anna.list_messages(&conversation, "").await["newer_cursor"].as_str().unwrap().to_owned();
    let changed_cursor =
        format!("{}{}", &cursor[..cursor.len() - 1], if cursor.ends_with('A') { 'E' } else { 'A' });
    let forged_cursors = [
        "x",
        "AAAA",
        "%00",
        "%F0%9F%98%80",
        "..%2F",
        &changed_cursor,
        &thread_cursor,
        &cursor[1..],
    ];
    for forged_cursor in forged_cursors {
        let path = format!("/api/conversations?cursor={forged_cursor}");
        let detail = anna.get(&path).await.error_detail(400);
        assert_eq!(detail, "The cursor is not valid for this list.", "{forged_cursor}");
    }
    let other_queries = ["filter=closed", "filter=unread", "search=ann", "search=206"];
    for query in other_queries {
        let path = format!("/api/conversations?{query}&cursor={cursor}");
        anna.get(&path).await.expect_error(400);
    }
    let path = format!("/api/conversations/{conversation}/messages?before={cursor}");
    anna.get(&path).await.expect_error(400);
    anna.get(&format!("/api/quarantine?cursor={cursor}")).await.expect_error(400);
    anna.get(&format!("/api/conversations?cursor={cursor}&limit=50")).await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn a_cursor_of_another_installation_is_rejected() {
    let (system, other_system) = (TestSystem::start().await, start_other_installation().await);
    let (anna, bert) = (system.admin().await, other_system.admin().await);
    for (some_system, user) in [(&system, &anna), (&other_system, &bert)] {
        receive_from_new_customer(some_system, user, "one").await;
        receive_from_new_customer(some_system, user, "two").await;
    }
    let cursor = bert.list_conversations("?limit=1").await["cursor"].as_str().unwrap().to_owned();
    anna.get(&format!("/api/conversations?cursor={cursor}")).await.expect_error(400);
    system.stop().await;
    other_system.stop().await;
}

async fn start_other_installation() -> TestSystem {
    TestSystem::start_with(|options| options.settings.install_key = "5a".repeat(32)).await
}

#[tokio::test]
async fn unknown_filters_limits_and_parameters_are_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let invalid_queries = [
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
    for query in invalid_queries {
        anna.get(&format!("/api/conversations?{query}")).await.expect_error(400);
    }
    system.stop().await;
}

#[tokio::test]
async fn all_users_of_an_inbox_see_the_same_list() {
    let system = TestSystem::start().await;
    let admin = system.admin().await;
    let agent = system.agent(&admin, "berta").await;
    let started = admin.start_conversation(&customer_number()).await;
    assert_eq!(agent.list_conversations("").await, admin.list_conversations("").await);
    assert_eq!(conversation_ids(&agent.list_conversations("").await), [conversation_id(&started)]);
    system.stop().await;
}

#[tokio::test]
async fn the_channel_filter_combines_with_filter_and_search() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let start = |channel: &'static str, name: &'static str| {
        let request = json!({ "to": customer_number(), "channel": channel, "contact_name": name });
        async {
            conversation_id(&anna.post("/api/conversations", request).await.expect_status(201))
                .to_owned()
        }
    };
    let mut expected = Vec::new();
    for _ in 0..7 {
        start("sms", "Maria").await;
        expected.insert(0, start("whatsapp", "Maria").await);
        start("rcs", "Maria").await;
    }
    let ida = start("whatsapp", "Ida").await;
    anna.update_conversation(&ida, json!({ "status": "closed" })).await.expect_status(200);
    for limit in [1, 3, 7, 100] {
        let pages = list_all_pages(&anna, "&channel=whatsapp", limit).await;
        let found_ids: Vec<String> = pages.iter().flat_map(conversation_ids).collect();
        assert_eq!(found_ids, expected, "{limit}");
    }
    assert_eq!(
        conversation_ids(&anna.list_conversations("?channel=whatsapp&filter=closed").await),
        [&*ida]
    );
    assert_eq!(conversation_ids(&anna.list_conversations("?channel=messenger").await), [""; 0]);
    assert_eq!(
        conversation_ids(&anna.list_conversations("?channel=whatsapp&search=maria").await).len(),
        7
    );
    assert_eq!(
        conversation_ids(&anna.list_conversations("?channel=sms&search=ida").await),
        [""; 0]
    );
    let page = anna.list_conversations("?channel=whatsapp&limit=3").await;
    let cursor = page["cursor"].as_str().unwrap();
    anna.get(&format!("/api/conversations?channel=sms&cursor={cursor}")).await.expect_error(400);
    anna.get("/api/conversations?channel=fax").await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn a_rare_channel_is_found_by_cursor_after_two_hundred_other_conversations() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let request = json!({ "to": customer_number(), "channel": "whatsapp" });
    let rare = conversation_id(&anna.post("/api/conversations", request).await.expect_status(201))
        .to_owned();
    for number in 0..210 {
        system.receive_text(&format!("+1206556{number:04}"), "Hi").await;
    }
    let first = anna.list_conversations("?channel=whatsapp").await;
    assert_eq!(conversation_ids(&first), [""; 0]);
    let cursor = first["cursor"].as_str().unwrap();
    let second = anna.list_conversations(&format!("?channel=whatsapp&cursor={cursor}")).await;
    assert_eq!((conversation_ids(&second), &second["cursor"]), (vec![rare], &json!(null)));
    system.stop().await;
}
