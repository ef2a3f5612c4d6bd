//! Search terms of conversations, and search queries.
//!
//! A conversation is found by a prefix of any word of the name that its row shows, and by the first or last digits of its number. Each
//! term is one search entry in the table. A new name changes only the entries that differ.

use std::collections::BTreeSet;

use crate::address::Address;
use crate::fold::{fold_beginnings, fold_words};

/// The maximum number of search terms of one name.
const MAX_TERMS: usize = 20;

/// The minimum length of a search word, in characters; also the length of [`SearchTerm::head`].
pub const MIN_WORD_CHARACTERS: usize = 2;

/// The maximum length of [`SearchTerm::rest`], in characters.
///
/// DynamoDB allows 1,024 bytes for a sort key, and case folding can turn one character into several.
const MAX_REST_CHARACTERS: usize = 100;

/// A search term of a conversation.
///
/// Its first characters select the partition; the rest is in the sort key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchTerm {
    /// Whether the term is a reversed number, for a search by its last digits.
    pub backward: bool,
    /// The first two characters.
    pub head: String,
    /// The remaining characters, at most 100.
    pub rest: String,
}

impl SearchTerm {
    fn new(text: &str, backward: bool) -> Option<Self> {
        let split =
            text.char_indices().nth(MIN_WORD_CHARACTERS).map_or(text.len(), |(index, _)| index);
        let (head, rest) = text.split_at_checked(split)?;
        let long_enough = head.chars().count() == MIN_WORD_CHARACTERS;
        let rest = || rest.chars().take(MAX_REST_CHARACTERS).collect();
        long_enough.then(|| Self { backward, head: head.to_owned(), rest: rest() })
    }
}

/// Returns the search terms of a name: the first 20 distinct texts by whose beginning it is found, of at least two
/// characters.
pub fn name_terms(name: &str) -> BTreeSet<SearchTerm> {
    let mut distinct = BTreeSet::new();
    for term in fold_beginnings(name).iter().filter_map(|word| SearchTerm::new(word, false)) {
        if distinct.len() < MAX_TERMS {
            distinct.insert(term);
        }
    }
    distinct
}

/// Returns the search terms of an address: its national digits, forward and reversed.
///
/// An address without a phone number gets the terms of its text.
pub fn number_terms(contact: &Address) -> BTreeSet<SearchTerm> {
    let Some(phone) = contact.phone() else {
        return name_terms(contact.as_str());
    };
    let digits = phone.national_digits();
    let reversed: String = digits.chars().rev().collect();
    [SearchTerm::new(&digits, false), SearchTerm::new(&reversed, true)]
        .into_iter()
        .flatten()
        .collect()
}

/// A parsed search: the terms to query, and the conditions that a hit must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// The terms to query. A hit can be found by any of them.
    pub terms: Vec<SearchTerm>,
    /// The words of the query. A hit by name has a word that starts with each of them.
    pub words: Vec<String>,
    /// The possible interpretations of the digits; empty if the query is not a number.
    pub numbers: Vec<NumberQuery>,
}

/// One interpretation of the digits of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberQuery {
    /// The first or last digits of a national number.
    National(String),
    /// The first digits of a national number, entered with the trunk prefix `0`, which is removed.
    AfterZero(String),
    /// The first digits of an international number, without the plus sign.
    International(String),
}

/// The minimum number of digits for which a number without a plus sign may start with a calling code.
const MIN_INTERNATIONAL_DIGITS: usize = 8;

impl NumberQuery {
    /// Returns the possible interpretations of `digits`. A number with a plus sign has only one.
    fn interpretations(digits: &str, plus: bool) -> Vec<Self> {
        if plus {
            return vec![Self::International(digits.to_owned())];
        }
        let mut interpretations = vec![Self::National(digits.to_owned())];
        let after_zero = digits.trim_start_matches('0');
        if after_zero.len() < digits.len() {
            interpretations.push(Self::AfterZero(after_zero.to_owned()));
        }
        if let Some(international) = digits.strip_prefix("00") {
            interpretations.push(Self::International(international.to_owned()));
        } else if digits.len() >= MIN_INTERNATIONAL_DIGITS {
            interpretations.push(Self::International(digits.to_owned()));
        }
        interpretations
    }

    fn terms(&self) -> Vec<SearchTerm> {
        let terms = match self {
            Self::National(digits) => {
                let reversed: String = digits.chars().rev().collect();
                [SearchTerm::new(digits, false), SearchTerm::new(&reversed, true)]
            }
            Self::AfterZero(digits) => [SearchTerm::new(digits, false), None],
            Self::International(digits) => {
                [SearchTerm::new(crate::address::phone::without_calling_code(digits), false), None]
            }
        };
        terms.into_iter().flatten().collect()
    }

    fn matches(&self, phone: &crate::address::phone::PhoneNumber) -> bool {
        let national = phone.national_digits();
        match self {
            Self::National(digits) => national.starts_with(digits) || national.ends_with(digits),
            Self::AfterZero(digits) => national.starts_with(digits),
            Self::International(digits) => {
                phone.as_str().trim_start_matches('+').starts_with(digits)
                    || phone.canonical().trim_start_matches('+').starts_with(digits)
            }
        }
    }
}

impl SearchQuery {
    /// Parses the text of a search. Returns `None` if it has no word of at least two characters.
    pub fn parse(typed: &str) -> Option<Self> {
        let is_number = typed.chars().any(|c| c.is_ascii_digit())
            && typed.chars().all(|c| c.is_ascii_digit() || " +()-./\u{a0}".contains(c));
        if is_number {
            let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
            let numbers =
                NumberQuery::interpretations(&digits, typed.trim_start().starts_with('+'));
            let mut terms: Vec<SearchTerm> = numbers.iter().flat_map(NumberQuery::terms).collect();
            terms.dedup();
            return (!terms.is_empty()).then(|| Self { terms, words: vec![digits], numbers });
        }
        let words = fold_words(typed);
        let longest = words.iter().max_by_key(|word| word.chars().count())?;
        let term = SearchTerm::new(longest, false)?;
        Some(Self { terms: vec![term], words, numbers: vec![] })
    }

    /// Returns whether a conversation with this name and contact address is a hit.
    pub fn matches(&self, name: Option<&str>, contact: &Address) -> bool {
        let number = contact.phone().filter(|_| !self.numbers.is_empty());
        if number.is_some_and(|phone| {
            self.numbers.iter().any(|interpretation| interpretation.matches(phone))
        }) {
            return true;
        }
        let name_words = fold_beginnings(name.unwrap_or_else(|| contact.as_str()));
        self.words
            .iter()
            .all(|query_word| name_words.iter().any(|word| word.starts_with(query_word)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(name: &str, typed: &str) -> bool {
        let contact = Address::parse("+12065550100").unwrap();
        let Some(query) = SearchQuery::parse(typed) else { return false };
        let mut terms = name_terms(name);
        terms.extend(number_terms(&contact));
        let matched = query.terms.iter().any(|wanted_term| {
            terms.iter().any(|term| {
                term.backward == wanted_term.backward
                    && term.head == wanted_term.head
                    && term.rest.starts_with(&wanted_term.rest)
            })
        });
        matched && query.matches(Some(name), &contact)
    }

    #[test]
    fn a_name_is_found_by_a_prefix_of_any_of_its_words() {
        for typed in ["br", "BRI", "Brigitte", "mül", "mul", "müll br", "o'bri"] {
            assert!(finds("Brigitte O'Brien-Müller", typed), "{typed}");
        }
        for typed in ["obri", "O’B"] {
            assert!(finds("Brigitte O'Brien-Müller", typed), "{typed}");
        }
        for (name, typed) in [
            ("Łukasz Żak", "lukasz"),
            ("Łukasz Żak", "żak"),
            ("Đức Trần", "duc"),
            ("Søren", "soren"),
            ("Æther", "aether"),
            ("weiß", "weiss"),
            ("Işık", "isik"),
            ("王小明", "小明"),
            ("김철수", "철수"),
            ("O’Brien", "obrien"),
            ("Иван", "ИВАН"),
        ] {
            assert!(finds(name, typed), "{typed} finds {name}");
        }
        for typed in ["b", "rigitte", "br xy", "brigitten"] {
            assert!(!finds("Brigitte O'Brien-Müller", typed), "{typed}");
        }
    }

    #[test]
    fn a_number_is_found_by_its_first_or_last_digits() {
        for typed in ["20", "206", "(206) 555", "+1 206", "0100", "00", "550100", "2065550100"] {
            assert!(finds("Anna", typed), "{typed}");
        }
        for typed in ["2", "0101", "555", "+44 206"] {
            assert!(!finds("Anna", typed), "{typed}");
        }
    }

    #[test]
    fn a_number_is_found_in_national_and_international_format() {
        for e164 in
            ["+442071838750", "+4915112345643", "+33612345678", "+12065550100", "+390612345678"]
        {
            let contact = Address::parse(e164).unwrap();
            let phone = contact.phone().unwrap();
            let typed = [
                phone.national(),
                e164.to_owned(),
                e164.replacen('+', "00", 1),
                e164.replacen('+', "", 1),
            ];
            for typed in typed {
                let query = SearchQuery::parse(&typed).unwrap();
                let terms = number_terms(&contact);
                let matched = query.terms.iter().any(|wanted_term| {
                    terms.iter().any(|term| {
                        (term.backward, &term.head) == (wanted_term.backward, &wanted_term.head)
                            && term.rest.starts_with(&wanted_term.rest)
                    })
                });
                assert!(matched && query.matches(None, &contact), "{typed} finds {e164}");
            }
        }
    }

    proptest! {
        #[test]
        fn parsing_a_query_never_panics(typed in ".{0,60}") {
            let _ = SearchQuery::parse(&typed);
        }

        #[test]
        fn every_word_of_two_characters_finds_the_name(name in "[a-zà-ÿ]{2,12}( [a-zà-ÿ]{2,12}){0,5}") {
            for word in fold_words(&name).iter().filter(|word| word.chars().count() >= MIN_WORD_CHARACTERS) {
                prop_assert!(finds(&name, word), "{}", word);
            }
        }
    }
}
