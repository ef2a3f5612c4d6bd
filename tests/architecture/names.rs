//! The four names of each function agree: route or trigger, file, binary and resource.

use std::collections::BTreeSet;

use aws_emulator::template::{FunctionSpec, Template, TriggerSpec};
use functions::FUNCTIONS;
use shared::lambda::{Function, Trigger};

use crate::files::{project_root, sources};

fn template() -> Template {
    Template::load(&project_root().join("template.yaml")).unwrap()
}

fn pascal_case(name: &str) -> String {
    name.split('-')
        .map(|word| word.chars().next().unwrap().to_uppercase().collect::<String>() + &word[1..])
        .collect()
}

#[test]
fn the_template_and_the_function_table_list_the_same_functions() {
    let table_names: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(table_names.len(), FUNCTIONS.len(), "the table has a name twice");
    let template = template();
    let template_names: BTreeSet<&str> =
        template.functions.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(table_names, template_names);
    for spec in &template.functions {
        assert_eq!(spec.logical_id, pascal_case(&spec.name), "resource of {}", spec.name);
    }
}

#[test]
fn every_function_has_exactly_the_trigger_of_the_function_table() {
    let template = template();
    for spec in &template.functions {
        let function = FUNCTIONS.iter().find(|function| function.name == spec.name).unwrap();
        if function.trigger == Trigger::Invocation {
            assert!(spec.triggers.is_empty(), "{} has an event", spec.name);
            assert_eq!(
                functions_that_invoke(&template, spec),
                ["dispatch"],
                "who invokes {}",
                spec.name
            );
            continue;
        }
        let [trigger] = &spec.triggers[..] else {
            panic!("{} has {} triggers", spec.name, spec.triggers.len());
        };
        let matches_table = match (function.trigger, trigger) {
            (
                Trigger::Http { method, path },
                TriggerSpec::Http { method: template_method, path: template_path },
            ) => method == template_method && path == template_path,
            (Trigger::Socket { route_key }, TriggerSpec::Socket { route_key: template_key }) => {
                route_key == template_key
            }
            (Trigger::Stream, TriggerSpec::Stream(_)) => true,
            (Trigger::Schedule, TriggerSpec::Schedule { .. }) => true,
            _ => false,
        };
        assert!(matches_table, "{}: {:?} is not {trigger:?}", spec.name, function.trigger);
    }
}

/// Returns the functions that may invoke `spec`.
fn functions_that_invoke<'a>(template: &'a Template, spec: &FunctionSpec) -> Vec<&'a str> {
    let arn_suffix = format!(":function:partyline-{}", spec.logical_id);
    let can_invoke = |caller: &&FunctionSpec| {
        let mut grants = caller.grants.iter();
        grants.any(|grant| {
            grant.action == "lambda:InvokeFunction" && grant.resource.ends_with(&arn_suffix)
        })
    };
    template.functions.iter().filter(can_invoke).map(|caller| &*caller.name).collect()
}

/// Returns the number of resources that the SAM transform adds for one trigger.
///
/// The function and its role are not counted. An HTTP route and its integration are in the definition of the API. All
/// schedules share one role. A socket route, its integration and its permission are resources.
fn resource_count(trigger: &TriggerSpec) -> usize {
    match trigger {
        TriggerSpec::Http { .. } | TriggerSpec::Stream(_) | TriggerSpec::Schedule { .. } => 1,
        TriggerSpec::Socket { .. } => 3,
    }
}

#[test]
fn a_function_creates_at_most_three_resources_and_a_socket_function_five() {
    let mut larger_functions = Vec::new();
    for spec in &template().functions {
        let resource_count = 2 + spec.triggers.iter().map(resource_count).sum::<usize>();
        if resource_count > 3 {
            larger_functions.push((spec.name.clone(), resource_count));
        }
    }
    let sockets = ["connect", "disconnect", "receive-frame"].map(|name| (name.to_owned(), 5));
    assert_eq!(larger_functions, sockets);
}

#[test]
fn every_function_has_a_source_file_and_a_binary() {
    let files = sources("functions/src", &[".rs"]);
    for function in FUNCTIONS {
        let bin = format!("functions/src/bin/{}.rs", function.name);
        let bin = files.iter().find(|file| file.path == bin);
        let bin = bin.unwrap_or_else(|| panic!("{} has no bin", function.name));
        let run_call = format!(
            "shared::lambda::run(const {{ functions::function_named(\"{}\") }})",
            function.name
        );
        assert!(bin.text.contains(&run_call), "{} runs something else", bin.path);
        let statements: Vec<&str> = bin.text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(statements.len(), 4, "{} is one line of doc and one statement", bin.path);
        assert!(statements[0].starts_with("//! "));
        let own_files: Vec<&str> = files
            .iter()
            .filter(|file| is_file_of(&file.path, function))
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(own_files.len(), 1, "{} is in {own_files:?}", function.name);
    }
    let bins = files.iter().filter(|file| file.path.starts_with("functions/src/bin/")).count();
    assert_eq!(bins, FUNCTIONS.len());
}

/// Returns the function table: each function's name, and the noun and verb of its `build`.
fn parse_function_tables() -> Vec<(String, String, String)> {
    let mut entries = Vec::new();
    for source in sources("functions/src", &["mod.rs"]) {
        let code = source.code();
        let Some(table) = code.split("const FUNCTIONS").nth(1) else { continue };
        let noun = source.path.split('/').nth(2).unwrap();
        let parts: Vec<&str> = table.split("];").next().unwrap().split("::build").collect();
        for entry in &parts[..parts.len() - 1] {
            let start = ["http(", "socket(", "stream(", "scheduled(", "invocation("];
            let start = start.iter().filter_map(|head| entry.rfind(head)).max().unwrap();
            let name = entry[start..].split('"').nth(1).unwrap().to_owned();
            let verb = entry.rsplit([' ', ',', '\n']).next().unwrap();
            entries.push((name, noun.to_owned(), verb.to_owned()));
        }
    }
    entries
}

fn function_named(name: &str) -> &'static Function {
    FUNCTIONS.iter().find(|function| function.name == name).unwrap()
}

#[test]
fn every_function_is_built_by_its_own_file() {
    let table = parse_function_tables();
    assert_eq!(table.len(), FUNCTIONS.len());
    for (name, noun, verb) in &table {
        let path = format!("functions/src/{noun}/{verb}.rs");
        assert!(is_file_of(&path, function_named(name)), "{name} builds {path}");
    }
}

/// Nouns with other routes than `/api/{noun}` and `/{id}`: the paths of the collection and an item.
const NESTED_ROUTES: [(&str, &str, &str); 3] = [
    ("messages", "/api/conversations/{id}/messages", "/{message}"),
    ("media", "/api/conversations/{id}/messages/{message}/media", "/{index}"),
    ("consent", "/api/conversations/{id}/consent", "/{entry}"),
];

/// Routes that do not follow from the function's name, with the reason.
const EXCEPTIONAL_ROUTES: [(&str, &str, &str); 11] = [
    // Twilio calls these.
    ("receive-message", "POST", "/twilio/messages"),
    ("record-delivery", "POST", "/twilio/deliveries/{conversation}/{message}"),
    ("receive-events", "POST", "/twilio/events"),
    // A browser has one session, whose cookie has one path.
    ("sign-in", "POST", "/api/session"),
    ("refresh-session", "POST", "/api/session/refresh"),
    ("sign-out", "DELETE", "/api/session"),
    // The verb has two words, of which one is in the path.
    ("mark-read", "POST", "/api/conversations/{id}/read"),
    ("issue-ticket", "POST", "/api/sockets/ticket"),
    // The media of a conversation, not of one message.
    ("list-media", "GET", "/api/conversations/{id}/media"),
    // An action on several items.
    ("release-quarantines", "POST", "/api/quarantine/release"),
    // There is only one.
    ("get-health", "GET", "/api/health"),
];

/// Returns the route for a noun and a verb.
fn derive_route(noun: &str, verb: &str) -> (&'static str, String) {
    let nested_route = NESTED_ROUTES.iter().find(|(nested_noun, _, _)| *nested_noun == noun);
    let default_path = format!("/api/{noun}");
    let (collection, item) =
        nested_route.map_or((&*default_path, "/{id}"), |(_, collection, item)| (collection, item));
    match verb {
        "list" => ("GET", collection.to_owned()),
        "get" => ("GET", format!("{collection}{item}")),
        "create" | "start" | "send" | "record" | "add" => ("POST", collection.to_owned()),
        "update" => ("PATCH", format!("{collection}{item}")),
        "delete" | "remove" => ("DELETE", format!("{collection}{item}")),
        // Actions without an item, or on all items.
        "check" | "import" | "export" | "refresh" => ("POST", format!("{collection}/{verb}")),
        action => ("POST", format!("{collection}{item}/{action}")),
    }
}

#[test]
fn a_route_is_derived_from_a_noun_and_a_verb() {
    let routes = [
        ("contacts", "list", "GET /api/contacts"),
        ("contacts", "get", "GET /api/contacts/{id}"),
        ("contacts", "create", "POST /api/contacts"),
        ("contacts", "update", "PATCH /api/contacts/{id}"),
        ("contacts", "delete", "DELETE /api/contacts/{id}"),
        ("participants", "add", "POST /api/participants"),
        ("participants", "remove", "DELETE /api/participants/{id}"),
        ("contacts", "check", "POST /api/contacts/check"),
        ("contacts", "import", "POST /api/contacts/import"),
        ("contacts", "export", "POST /api/contacts/export"),
        ("templates", "refresh", "POST /api/templates/refresh"),
        ("contacts", "merge", "POST /api/contacts/{id}/merge"),
        ("messages", "add", "POST /api/conversations/{id}/messages"),
        ("messages", "remove", "DELETE /api/conversations/{id}/messages/{message}"),
        ("messages", "export", "POST /api/conversations/{id}/messages/export"),
    ];
    for (noun, verb, expected) in routes {
        let (method, path) = derive_route(noun, verb);
        assert_eq!(format!("{method} {path}"), expected, "{verb} of {noun}");
    }
}

#[test]
fn every_route_follows_from_the_function_name() {
    let mut exceptions = Vec::new();
    for (name, noun, verb) in &parse_function_tables() {
        let function = function_named(name);
        let Trigger::Http { method, path } = function.trigger else { continue };
        if (method, path.to_owned()) != derive_route(noun, verb) {
            exceptions.push((function.name, method, path));
        }
    }
    let unexpected: Vec<_> =
        exceptions.iter().filter(|route| !EXCEPTIONAL_ROUTES.contains(route)).collect();
    assert!(unexpected.is_empty(), "neither what the name says nor an exception: {unexpected:?}");
    assert_eq!(
        exceptions.len(),
        EXCEPTIONAL_ROUTES.len(),
        "exceptions that are not needed: {exceptions:?}"
    );
}

/// Returns whether a path is the file of a function.
///
/// The file of `verb-noun` is `noun/verb.rs`; the file of `verb-other` is `noun/verb_other.rs`.
fn is_file_of(path: &str, function: &Function) -> bool {
    let Some(rest) = path.strip_prefix("functions/src/") else { return false };
    let Some((noun, file)) = rest.split_once('/') else { return false };
    let Some(verb) = file.strip_suffix(".rs").filter(|_| noun != "bin") else { return false };
    // `release_all.rs` of `quarantine` is `release-quarantines`.
    if let Some(verb) = verb.strip_suffix("_all") {
        return format!("{verb}-{noun}s") == function.name;
    }
    let verb = verb.replace('_', "-");
    let singular = noun.strip_suffix('s').unwrap_or(noun);
    verb == function.name
        || format!("{verb}-{noun}") == function.name
        || format!("{verb}-{singular}") == function.name
}

#[test]
fn generated_files_are_up_to_date() {
    for (path, content) in crate::generated::generated_files(&project_root()) {
        let current = std::fs::read_to_string(project_root().join(path)).unwrap_or_default();
        assert!(current == content, "{path} is out of date: run `make generate`");
    }
}
