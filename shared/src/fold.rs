//! Folding of texts for search: one rule for stored terms and for queries.

use std::ops::RangeInclusive;

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The blocks with Latin letters that have no decomposition, such as ł, đ, ø, æ and ß.
const LATIN: [RangeInclusive<char>; 5] = [
    '\u{c0}'..='\u{24f}',
    '\u{250}'..='\u{2af}',
    '\u{1e00}'..='\u{1eff}',
    '\u{2c60}'..='\u{2c7f}',
    '\u{a720}'..='\u{a7ff}',
];

/// The blocks of scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han and Hangul.
const WITHOUT_SPACES: [RangeInclusive<char>; 9] = [
    '\u{0e00}'..='\u{0eff}',
    '\u{1000}'..='\u{109f}',
    '\u{1780}'..='\u{17ff}',
    '\u{3040}'..='\u{30ff}',
    '\u{3400}'..='\u{4dbf}',
    '\u{4e00}'..='\u{9fff}',
    '\u{ac00}'..='\u{d7af}',
    '\u{f900}'..='\u{faff}',
    '\u{20000}'..='\u{323af}',
];

/// Folds a text for comparison: lower case, compatibility forms normalized, without accents, Latin letters as ASCII.
///
/// Apostrophes are ignored, so that `O’Brien` is `obrien`.
pub fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|character| !is_combining_mark(*character));
    let mut folded = String::with_capacity(text.len());
    for character in letters.flat_map(char::to_lowercase).filter(|it| !is_apostrophe(*it)) {
        match deunicode_char(character).filter(|_| is_in(&LATIN, character)) {
            Some(ascii) => folded.extend(ascii.chars().flat_map(char::to_lowercase)),
            None if is_combining_mark(character) => {}
            None => folded.push(character),
        }
    }
    // Hangul was decomposed into letters, which are not what people type.
    folded.nfc().collect()
}

/// Returns the folded words of a text, in order.
pub fn fold_words(text: &str) -> Vec<String> {
    fold(text)
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the texts of which a query can be the beginning: the folded words, the part of a word after an apostrophe,
/// and, in scripts without spaces between words, the rest of a word from every position.
pub fn fold_beginnings(text: &str) -> Vec<String> {
    let mut beginnings = fold_words(text);
    let is_split = |word: &&str| word.chars().any(is_apostrophe);
    for word in text.split_whitespace().filter(is_split) {
        let parts = word.split(is_apostrophe).skip(1);
        beginnings.extend(parts.flat_map(fold_words));
    }
    let positions: Vec<String> = beginnings
        .iter()
        .flat_map(|word| {
            let starts = word.char_indices().skip(1).filter(|(_, it)| is_in(&WITHOUT_SPACES, *it));
            starts.filter_map(|(index, _)| word.get(index..).map(str::to_owned))
        })
        .collect();
    beginnings.extend(positions);
    beginnings
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '＇' | '`' | '´')
}

fn is_in(blocks: &[RangeInclusive<char>], character: char) -> bool {
    blocks.iter().any(|block| block.contains(&character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_are_folded_to_what_people_type() {
        for (text, folded) in [
            ("Łukasz", "lukasz"),
            ("Đức", "duc"),
            ("Søren", "soren"),
            ("Æther", "aether"),
            ("weiß", "weiss"),
            ("Işık", "isik"),
            ("İstanbul", "istanbul"),
            ("Þórður", "thordur"),
            ("Čapek", "capek"),
            ("Œuvre", "oeuvre"),
            ("Ｍａｒｉａ", "maria"),
            ("O’Brien", "obrien"),
            ("O'Brien", "obrien"),
            ("L‘Étoile", "letoile"),
            ("王小明", "王小明"),
            ("김철수", "김철수"),
            ("Иван", "иван"),
            ("Ёлка", "елка"),
            ("ΑΘΗΝΑ", "αθηνα"),
            ("ﬁn", "fin"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn every_position_is_a_beginning_in_scripts_without_spaces() {
        assert_eq!(fold_beginnings("王小明"), ["王小明", "小明", "明"]);
        assert_eq!(fold_beginnings("김철수"), ["김철수", "철수", "수"]);
        assert_eq!(fold_beginnings("Anna 東京"), ["anna", "東京", "京"]);
        assert_eq!(fold_beginnings("Ida O’Neil"), ["ida", "oneil", "neil"]);
        assert_eq!(fold_beginnings("Anna"), ["anna"]);
        assert!(fold_beginnings("สมชาย ใจดี").contains(&fold("ชาย")));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn every_word_is_a_beginning(text in "\\PC{0,40}") {
            let beginnings = fold_beginnings(&text);
            prop_assert!(fold_words(&text).iter().all(|word| beginnings.contains(word)));
        }
    }
}
