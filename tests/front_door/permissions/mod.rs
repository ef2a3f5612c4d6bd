//! Least privilege: the template grants each function exactly the permissions that it needs.

mod cases;
mod files;

use std::collections::BTreeMap;

use aws_emulator::permissions::Denied;
use aws_emulator::template::{Grant, Template};
use functions::FUNCTIONS;

use crate::support::{TestSystem, project_root};
use cases::PermissionCase;

/// The other functions that the test case of a function needs.
const DEPENDS_ON: [(&str, &str); 4] = [
    ("disconnect", "connect"),
    ("receive-frame", "connect"),
    ("push", "connect"),
    // It also needs `delete-conversation`, which has fewer grants.
    ("erase-conversation", "dispatch"),
];

#[tokio::test]
async fn every_grant_is_used_and_no_request_is_denied() {
    let system = TestSystem::start().await;
    let case = PermissionCase::strict(&system);
    for function in FUNCTIONS {
        case.exercise(function.name).await;
    }
    system.wait_until_idle().await;
    assert_eq!(system.inner().permissions().denied_calls(), []);
    assert_eq!(system.inner().permissions().unused(), []);
    system.stop().await;
}

#[tokio::test]
async fn a_function_without_one_of_its_grants_is_denied() {
    let rounds = removal_rounds();
    let removed_count: usize = rounds.iter().map(Vec::len).sum();
    let template = Template::load(&project_root().join("template.yaml")).unwrap();
    assert_eq!(
        removed_count,
        template.functions.iter().map(|function| function.grants.len()).sum::<usize>()
    );
    for round in rounds {
        let removed_grants: Vec<(String, Grant)> = round.clone();
        let system =
            TestSystem::start_with(|options| options.removed_grants = removed_grants).await;
        let case = PermissionCase::tolerant(&system);
        for (function, _) in &round {
            case.exercise(function).await;
        }
        system.wait_until_idle().await;
        let refusals = system.inner().permissions().denied_calls();
        for (function, grant) in &round {
            let is_denied = refusals.iter().any(|denied| matches_grant(denied, function, grant));
            assert!(is_denied, "{function} works without {} on {}", grant.action, grant.resource);
        }
        system.stop().await;
    }
}

#[tokio::test]
async fn an_unneeded_grant_is_reported() {
    let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
    let insert_at = template.find("\n  ListSenders:").unwrap();
    let insert_at = insert_at + template[insert_at..].find("        - Statement:\n").unwrap();
    let (before, after) = template.split_at(insert_at + "        - Statement:\n".len());
    let line = "            - { Effect: Allow, Action: dynamodb:DeleteItem, Resource: !GetAtt Table.Arn }\n";
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("template.yaml");
    std::fs::write(&copy, format!("{before}{line}{after}")).unwrap();
    let system = TestSystem::start_with(|options| options.template = Some(copy)).await;
    PermissionCase::strict(&system).exercise("list-senders").await;
    let unused = system.inner().permissions().unused();
    let actions: Vec<_> = unused
        .iter()
        .filter(|(function, _)| function == "list-senders")
        .map(|(_, grant)| &*grant.action)
        .collect();
    assert_eq!(actions, ["dynamodb:DeleteItem"]);
    system.stop().await;
}

fn matches_grant(denied: &Denied, function: &str, grant: &Grant) -> bool {
    let resource = grant.resource.trim_end_matches('*');
    denied.caller == function
        && denied.action == grant.action
        && (denied.resource == resource
            || (resource != grant.resource && denied.resource.starts_with(resource)))
}

/// Distributes all grants to rounds.
///
/// In each round a function lacks at most one grant, and no grant that the test case of another function needs.
fn removal_rounds() -> Vec<Vec<(String, Grant)>> {
    let template = Template::load(&project_root().join("template.yaml")).unwrap();
    let grants: BTreeMap<&str, usize> = template
        .functions
        .iter()
        .map(|function| (&*function.name, function.grants.len()))
        .collect();
    let mut rounds: Vec<Vec<(String, Grant)>> = Vec::new();
    for function in &template.functions {
        let dependency =
            DEPENDS_ON.iter().find(|(function_name, _)| *function_name == function.name);
        let first_round = dependency.map_or(0, |(_, dependency_name)| grants[dependency_name]);
        for (index, grant) in function.grants.iter().enumerate() {
            if rounds.len() <= first_round + index {
                rounds.resize(first_round + index + 1, Vec::new());
            }
            rounds[first_round + index].push((function.name.clone(), grant.clone()));
        }
    }
    rounds
}
