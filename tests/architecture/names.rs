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

/// What the transform makes of one event beside the function and its role. An HTTP route and its integration stand in the
/// API's own document, all schedules share one role; a socket route, its integration and its permission are resources.
fn resources(trigger: &TriggerSpec) -> usize {
    match trigger {
        TriggerSpec::Http { .. } | TriggerSpec::Stream(_) | TriggerSpec::Schedule { .. } => 1,
        TriggerSpec::Socket { .. } => 3,
    }
}

#[test]
fn a_function_is_at_most_three_resources_after_the_transform_and_a_socket_s_five() {
    let mut larger = Vec::new();
    for spec in &template().functions {
        let made = 2 + spec.triggers.iter().map(resources).sum::<usize>();
        if made > 3 {
            larger.push((spec.name.clone(), made));
        }
    }
    let sockets = ["connect", "disconnect", "receive-frame"].map(|name| (name.to_owned(), 5));
    assert_eq!(larger, sockets);
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

/// The table's entries as they are written: each function's name, and the noun and verb whose `build` it has.
fn written() -> Vec<(String, String, String)> {
    let lib = sources("functions/src", &["lib.rs"]).remove(0).code();
    let table = lib.split("const FUNCTIONS").nth(1).unwrap().split("];").next().unwrap();
    let ends = table.split("::build").collect::<Vec<_>>();
    let entries = ends[..ends.len() - 1].iter().map(|entry| {
        let start = ["http(", "socket(", "Function {"].iter().filter_map(|head| entry.rfind(head));
        let entry = &entry[start.max().unwrap()..];
        let name = entry.split('"').nth(1).unwrap().to_owned();
        let module = entry.rsplit([' ', ',', '\n']).next().unwrap();
        let (noun, verb) = module.split_once("::").unwrap();
        (name, noun.to_owned(), verb.to_owned())
    });
    entries.collect()
}

#[test]
fn every_function_builds_what_its_own_file_holds() {
    let written = written();
    assert_eq!(written.len(), FUNCTIONS.len());
    for ((name, noun, verb), function) in written.iter().zip(FUNCTIONS) {
        assert_eq!(name, function.name);
        let path = format!("functions/src/{noun}/{verb}.rs");
        assert!(is_file_of(&path, function), "{name} builds {path}");
    }
}

/// Where the things of a noun stand, and one of them; for nouns that do not stand at `/api/{noun}` and `/{id}`.
const PLACES: [(&str, &str, &str); 3] = [
    ("messages", "/api/conversations/{id}/messages", "/{message}"),
    ("media", "/api/conversations/{id}/messages/{message}/media", "/{index}"),
    ("consent", "/api/conversations/{id}/consent", "/{entry}"),
];

/// Routes that say something else than their function's name does, and why.
const OWN_ROUTES: [(&str, &str, &str); 11] = [
    // Twilio is told these.
    ("receive-message", "POST", "/twilio/messages"),
    ("record-delivery", "POST", "/twilio/deliveries/{conversation}/{message}"),
    ("receive-events", "POST", "/twilio/events"),
    // A browser has one session, and its cookie one path.
    ("sign-in", "POST", "/api/session"),
    ("refresh-session", "POST", "/api/session/refresh"),
    ("sign-out", "DELETE", "/api/session"),
    // The verb has two words, one of which stands in the address.
    ("mark-read", "POST", "/api/conversations/{id}/read"),
    ("issue-ticket", "POST", "/api/sockets/ticket"),
    // All of a conversation's, not one message's.
    ("list-media", "GET", "/api/conversations/{id}/media"),
    // Many at once.
    ("release-quarantines", "POST", "/api/quarantine/release"),
    // There is one health.
    ("get-health", "GET", "/api/health"),
];

/// The route that a noun and a verb have.
fn derived(noun: &str, verb: &str) -> (&'static str, String) {
    let place = PLACES.iter().find(|(own, _, _)| *own == noun);
    let usual = format!("/api/{noun}");
    let (all, one) = place.map_or((&*usual, "/{id}"), |(_, all, one)| (all, one));
    match verb {
        "list" => ("GET", all.to_owned()),
        "get" => ("GET", format!("{all}{one}")),
        "create" | "start" | "send" | "record" | "add" => ("POST", all.to_owned()),
        "update" => ("PATCH", format!("{all}{one}")),
        "delete" | "remove" => ("DELETE", format!("{all}{one}")),
        // Before there is one, or all at once.
        "check" | "import" | "export" | "refresh" => ("POST", format!("{all}/{verb}")),
        other => ("POST", format!("{all}{one}/{other}")),
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
        let (method, path) = derived(noun, verb);
        assert_eq!(format!("{method} {path}"), expected, "{verb} of {noun}");
    }
}

#[test]
fn a_route_says_what_its_function_s_name_says() {
    let mut own = Vec::new();
    for ((_, noun, verb), function) in written().iter().zip(FUNCTIONS) {
        let Trigger::Http { method, path } = function.trigger else { continue };
        if (method, path.to_owned()) != derived(noun, verb) {
            own.push((function.name, method, path));
        }
    }
    let strange: Vec<_> = own.iter().filter(|route| !OWN_ROUTES.contains(route)).collect();
    assert!(strange.is_empty(), "neither what the name says nor an exception: {strange:?}");
    assert_eq!(own.len(), OWN_ROUTES.len(), "an exception that is none, or no more: {own:?}");
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
