//! Least privilege: what the template grants a function is what it needs, no more and no less.

mod files;
mod scene;

use std::collections::BTreeMap;

use functions::FUNCTIONS;
use local::permissions::Denied;
use local::template::{Grant, Template};

use crate::desk::{Desk, root};
use scene::Scene;

/// Which functions a scene needs to work before its own can be reached.
const NEEDED: [(&str, &str); 4] = [
    ("disconnect", "connect"),
    ("receive-frame", "connect"),
    ("push", "connect"),
    // It needs `delete-conversation` too, which has fewer grants.
    ("erase-conversation", "dispatch"),
];

#[tokio::test]
async fn every_grant_is_used_and_nothing_is_refused() {
    let desk = Desk::open().await;
    let scene = Scene::strict(&desk);
    for function in FUNCTIONS {
        scene.play(function.name).await;
    }
    desk.settle().await;
    assert_eq!(desk.system().permissions().refusals(), []);
    assert_eq!(desk.system().permissions().unused(), []);
    desk.close().await;
}

#[tokio::test]
async fn without_any_one_of_its_grants_a_function_is_refused() {
    let rounds = rounds();
    let removed: usize = rounds.iter().map(Vec::len).sum();
    let template = Template::read(&root().join("template.yaml")).unwrap();
    assert_eq!(
        removed,
        template.functions.iter().map(|function| function.grants.len()).sum::<usize>()
    );
    for round in rounds {
        let taken: Vec<(String, Grant)> = round.clone();
        let desk = Desk::with(|options| options.removed = taken).await;
        let scene = Scene::tolerant(&desk);
        for (function, _) in &round {
            scene.play(function).await;
        }
        desk.settle().await;
        let refusals = desk.system().permissions().refusals();
        for (function, grant) in &round {
            let missed = refusals.iter().any(|denied| is(denied, function, grant));
            assert!(missed, "{function} does not miss {} on {}", grant.action, grant.resource);
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn a_permission_that_is_added_and_not_needed_is_reported() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let at = template.find("\n  ListSenders:").unwrap();
    let at = at + template[at..].find("        - Statement:\n").unwrap();
    let (before, after) = template.split_at(at + "        - Statement:\n".len());
    let line = "            - { Effect: Allow, Action: dynamodb:DeleteItem, Resource: !GetAtt Table.Arn }\n";
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("template.yaml");
    std::fs::write(&copy, format!("{before}{line}{after}")).unwrap();
    let desk = Desk::with(|options| options.template = Some(copy)).await;
    Scene::strict(&desk).play("list-senders").await;
    let unused = desk.system().permissions().unused();
    let actions: Vec<_> = unused
        .iter()
        .filter(|(function, _)| function == "list-senders")
        .map(|(_, grant)| &*grant.action)
        .collect();
    assert_eq!(actions, ["dynamodb:DeleteItem"]);
    desk.close().await;
}

fn is(denied: &Denied, function: &str, grant: &Grant) -> bool {
    let resource = grant.resource.trim_end_matches('*');
    denied.caller == function
        && denied.action == grant.action
        && (denied.resource == resource
            || (resource != grant.resource && denied.resource.starts_with(resource)))
}

/// Every grant once: in each round every function lacks one at the most, and none that another one's scene needs.
fn rounds() -> Vec<Vec<(String, Grant)>> {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let grants: BTreeMap<&str, usize> = template
        .functions
        .iter()
        .map(|function| (&*function.name, function.grants.len()))
        .collect();
    let mut rounds: Vec<Vec<(String, Grant)>> = Vec::new();
    for function in &template.functions {
        let needed = NEEDED.iter().find(|(name, _)| *name == function.name);
        let first = needed.map_or(0, |(_, needed)| grants[needed]);
        for (turn, grant) in function.grants.iter().enumerate() {
            if rounds.len() <= first + turn {
                rounds.resize(first + turn + 1, Vec::new());
            }
            rounds[first + turn].push((function.name.clone(), grant.clone()));
        }
    }
    rounds
}
