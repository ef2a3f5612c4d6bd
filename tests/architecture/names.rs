//! Four names of every function agree: route or trigger, file, bin, resource.

use std::collections::BTreeSet;

use functions::FUNCTIONS;
use local::template::{FunctionSpec, Template, TriggerSpec};
use shared::lambda::{Function, Trigger};

use crate::files::{sources, top};

fn template() -> Template {
    Template::read(&top().join("template.yaml")).unwrap()
}

fn pascal(name: &str) -> String {
    name.split('-')
        .map(|word| word.chars().next().unwrap().to_uppercase().collect::<String>() + &word[1..])
        .collect()
}

#[test]
fn the_template_names_exactly_the_functions_of_the_table() {
    let in_table: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(in_table.len(), FUNCTIONS.len(), "a name stands twice in the table");
    let template = template();
    let in_template: BTreeSet<&str> =
        template.functions.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(in_table, in_template);
    for spec in &template.functions {
        assert_eq!(spec.logical_id, pascal(&spec.name), "resource of {}", spec.name);
    }
}

#[test]
fn every_function_is_invoked_by_what_the_table_says_and_by_nothing_else() {
    let template = template();
    for spec in &template.functions {
        let function = FUNCTIONS.iter().find(|function| function.name == spec.name).unwrap();
        if function.trigger == Trigger::Invocation {
            assert!(spec.triggers.is_empty(), "{} has an event", spec.name);
            assert_eq!(invokers(&template, spec), ["dispatch"], "who invokes {}", spec.name);
            continue;
        }
        let [trigger] = &spec.triggers[..] else {
            panic!("{} has {} triggers", spec.name, spec.triggers.len());
        };
        let agrees = match (function.trigger, trigger) {
            (Trigger::Http { method, path }, TriggerSpec::Http { method: m, path: p }) => {
                method == m && path == p
            }
            (Trigger::Socket { route_key }, TriggerSpec::Socket { route_key: key }) => {
                route_key == key
            }
            (Trigger::Stream, TriggerSpec::Stream(_)) => true,
            (Trigger::Schedule, TriggerSpec::Schedule { .. }) => true,
            _ => false,
        };
        assert!(agrees, "{}: {:?} is not {trigger:?}", spec.name, function.trigger);
    }
}

/// The functions that may invoke `spec`.
fn invokers<'a>(template: &'a Template, spec: &FunctionSpec) -> Vec<&'a str> {
    let end = format!(":function:partyline-{}", spec.logical_id);
    let may = |other: &&FunctionSpec| {
        let mut grants = other.grants.iter();
        grants
            .any(|grant| grant.action == "lambda:InvokeFunction" && grant.resource.ends_with(&end))
    };
    template.functions.iter().filter(may).map(|other| &*other.name).collect()
}

/// Function, role, and one mapping, permission or schedule (all schedules share one role).
#[test]
fn a_function_is_at_most_three_resources_after_the_transform() {
    for spec in &template().functions {
        assert!(2 + spec.triggers.len() <= 3, "{} has too many triggers", spec.name);
    }
}

#[test]
fn every_function_has_its_file_and_its_bin() {
    let files = sources("functions/src", &[".rs"]);
    for function in FUNCTIONS {
        let bin = format!("functions/src/bin/{}.rs", function.name);
        let bin = files.iter().find(|file| file.path == bin);
        let bin = bin.unwrap_or_else(|| panic!("{} has no bin", function.name));
        let run =
            format!("shared::lambda::run(const {{ functions::named(\"{}\") }})", function.name);
        assert!(bin.text.contains(&run), "{} runs something else", bin.path);
        let statements: Vec<&str> = bin.text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(statements.len(), 4, "{} is one line of doc and one statement", bin.path);
        assert!(statements[0].starts_with("//! "));
        let own: Vec<&str> = files
            .iter()
            .filter(|file| is_file_of(&file.path, function))
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(own.len(), 1, "{} stands in {own:?}", function.name);
    }
    let bins = files.iter().filter(|file| file.path.starts_with("functions/src/bin/")).count();
    assert_eq!(bins, FUNCTIONS.len());
}

/// `noun/verb.rs` for `verb-noun`, or `noun/verb_other.rs` for `verb-other`.
fn is_file_of(path: &str, function: &Function) -> bool {
    let Some(rest) = path.strip_prefix("functions/src/") else { return false };
    let Some((noun, file)) = rest.split_once('/') else { return false };
    let Some(verb) = file.strip_suffix(".rs").filter(|_| noun != "bin") else { return false };
    let verb = verb.replace('_', "-");
    let singular = noun.strip_suffix('s').unwrap_or(noun);
    verb == function.name
        || format!("{verb}-{noun}") == function.name
        || format!("{verb}-{singular}") == function.name
}

#[test]
fn generated_files_are_what_the_code_generates() {
    for (path, content) in crate::generated::all(&top()) {
        let present = std::fs::read_to_string(top().join(path)).unwrap_or_default();
        assert!(present == content, "{path} is out of date: run `make generate`");
    }
}
