//! Builds the function table from the tables of all nouns, at compile time.

use shared::lambda::{Function, Setup, Trigger};

use crate::app::Build;

/// Returns a function behind a route of the HTTP API.
pub(crate) const fn http(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    build: fn(Setup) -> Build,
) -> Function {
    Function { name, trigger: Trigger::Http { method, path }, build }
}

/// Returns a function behind a route of the WebSocket API.
pub(crate) const fn socket(
    name: &'static str,
    route_key: &'static str,
    build: fn(Setup) -> Build,
) -> Function {
    Function { name, trigger: Trigger::Socket { route_key }, build }
}

/// Returns a function that reads the table's stream.
pub(crate) const fn stream(name: &'static str, build: fn(Setup) -> Build) -> Function {
    Function { name, trigger: Trigger::Stream, build }
}

/// Returns a function that runs on a schedule.
pub(crate) const fn scheduled(name: &'static str, build: fn(Setup) -> Build) -> Function {
    Function { name, trigger: Trigger::Schedule, build }
}

/// Returns a function that another function invokes.
pub(crate) const fn invocation(name: &'static str, build: fn(Setup) -> Build) -> Function {
    Function { name, trigger: Trigger::Invocation, build }
}

/// Returns the number of functions of all nouns.
pub(crate) const fn count(nouns: &[&[Function]]) -> usize {
    match nouns {
        [] => 0,
        [first, rest @ ..] => first.len() + count(rest),
    }
}

/// Returns the functions of all nouns in one array.
///
/// # Panics
/// At compile time, if `N` is not the [`count`] of `nouns`.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
pub(crate) const fn join<const N: usize>(nouns: &[&[Function]]) -> [Function; N] {
    let mut functions = [nouns[0][0]; N];
    let (mut noun, mut joined) = (0, 0);
    while noun < nouns.len() {
        let mut entry = 0;
        while entry < nouns[noun].len() {
            functions[joined] = nouns[noun][entry];
            entry += 1;
            joined += 1;
        }
        noun += 1;
    }
    assert!(joined == N, "N is the number of functions");
    functions
}

/// Returns the function named `name`.
pub(crate) const fn find(nouns: &[&[Function]], name: &str) -> Option<Function> {
    match nouns {
        [] => None,
        [[], rest @ ..] => find(rest, name),
        [first, rest @ ..] => match find_in_noun(first, name) {
            None => find(rest, name),
            found => found,
        },
    }
}

const fn find_in_noun(functions: &[Function], name: &str) -> Option<Function> {
    match functions {
        [] => None,
        [first, ..] if bytes_eq(first.name.as_bytes(), name.as_bytes()) => Some(*first),
        [_, rest @ ..] => find_in_noun(rest, name),
    }
}

const fn bytes_eq(left: &[u8], right: &[u8]) -> bool {
    match (left, right) {
        ([], []) => true,
        ([a, left_rest @ ..], [b, right_rest @ ..]) => *a == *b && bytes_eq(left_rest, right_rest),
        _ => false,
    }
}
