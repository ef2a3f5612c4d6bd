//! The catalog of localized texts, one file per noun.
//!
//! A line defines a function of its noun's module: `missing: "…",` in `conversation` is `conversation::missing()` with
//! the key `conversation.missing`. `(max)` takes a value for `{max}`; `{max:bytes}` formats it as a size. A text that
//! depends on a count has one line for one and another for more.

pub mod cannot_send;
pub mod code;
pub mod consent;
pub mod conversation;
pub mod file;
pub mod message;
pub mod number;
pub mod partyline;
pub mod quarantine;
pub mod request;
pub mod sender;
pub mod session;
pub mod socket;
pub mod user;
pub mod webhook;

/// A text of the catalog: key, English text, and names of the values in order.
pub type CatalogEntry = (&'static str, &'static str, &'static [&'static str]);

/// The texts of each noun.
const NOUNS: &[&[CatalogEntry]] = &[
    cannot_send::TEXTS,
    code::TEXTS,
    consent::TEXTS,
    conversation::TEXTS,
    file::TEXTS,
    message::TEXTS,
    number::TEXTS,
    partyline::TEXTS,
    quarantine::TEXTS,
    request::TEXTS,
    sender::TEXTS,
    session::TEXTS,
    socket::TEXTS,
    user::TEXTS,
    webhook::TEXTS,
];

/// All texts of the catalog.
pub const ALL: &[CatalogEntry] = &join::<{ count(NOUNS) }>(NOUNS);

/// Returns the number of texts of all nouns.
const fn count(mut nouns: &[&[CatalogEntry]]) -> usize {
    let mut sum = 0;
    while let [first, rest @ ..] = nouns {
        sum += first.len();
        nouns = rest;
    }
    sum
}

/// Joins the texts of all nouns.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn join<const N: usize>(mut nouns: &[&[CatalogEntry]]) -> [CatalogEntry; N] {
    let mut all: [CatalogEntry; N] = [("", "", &[]); N];
    let mut at = 0;
    while let [first, rest @ ..] = nouns {
        let mut texts = *first;
        while let [text, others @ ..] = texts {
            all[at] = *text;
            at += 1;
            texts = others;
        }
        nouns = rest;
    }
    all
}
