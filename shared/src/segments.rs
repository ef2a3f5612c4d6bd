//! How many parts a text is sent in, which characters make it costly, and what would make it cheaper.
//!
//! GSM-7 if every character is in its alphabet (160 septets alone, else 153 a part), otherwise UCS-2 (70 units alone,
//! else 67). A character of two septets and a grapheme are never cut in two. Held to the vectors of Twilio's own
//! calculator; the replacements are those of Twilio's Smart Encoding.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

/// One septet each.
const GSM_7: &str = "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
/// Two septets each: an escape and the character.
const GSM_7_EXTENSION: &str = "\u{c}[\\]^{|}~€";

/// `{code point in hex}={replacement}` a line.
static REPLACEMENTS: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("smart_encoding.txt").lines();
    let pairs = lines.filter_map(|line| {
        let (code, replacement) = line.split_once('=')?;
        Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, replacement))
    });
    pairs.collect()
});

/// How many costly characters are named.
const NAMED: usize = 20;

/// How the characters of a text are written on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Seven bits a character.
    Gsm7,
    /// Sixteen bits a unit.
    Ucs2,
    /// Bytes of UTF-8 (RCS).
    Utf8,
}

/// A character that makes a whole text UCS-2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Costly {
    /// Where it begins, in UTF-16 units, as browsers count.
    pub index: usize,
    /// The character.
    pub character: String,
    /// What Twilio's Smart Encoding would put in its place.
    pub replacement: Option<String>,
}

/// The same text with the replacements made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Smart {
    /// The text.
    pub body: String,
    /// In how many parts it is sent.
    pub count: u32,
}

/// What a text costs on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Segments {
    /// How its characters are written.
    pub encoding: Encoding,
    /// In how many parts it is sent; an empty text counts as one.
    pub count: u32,
    /// Septets, UTF-16 units or bytes.
    pub units: u32,
    /// Characters as people count them.
    pub characters: u32,
    /// Units that are free in the last part.
    pub left: u32,
    /// What makes it costly, the first twenty.
    pub costly: Vec<Costly>,
    /// A cheaper way to write it, if there is one.
    pub smart: Option<Smart>,
}

impl Segments {
    /// Of a text sent as SMS.
    pub fn of(text: &str) -> Self {
        let own = measured(text);
        let costly = if own.encoding == Encoding::Ucs2 { costly(text) } else { Vec::new() };
        let smart = if costly.is_empty() { None } else { cheaper(text, own.count) };
        Self { costly, smart, ..own }
    }

    /// Of a text sent as RCS: in the United States 160 bytes a part, elsewhere one.
    pub fn of_rcs(text: &str, united_states: bool) -> Self {
        let bytes = length(text.len());
        let count = if united_states { bytes.div_ceil(160) } else { bytes.min(1) };
        let left = if united_states { count * 160 - bytes } else { 0 };
        Self {
            encoding: Encoding::Utf8,
            count,
            units: bytes,
            characters: graphemes(text),
            left,
            costly: Vec::new(),
            smart: None,
        }
    }
}

/// The text as Twilio's Smart Encoding would write it.
pub fn smart(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match REPLACEMENTS.get(&character) {
            Some(replacement) => written.push_str(replacement),
            None => written.push(character),
        }
    }
    written
}

fn cheaper(text: &str, count: u32) -> Option<Smart> {
    let body = smart(text);
    let now = measured(&body);
    (now.count < count || now.encoding == Encoding::Gsm7)
        .then_some(Smart { body, count: now.count })
}

fn measured(text: &str) -> Segments {
    let septets: Option<Vec<u32>> = text.chars().map(septets).collect();
    let (encoding, widths, alone, each, characters) = match septets {
        Some(widths) => {
            let characters = length(widths.len());
            (Encoding::Gsm7, widths, 160, 153, characters)
        }
        None => (Encoding::Ucs2, units(text), 70, 67, graphemes(text)),
    };
    let (count, last) = parts(&widths, alone, each);
    let room = if count == 1 { alone } else { each };
    Segments {
        encoding,
        count,
        units: widths.iter().sum(),
        characters,
        left: room - last,
        costly: Vec::new(),
        smart: None,
    }
}

/// The widths of what is not cut in two; a grapheme that fits no part is cut between its characters.
fn units(text: &str) -> Vec<u32> {
    let mut widths = Vec::new();
    for grapheme in text.graphemes(true) {
        let width = length(grapheme.encode_utf16().count());
        if width > 67 || grapheme == "\r\n" {
            widths.extend(grapheme.chars().map(|one| length(one.len_utf16())));
        } else {
            widths.push(width);
        }
    }
    widths
}

fn costly(text: &str) -> Vec<Costly> {
    let mut index = 0;
    let mut found = Vec::new();
    for grapheme in text.graphemes(true) {
        if found.len() < NAMED && grapheme.chars().any(|one| septets(one).is_none()) {
            let whole = smart(grapheme);
            found.push(Costly {
                index,
                character: grapheme.to_owned(),
                replacement: whole.chars().all(|one| septets(one).is_some()).then_some(whole),
            });
        }
        index += grapheme.encode_utf16().count();
    }
    found
}

fn septets(character: char) -> Option<u32> {
    if GSM_7.contains(character) {
        Some(1)
    } else if GSM_7_EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// How many parts, and how much of the last is used.
fn parts(widths: &[u32], alone: u32, each: u32) -> (u32, u32) {
    let all = widths.iter().sum();
    if all <= alone {
        return (1, all);
    }
    let (mut count, mut used) = (1, 0);
    for width in widths {
        if used + width > each {
            count += 1;
            used = 0;
        }
        used += width;
    }
    (count, used)
}

fn graphemes(text: &str) -> u32 {
    length(text.graphemes(true).count())
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        count: usize,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        id: String,
        text: String,
        #[serde(default)]
        smart_encoding: bool,
        #[serde(default)]
        channel: String,
        #[serde(default)]
        region: String,
        expected: Expected,
    }

    #[derive(Deserialize)]
    struct Expected {
        encoding: String,
        segments: u32,
        code_units: Option<u32>,
        characters: Option<u32>,
        bytes: Option<u32>,
        text_after: Option<String>,
    }

    #[test]
    fn every_case_of_twilio_s_own_calculator_is_counted_as_it_does() {
        let text = include_str!("../../tests/vectors/segments.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert_eq!(vectors.cases.len(), vectors.count);
        let mut wrong = Vec::new();
        for case in &vectors.cases {
            let expected = &case.expected;
            let sent = if case.smart_encoding { smart(&case.text) } else { case.text.clone() };
            if let Some(after) = &expected.text_after {
                assert_eq!(&sent, after, "{}", case.id);
            }
            let found = if case.channel == "rcs" {
                Segments::of_rcs(&sent, case.region == "us")
            } else {
                Segments::of(&sent)
            };
            let encoding = match found.encoding {
                Encoding::Gsm7 => "GSM-7",
                Encoding::Ucs2 => "UCS-2",
                Encoding::Utf8 => "UTF-8",
            };
            let units = expected.code_units.or(expected.bytes);
            // Where characters take one or two septets, the calculator counts the septets as characters.
            let characters = match found.encoding {
                Encoding::Gsm7 => found.units,
                _ => found.characters,
            };
            let same = encoding == expected.encoding
                && found.count == expected.segments
                && Some(found.units) == units
                && expected.characters.is_none_or(|expected| expected == characters);
            if !same {
                wrong.push(format!(
                    "{}: {encoding} {} {} {}",
                    case.id, found.count, found.units, found.characters
                ));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn the_costly_characters_are_named_with_what_would_do_instead() {
        let found = Segments::of("👍 “so” 日");
        let named: Vec<(usize, &str, Option<&str>)> = found
            .costly
            .iter()
            .map(|one| (one.index, &*one.character, one.replacement.as_deref()))
            .collect();
        let expected =
            [(0, "👍", None), (3, "“", Some("\"")), (6, "”", Some("\"")), (8, "日", None)];
        assert_eq!(named, expected);
        assert_eq!(found.smart, None);
    }

    #[test]
    fn a_cheaper_way_is_offered_only_where_it_is_cheaper() {
        let found = Segments::of("It’s ready");
        assert_eq!(found.smart, Some(Smart { body: "It's ready".to_owned(), count: 1 }));
        assert_eq!(Segments::of("It's ready").smart, None);
        assert_eq!(Segments::of("").left, 160);
        assert_eq!(Segments::of(&"a".repeat(161)).left, 153 - 8);
    }

    proptest! {
        #[test]
        fn no_part_holds_more_than_it_can(text in "\\PC{0,400}") {
            let found = Segments::of(&text);
            let room = match (found.encoding, found.count) {
                (Encoding::Gsm7, 1) => 160,
                (Encoding::Gsm7, _) => 153,
                (_, 1) => 70,
                _ => 67,
            };
            prop_assert!(found.units <= found.count * room);
            prop_assert!(found.left <= room);
            for one in &found.costly {
                let at: Vec<u16> = text.encode_utf16().skip(one.index).collect();
                let own: Vec<u16> = one.character.encode_utf16().collect();
                prop_assert!(at.starts_with(&own));
            }
        }
    }
}
