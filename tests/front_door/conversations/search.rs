//! `GET /api/conversations?search=`.

use serde_json::json;
use std::slice;

use super::{ids, listed};
use crate::desk::person::id;
use crate::desk::{Desk, Person};

async fn named(person: &Person<'_>, number: &str, name: &str) -> String {
    let body = json!({ "to": number, "contact_name": name });
    id(&person.post("/api/conversations", body).await.is(201)).to_owned()
}

async fn found(person: &Person<'_>, typed: &str) -> Vec<String> {
    let typed: String = reqwest::Url::parse_with_params("http://x", [("search", typed)])
        .unwrap()
        .query()
        .unwrap()
        .to_owned();
    ids(&person.list(&format!("?{typed}")).await)
}

#[tokio::test]
async fn the_beginning_of_any_word_of_the_name_finds_and_its_middle_does_not() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let ida = named(&anna, "+12065550101", "Ida Maria Bergström-O'Neil").await;
    let other = named(&anna, "+12065550102", "Mario Rossi").await;
    for typed in ["id", "Ida", "berg", "BERGSTRÖM", "bergstrom", "neil", "ida berg", "berg ida"] {
        assert_eq!(found(&anna, typed).await, slice::from_ref(&ida), "{typed}");
    }
    assert_eq!(found(&anna, "mar").await, [other.clone(), ida.clone()]);
    assert_eq!(found(&anna, "mari").await.len(), 2);
    assert_eq!(found(&anna, "mario").await, [other]);
    for typed in ["ergstr", "ström", "ida rossi", "idaa", "zz", "#", "main#", "META"] {
        assert_eq!(found(&anna, typed).await, [""; 0], "{typed}");
    }
    desk.close().await;
}

#[tokio::test]
async fn the_beginning_and_the_end_of_the_number_find_it_however_it_is_typed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let here = named(&anna, "+12065550143", "Ida").await;
    let there = named(&anna, "+4915112345643", "Uwe").await;
    for typed in ["206", "(206) 555", "206-555-0143", "+1 206", "+1206555", "0143", "5550143"] {
        assert_eq!(found(&anna, typed).await, slice::from_ref(&here), "{typed}");
    }
    assert_eq!(found(&anna, "43").await, [there.clone(), here.clone()]);
    assert_eq!(found(&anna, "+49 151").await, slice::from_ref(&there));
    assert_eq!(found(&anna, "151").await, [there]);
    assert_eq!(found(&anna, "555014").await, [""; 0]);
    desk.close().await;
}

#[tokio::test]
async fn one_character_finds_nothing_and_strange_ones_do_no_harm() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    named(&anna, "+12065550101", "Åsa 李小龍 🎸").await;
    let long = "x".repeat(5_000);
    for typed in ["a", "2", "+", "  ", "%", "'\"", "\u{0}\u{1}", "🎸", "<b>", &long] {
        assert_eq!(found(&anna, typed).await, [""; 0], "{typed}");
    }
    let wide = "㌖".repeat(120);
    let wide_id = named(&anna, "+12065550102", &wide).await;
    assert_eq!(found(&anna, &wide).await, slice::from_ref(&wide_id));
    assert_eq!(found(&anna, "㌖㌖").await, [wide_id]);
    assert_eq!(found(&anna, "李小").await.len(), 1);
    assert_eq!(found(&anna, "ås").await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_search_keeps_to_its_filter_and_goes_on_by_cursor() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for number in 0..7 {
        named(&anna, &format!("+1206555020{number}"), &format!("Kim {number}")).await;
    }
    let closed = named(&anna, "+12065550300", "Kim closed").await;
    anna.update(&closed, json!({ "status": "closed" })).await.is(200);
    desk.text("+12065550203", "hello").await;
    assert_eq!(ids(&anna.list("?filter=closed&search=kim").await), [closed]);
    let unread = listed(&anna.list("?filter=unread&search=kim").await);
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0]["contact_name"], "Kim 3");
    let all = ids(&anna.list("?search=kim").await);
    assert_eq!(all.len(), 7);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = anna.list(&format!("?search=kim&limit=3{cursor}")).await;
        seen.extend(ids(&page));
        let Some(next) = page["cursor"].as_str() else { break };
        assert_eq!(ids(&page).len(), 3);
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    desk.close().await;
}

#[tokio::test]
async fn a_new_name_is_found_and_the_old_one_no_longer() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let ida = named(&anna, "+12065550101", "Ida Berg").await;
    let change = json!({ "contact_name": "Ida Holm", "previous_contact_name": "Ida Berg" });
    anna.update(&ida, change).await.is(200);
    assert_eq!(found(&anna, "berg").await, [""; 0]);
    assert_eq!(found(&anna, "holm").await, slice::from_ref(&ida));
    assert_eq!(found(&anna, "ida").await, slice::from_ref(&ida));
    let change = json!({ "contact_name": "", "previous_contact_name": "Ida Holm" });
    anna.update(&ida, change).await.is(200);
    assert_eq!(found(&anna, "ida").await, [""; 0]);
    assert_eq!(found(&anna, "0101").await, [ida]);
    desk.close().await;
}

#[tokio::test]
async fn a_search_reads_what_it_finds_however_many_others_there_are() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut costs = Vec::new();
    for number in 0..3 {
        named(&anna, &format!("+1206555020{number}"), &format!("Kim {number}")).await;
    }
    for others in [0..5, 5..40] {
        for number in others {
            named(&anna, &format!("+120655503{number:02}"), &format!("Lee {number}")).await;
        }
        desk.settle().await;
        let capacity = desk.system().dynamodb().capacity();
        capacity.reset();
        assert_eq!(found(&anna, "kim").await.len(), 3);
        costs.push(capacity.of("list-conversations").read_units);
    }
    // The rows of the word, and half a unit for each conversation.
    assert_eq!(costs, [2.0, 2.0]);
    desk.close().await;
}
