//! The segments of a text, the characters that require UCS-2, and a version with fewer segments.
//!
//! A text is sent in GSM-7 if its alphabet has all characters (160 septets in one segment, otherwise 153 each), and in
//! UCS-2 otherwise (70 units in one segment, otherwise 67 each). A two-septet character or a grapheme is never split.
//! Test vectors of Twilio's segment calculator verify this. The replacements are those of Twilio's Smart Encoding.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

/// The characters with one septet.
const GSM_7: &str = "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
/// The characters with two septets: an escape and the character.
const GSM_7_EXTENSION: &str = "\u{c}[\\]^{|}~€";

/// The replacements. Each line of the file has the form `{code point in hex}={replacement}`.
static REPLACEMENTS: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("smart_encoding.txt").lines();
    let pairs = lines.filter_map(|line| {
        let (code, replacement) = line.split_once('=')?;
        Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, replacement))
    });
    pairs.collect()
});

/// The maximum length of [`Segments::ucs2_characters`].
const MAX_LISTED: usize = 20;

/// The encoding of a text in transit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SmsEncoding {
    /// GSM-7, with 7 bits per septet.
    Gsm7,
    /// UCS-2, with 16 bits per unit.
    Ucs2,
    /// UTF-8 (RCS).
    Utf8,
}

/// A character that is not in GSM-7, so that the whole text needs UCS-2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ucs2Character {
    /// Its position in the text, in UTF-16 units as in JavaScript.
    pub index: usize,
    /// The character.
    pub character: String,
    /// Its replacement in Twilio's Smart Encoding, if there is one.
    pub replacement: Option<String>,
}

/// A text after Smart Encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SmartEncoded {
    /// The text.
    pub body: String,
    /// The number of segments.
    pub count: u32,
}

/// The number of segments of a text, and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Segments {
    /// The encoding.
    pub encoding: SmsEncoding,
    /// The number of segments. An empty SMS counts as one.
    pub count: u32,
    /// The length in septets, UTF-16 units or bytes, depending on the encoding.
    pub units: u32,
    /// The number of user-perceived characters (graphemes).
    pub characters: u32,
    /// The number of free units in the last segment.
    pub remaining_units: u32,
    /// The first 20 characters that require UCS-2.
    pub ucs2_characters: Vec<Ucs2Character>,
    /// The text after Smart Encoding, if that saves segments or makes it GSM-7.
    pub smart_encoded: Option<SmartEncoded>,
}

impl Segments {
    /// Counts the segments of an SMS.
    pub fn for_sms(text: &str) -> Self {
        let measured = measure(text);
        let ucs2_characters = if measured.encoding == SmsEncoding::Ucs2 {
            find_ucs2_characters(text)
        } else {
            Vec::new()
        };
        let smart_encoded = if ucs2_characters.is_empty() {
            None
        } else {
            smart_encoded_if_shorter(text, measured.count)
        };
        Self { ucs2_characters, smart_encoded, ..measured }
    }

    /// Counts the segments of an RCS message: 160 bytes each in the United States, elsewhere always one.
    pub fn for_rcs(text: &str, united_states: bool) -> Self {
        let bytes = length(text.len());
        let count = if united_states { bytes.div_ceil(160) } else { bytes.min(1) };
        let remaining_units = if united_states { count * 160 - bytes } else { 0 };
        Self {
            encoding: SmsEncoding::Utf8,
            count,
            units: bytes,
            characters: graphemes(text),
            remaining_units,
            ucs2_characters: Vec::new(),
            smart_encoded: None,
        }
    }
}

/// Returns the text after Twilio's Smart Encoding.
pub fn smart_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        match REPLACEMENTS.get(&character) {
            Some(replacement) => encoded.push_str(replacement),
            None => encoded.push(character),
        }
    }
    encoded
}

fn smart_encoded_if_shorter(text: &str, count: u32) -> Option<SmartEncoded> {
    let body = smart_encode(text);
    let encoded = measure(&body);
    (encoded.count < count || encoded.encoding == SmsEncoding::Gsm7)
        .then_some(SmartEncoded { body, count: encoded.count })
}

fn measure(text: &str) -> Segments {
    let septets: Option<Vec<u32>> = text.chars().map(septets).collect();
    let (encoding, widths, single_limit, part_limit, characters) = match septets {
        Some(widths) => {
            let characters = length(widths.len());
            (SmsEncoding::Gsm7, widths, 160, 153, characters)
        }
        None => (SmsEncoding::Ucs2, units(text), 70, 67, graphemes(text)),
    };
    let (count, last) = count_parts(&widths, single_limit, part_limit);
    let limit = if count == 1 { single_limit } else { part_limit };
    Segments {
        encoding,
        count,
        units: widths.iter().sum(),
        characters,
        remaining_units: limit - last,
        ucs2_characters: Vec::new(),
        smart_encoded: None,
    }
}

/// Returns the widths of the indivisible units of a text: graphemes, in UTF-16 units.
///
/// A grapheme that does not fit into one segment is split between its characters.
fn units(text: &str) -> Vec<u32> {
    let mut widths = Vec::new();
    for grapheme in text.graphemes(true) {
        let width = length(grapheme.encode_utf16().count());
        if width > 67 || grapheme == "\r\n" {
            widths.extend(grapheme.chars().map(|character| length(character.len_utf16())));
        } else {
            widths.push(width);
        }
    }
    widths
}

fn find_ucs2_characters(text: &str) -> Vec<Ucs2Character> {
    let mut index = 0;
    let mut characters = Vec::new();
    for grapheme in text.graphemes(true) {
        if characters.len() < MAX_LISTED
            && grapheme.chars().any(|character| septets(character).is_none())
        {
            let encoded = smart_encode(grapheme);
            characters.push(Ucs2Character {
                index,
                character: grapheme.to_owned(),
                replacement: encoded
                    .chars()
                    .all(|character| septets(character).is_some())
                    .then_some(encoded),
            });
        }
        index += grapheme.encode_utf16().count();
    }
    characters
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

/// Returns the number of segments and the used units of the last one.
fn count_parts(widths: &[u32], single_limit: u32, part_limit: u32) -> (u32, u32) {
    let total = widths.iter().sum();
    if total <= single_limit {
        return (1, total);
    }
    let (mut count, mut used) = (1, 0);
    for width in widths {
        if used + width > part_limit {
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
    fn every_case_of_twilio_s_calculator_is_counted_the_same() {
        let text = include_str!("../../../tests/vectors/segments.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert_eq!(vectors.cases.len(), vectors.count);
        let mut mismatches = Vec::new();
        for case in &vectors.cases {
            let expected = &case.expected;
            let text =
                if case.smart_encoding { smart_encode(&case.text) } else { case.text.clone() };
            if let Some(after) = &expected.text_after {
                assert_eq!(&text, after, "{}", case.id);
            }
            let found = if case.channel == "rcs" {
                Segments::for_rcs(&text, case.region == "us")
            } else {
                Segments::for_sms(&text)
            };
            let encoding = match found.encoding {
                SmsEncoding::Gsm7 => "GSM-7",
                SmsEncoding::Ucs2 => "UCS-2",
                SmsEncoding::Utf8 => "UTF-8",
            };
            let units = expected.code_units.or(expected.bytes);
            // For GSM-7, the calculator reports septets as characters.
            let characters = match found.encoding {
                SmsEncoding::Gsm7 => found.units,
                _ => found.characters,
            };
            let matches = encoding == expected.encoding
                && found.count == expected.segments
                && Some(found.units) == units
                && expected.characters.is_none_or(|expected| expected == characters);
            if !matches {
                mismatches.push(format!(
                    "{}: {encoding} {} {} {}",
                    case.id, found.count, found.units, found.characters
                ));
            }
        }
        assert_eq!(mismatches, Vec::<String>::new());
    }

    #[test]
    fn ucs2_characters_are_listed_with_their_replacements() {
        let found = Segments::for_sms("👍 “so” 日");
        let named: Vec<(usize, &str, Option<&str>)> = found
            .ucs2_characters
            .iter()
            .map(|character| {
                (character.index, &*character.character, character.replacement.as_deref())
            })
            .collect();
        let expected =
            [(0, "👍", None), (3, "“", Some("\"")), (6, "”", Some("\"")), (8, "日", None)];
        assert_eq!(named, expected);
        assert_eq!(found.smart_encoded, None);
    }

    #[test]
    fn smart_encoding_is_offered_only_when_it_is_shorter() {
        let found = Segments::for_sms("It’s ready");
        assert_eq!(
            found.smart_encoded,
            Some(SmartEncoded { body: "It's ready".to_owned(), count: 1 })
        );
        assert_eq!(Segments::for_sms("It's ready").smart_encoded, None);
        assert_eq!(Segments::for_sms("").remaining_units, 160);
        assert_eq!(Segments::for_sms(&"a".repeat(161)).remaining_units, 153 - 8);
    }

    proptest! {
        #[test]
        fn no_segment_exceeds_its_limit(text in "\\PC{0,400}") {
            let found = Segments::for_sms(&text);
            let room = match (found.encoding, found.count) {
                (SmsEncoding::Gsm7, 1) => 160,
                (SmsEncoding::Gsm7, _) => 153,
                (_, 1) => 70,
                _ => 67,
            };
            prop_assert!(found.units <= found.count * room);
            prop_assert!(found.remaining_units <= room);
            for character in &found.ucs2_characters {
                let at: Vec<u16> = text.encode_utf16().skip(character.index).collect();
                let expected: Vec<u16> = character.character.encode_utf16().collect();
                prop_assert!(at.starts_with(&expected));
            }
        }
    }
}
