//! `GET /api/conversations?search=`.

use serde_json::json;
use std::slice;

use super::{conversation_ids, conversations_in};
use crate::support::user::conversation_id;
use crate::support::webhook::{inbound_text_form, new_sid, with_param};
use crate::support::{TestSystem, TestUser, Webhook};

async fn start_named(user: &TestUser<'_>, number: &str, name: &str) -> String {
    let body = json!({ "to": number, "contact_name": name });
    conversation_id(&user.post("/api/conversations", body).await.expect_status(201)).to_owned()
}

async fn search(user: &TestUser<'_>, query: &str) -> Vec<String> {
    let query: String = reqwest::Url::parse_with_params("http://x", [("search", query)])
        .unwrap()
        .query()
        .unwrap()
        .to_owned();
    conversation_ids(&user.list_conversations(&format!("?{query}")).await)
}

#[tokio::test]
async fn a_name_is_found_by_the_beginning_of_any_word_but_not_by_its_middle() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let ida = start_named(&anna, "+12065550101", "Ida Maria Bergström-O'Neil").await;
    let mario = start_named(&anna, "+12065550102", "Mario Rossi").await;
    for query in ["id", "Ida", "berg", "BERGSTRÖM", "bergstrom", "neil", "ida berg", "berg ida"] {
        assert_eq!(search(&anna, query).await, slice::from_ref(&ida), "{query}");
    }
    assert_eq!(search(&anna, "mar").await, [mario.clone(), ida.clone()]);
    assert_eq!(search(&anna, "mari").await.len(), 2);
    assert_eq!(search(&anna, "mario").await, [mario]);
    for query in ["ergstr", "ström", "ida rossi", "idaa", "zz", "#", "main#", "META"] {
        assert_eq!(search(&anna, query).await, [""; 0], "{query}");
    }
    system.stop().await;
}

#[tokio::test]
async fn a_number_is_found_by_its_beginning_or_end_in_any_notation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let ida = start_named(&anna, "+12065550143", "Ida").await;
    let uwe = start_named(&anna, "+4915112345643", "Uwe").await;
    for query in ["206", "(206) 555", "206-555-0143", "+1 206", "+1206555", "0143", "5550143"] {
        assert_eq!(search(&anna, query).await, slice::from_ref(&ida), "{query}");
    }
    assert_eq!(search(&anna, "43").await, [uwe.clone(), ida.clone()]);
    assert_eq!(search(&anna, "+49 151").await, slice::from_ref(&uwe));
    assert_eq!(search(&anna, "151").await, [uwe]);
    assert_eq!(search(&anna, "555014").await, [""; 0]);
    system.stop().await;
}

#[tokio::test]
async fn a_search_for_one_or_for_unusual_characters_finds_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    start_named(&anna, "+12065550101", "Åsa 李小龍 🎸").await;
    let long_query = "x".repeat(5_000);
    for query in ["a", "2", "+", "  ", "%", "'\"", "\u{0}\u{1}", "🎸", "<b>", &long_query] {
        assert_eq!(search(&anna, query).await, [""; 0], "{query}");
    }
    let wide_name = "㌖".repeat(80);
    let wide_id = start_named(&anna, "+12065550102", &wide_name).await;
    assert_eq!(search(&anna, &wide_name).await, slice::from_ref(&wide_id));
    assert_eq!(search(&anna, "㌖㌖").await, [wide_id]);
    assert_eq!(search(&anna, "李小").await.len(), 1);
    assert_eq!(search(&anna, "ås").await.len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn a_search_respects_its_filter_and_continues_by_cursor() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for number in 0..7 {
        start_named(&anna, &format!("+1206555020{number}"), &format!("Kim {number}")).await;
    }
    let closed = start_named(&anna, "+12065550300", "Kim closed").await;
    anna.update_conversation(&closed, json!({ "status": "closed" })).await.expect_status(200);
    system.receive_text("+12065550203", "hello").await;
    assert_eq!(
        conversation_ids(&anna.list_conversations("?filter=closed&search=kim").await),
        [closed]
    );
    let unread = conversations_in(&anna.list_conversations("?filter=unread&search=kim").await);
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0]["contact_name"], "Kim 3");
    let all_ids = conversation_ids(&anna.list_conversations("?search=kim").await);
    assert_eq!(all_ids.len(), 7);
    let mut paged_ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = anna.list_conversations(&format!("?search=kim&limit=3{cursor}")).await;
        paged_ids.extend(conversation_ids(&page));
        let Some(next_cursor) = page["cursor"].as_str() else { break };
        assert_eq!(conversation_ids(&page).len(), 3);
        cursor = format!("&cursor={next_cursor}");
    }
    assert_eq!(paged_ids, all_ids);
    system.stop().await;
}

#[tokio::test]
async fn a_new_name_is_found_and_the_old_one_no_longer() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let ida = start_named(&anna, "+12065550101", "Ida Berg").await;
    let change = json!({ "contact_name": "Ida Holm", "previous_contact_name": "Ida Berg" });
    anna.update_conversation(&ida, change).await.expect_status(200);
    assert_eq!(search(&anna, "berg").await, [""; 0]);
    assert_eq!(search(&anna, "holm").await, slice::from_ref(&ida));
    assert_eq!(search(&anna, "ida").await, slice::from_ref(&ida));
    let change = json!({ "contact_name": "", "previous_contact_name": "Ida Holm" });
    anna.update_conversation(&ida, change).await.expect_status(200);
    assert_eq!(search(&anna, "ida").await, [""; 0]);
    assert_eq!(search(&anna, "0101").await, [ida]);
    system.stop().await;
}

#[tokio::test]
async fn a_search_reads_only_its_results_regardless_of_the_table_size() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut costs = Vec::new();
    for number in 0..3 {
        start_named(&anna, &format!("+1206555020{number}"), &format!("Kim {number}")).await;
    }
    for numbers in [0..5, 5..40] {
        for number in numbers {
            start_named(&anna, &format!("+120655503{number:02}"), &format!("Lee {number}")).await;
        }
        system.wait_until_idle().await;
        let capacity = system.inner().dynamodb().capacity();
        capacity.reset();
        assert_eq!(search(&anna, "kim").await.len(), 3);
        costs.push(capacity.for_caller("list-conversations").read_units);
    }
    // The search entries of the word, and half a unit for each conversation.
    assert_eq!(costs, [2.0, 2.0]);
    system.stop().await;
}

async fn receive_whatsapp(system: &TestSystem, number: &str, profile_name: &str) {
    let contact = format!("whatsapp:{number}");
    let form = inbound_text_form(system, &new_sid("SM"), &contact, "Hi");
    let form = with_param(form, "To", "whatsapp:+18555080990");
    let form = with_param(form, "ProfileName", profile_name);
    Webhook::form(system, "/twilio/messages", &form).send().await.expect_status(200);
}

#[tokio::test]
async fn a_conversation_is_found_by_the_name_that_its_row_shows() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    receive_whatsapp(&system, "+12065550144", "Wanjiru Ndegwa").await;
    let found = search(&anna, "wanj").await;
    assert_eq!((found.len(), search(&anna, "ndegwa").await), (1, found.clone()));
    // The profile name changes, then an agent sets a name, then removes it.
    receive_whatsapp(&system, "+12065550144", "Wanjiru Kamau").await;
    assert_eq!(search(&anna, "kamau").await, found);
    assert_eq!(search(&anna, "ndegwa").await, [""; 0]);
    let path = format!("/api/conversations/{}", found[0]);
    anna.patch(&path, json!({ "contact_name": "Grace", "previous_contact_name": null }))
        .await
        .expect_status(200);
    assert_eq!(
        (search(&anna, "grace").await, search(&anna, "kamau").await),
        (found.clone(), vec![])
    );
    receive_whatsapp(&system, "+12065550144", "Wanjiru Otieno").await;
    assert_eq!(search(&anna, "otieno").await, [""; 0]);
    anna.patch(&path, json!({ "contact_name": "", "previous_contact_name": "Grace" }))
        .await
        .expect_status(200);
    assert_eq!((search(&anna, "otieno").await, search(&anna, "grace").await), (found, vec![]));
    system.stop().await;
}

#[tokio::test]
async fn a_name_is_found_as_people_type_it() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for (index, (name, typed)) in [
        ("Łukasz Żak", "lukasz"),
        ("Đức", "duc"),
        ("Søren", "soren"),
        ("Æther", "AETHER"),
        ("Weiß", "weiss"),
        ("Işık", "isik"),
        ("王小明", "小明"),
        ("김철수", "철수"),
        ("O’Brien", "obrien"),
        ("Þórður", "thordur"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = start_named(&anna, &format!("+120655502{index:02}"), name).await;
        assert_eq!(search(&anna, typed).await, slice::from_ref(&id), "{typed}");
        assert_eq!(search(&anna, name).await, [id], "{name}");
    }
    system.stop().await;
}
