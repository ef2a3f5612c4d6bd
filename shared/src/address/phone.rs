//! Phone numbers: parsing of Twilio's and of typed numbers, and formatting for display.
//!
//! Only the form of numbers from Twilio and from the table is checked. A webhook must not be rejected because a
//! numbering plan is newer than our metadata, and must not wait until the metadata is loaded. Google's metadata, in
//! `rlibphonenumber`, is used for typed numbers and for formatting.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, Region, ValidationError,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::canonical::canonical_digits;
pub use crate::address::invalid::InvalidPhoneNumber;

/// A phone number in E.164: `+`, the calling code and the national digits, 7 to 15 digits in total.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A phone number as returned by the API.
#[derive(Serialize, Deserialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[schema(as = PhoneNumber)]
pub struct PhoneNumberView {
    /// The number in E.164, for example `+12065551212`.
    pub e164: String,
    /// The number in its national format, for example `(206) 555-1212`.
    pub national: String,
    /// The country as two capital letters (ISO 3166), if the number belongs to one.
    pub region: Option<String>,
}

impl PhoneNumber {
    /// Parses a number as Twilio sends it: `+` and 7 to 15 digits, of which the first is not 0.
    ///
    /// Short codes have no `+` and are not phone numbers.
    pub fn parse(e164: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = e164.strip_prefix('+').ok_or(InvalidPhoneNumber::NotANumber)?;
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidPhoneNumber::NotANumber);
        }
        match digits.len() {
            0..7 => Err(InvalidPhoneNumber::TooShort),
            7..=15 => Ok(Self(e164.to_owned())),
            _ => Err(InvalidPhoneNumber::TooLong),
        }
    }

    /// Parses a number that a user typed or pasted.
    ///
    /// Accepts spaces, parentheses, hyphens, `tel:`, `00` instead of `+`, and national numbers of `region` (two
    /// letters). The number of digits must be possible in the country. Whether the number is in use is not checked.
    pub fn parse_typed(text: &str, region: Option<&str>) -> Result<Self, InvalidPhoneNumber> {
        let text = text.trim();
        let number = text.strip_prefix("tel:").unwrap_or(text);
        if number.trim().is_empty() {
            return Err(InvalidPhoneNumber::Empty);
        }
        // The library skips any text before the first digit and accepts several plus signs.
        let first = number.find(|c: char| is_plus(c) || c.is_numeric()).unwrap_or(number.len());
        if has_letters(number.split_at(first).0) || number.matches(is_plus).count() > 1 {
            return Err(InvalidPhoneNumber::NotANumber);
        }
        let number = &without_old_prefix(number, region);
        let region =
            region.and_then(|code| Region::from_code(&code.trim().to_ascii_uppercase()).ok());
        let outcome = match (replace_00_prefix(number), parse_with_lib(number, region)) {
            (None, outcome) => outcome.map(|(number, _)| number),
            (Some(_), Ok((number, true))) => Ok(number),
            (Some(international), _) => {
                parse_with_lib(&international, None).map(|(number, _)| number)
            }
        };
        match outcome {
            Err(InvalidPhoneNumber::Extension) => outcome,
            // The library converts letters to digits (vanity numbers) and drops text after the last digit.
            _ if has_letters(number) => Err(InvalidPhoneNumber::NotANumber),
            outcome => outcome,
        }
    }

    /// Returns the number in E.164 from which keys are made: one for both spellings of a number.
    pub fn canonical(&self) -> String {
        format!("+{}", canonical_digits(self.0.trim_start_matches('+')))
    }

    /// Returns the number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number in its national format, or in E.164 if its country is unknown.
    pub fn national(&self) -> String {
        match self.to_lib() {
            Some(number) => number.format_as(PhoneNumberFormat::National).into_owned(),
            None => self.0.clone(),
        }
    }

    /// Returns the country as two capital letters, if the number belongs to one.
    pub fn region(&self) -> Option<String> {
        let code = self.to_lib()?.get_region_code()?.as_region_str();
        let code = code.as_str();
        // Satellite and international freephone numbers have the region 001.
        code.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| code.to_owned())
    }

    /// Returns the digits after the calling code, of the canonical form.
    pub fn national_digits(&self) -> String {
        split(&canonical_digits(self.0.trim_start_matches('+'))).1.to_owned()
    }

    /// Returns the number as the API returns it.
    pub fn view(&self) -> PhoneNumberView {
        PhoneNumberView { e164: self.0.clone(), national: self.national(), region: self.region() }
    }

    fn to_lib(&self) -> Option<rlibphonenumber::PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(&self.0, None).ok()
    }
}

/// Removes the calling code from the digits of an international number.
pub fn without_calling_code(digits: &str) -> &str {
    split(digits).1
}

/// Splits the digits of an international number after the calling code.
///
/// The first digits determine the length of the calling code (ITU-T E.164).
fn split(digits: &str) -> (&str, &str) {
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    digits.split_at_checked(length).unwrap_or((digits, ""))
}

/// Removes what people in Mexico still write: `044` or `045` before a national mobile number, and the 1 after +52.
fn without_old_prefix(number: &str, region: Option<&str>) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let in_mexico = region.is_some_and(|region| region.trim().eq_ignore_ascii_case("MX"));
    let national = digits.strip_prefix("044").or_else(|| digits.strip_prefix("045"));
    match national.filter(|rest| in_mexico && rest.len() == 10) {
        Some(national) => format!("+52{national}"),
        None if number.contains(is_plus) && digits.starts_with("521") && digits.len() == 13 => {
            format!("+{}", canonical_digits(&digits))
        }
        None => number.to_owned(),
    }
}

fn is_plus(character: char) -> bool {
    matches!(character, '+' | '＋')
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Replaces a leading `00` by `+`. Returns `None` if there is no leading `00`.
fn replace_00_prefix(number: &str) -> Option<String> {
    let digits = number.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    digits.strip_prefix("00").map(|rest| format!("+{rest}"))
}

/// Parses a typed number. Also returns whether it is in a range that is in use.
fn parse_with_lib(
    text: &str,
    region: Option<Region>,
) -> Result<(PhoneNumber, bool), InvalidPhoneNumber> {
    let international = text.contains(['+', '＋']);
    let number = PHONE_NUMBER_UTIL.parse(text, region).map_err(|error| match error {
        ParseError::InvalidCountryCode if international => InvalidPhoneNumber::CountryUnknown,
        ParseError::InvalidCountryCode => InvalidPhoneNumber::CountryMissing,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => InvalidPhoneNumber::TooShort,
        ParseError::TooLongNsn => InvalidPhoneNumber::TooLong,
        // The library does not accept one or two digits as a number. To the user they are an incomplete one.
        ParseError::NotANumber(_) if text.chars().any(char::is_numeric) && !has_letters(text) => {
            InvalidPhoneNumber::TooShort
        }
        ParseError::NotANumber(_) => InvalidPhoneNumber::NotANumber,
    })?;
    if number.extension.is_some() {
        return Err(InvalidPhoneNumber::Extension);
    }
    match number.is_possible_with_reason() {
        Ok(NumberLengthType::IsPossible) => {}
        Ok(NumberLengthType::IsPossibleLocalOnly) => {
            return Err(InvalidPhoneNumber::AreaCodeMissing);
        }
        Err(ValidationError::InvalidCountryCode) => return Err(InvalidPhoneNumber::CountryUnknown),
        Err(ValidationError::TooShort) => return Err(InvalidPhoneNumber::TooShort),
        Err(ValidationError::TooLong) => return Err(InvalidPhoneNumber::TooLong),
        Err(ValidationError::InvalidLength) => return Err(InvalidPhoneNumber::WrongLength),
    }
    let e164 = number.format_as(PhoneNumberFormat::E164);
    Ok((PhoneNumber::parse(&e164)?, number.is_valid()))
}

impl std::fmt::Display for PhoneNumber {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// Shows only the last two digits, so that no number gets into a log.
impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = self.0.len().saturating_sub(2);
        write!(out, "PhoneNumber(…{})", self.0.split_at_checked(hidden).unwrap_or_default().1)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhoneNumber;

    fn try_from(text: String) -> Result<Self, InvalidPhoneNumber> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str, region: Option<&str>) -> Result<String, InvalidPhoneNumber> {
        PhoneNumber::parse_typed(text, region).map(String::from)
    }

    #[test]
    fn e164_numbers_are_accepted_by_their_form() {
        for valid in
            ["+12065551212", "+15005550006", "+18555080989", "+2904123", "+999123456789012"]
        {
            assert_eq!(PhoneNumber::parse(valid).unwrap().as_str(), valid);
        }
        let invalid_numbers =
            ["", "+", "12065551212", "24273", "+0206555121", "+1 206 555", "+1206555121x"];
        for invalid in invalid_numbers {
            assert!(PhoneNumber::parse(invalid).is_err(), "{invalid}");
        }
        assert_eq!(PhoneNumber::parse("+123456"), Err(InvalidPhoneNumber::TooShort));
        assert_eq!(PhoneNumber::parse("+1234567890123456"), Err(InvalidPhoneNumber::TooLong));
    }

    #[test]
    fn typed_numbers_are_accepted_in_many_formats() {
        let us = Some("US");
        for text in [
            "+12065551212",
            "(206) 555-1212",
            "206.555.1212",
            "1 206 555 1212",
            " tel:+1-206-555-1212 ",
            "001 206 555 1212",
            "\u{202a}+1\u{a0}(206) 555\u{2011}1212\u{202c}",
            "＋１２０６５５５１２１２",
            "+١٢٠٦٥٥٥١٢١٢",
            "(٢٠٦) ٥٥٥-١٢١٢",
            "+१ २०६ ५५५ १२१२",
            "२०६ ५५५ १२१२",
        ] {
            assert_eq!(typed(text, us).as_deref(), Ok("+12065551212"), "{text}");
        }
        assert_eq!(typed("020 7183 8750", Some("gb")).as_deref(), Ok("+442071838750"));
        assert_eq!(typed("0044 20 7183 8750", us).as_deref(), Ok("+442071838750"));
        assert_eq!(typed("+44 (0)20 7183 8750", us).as_deref(), Ok("+442071838750"));
        assert_eq!(typed("06 698 12345", Some("IT")).as_deref(), Ok("+390669812345"));
        assert_eq!(typed("+39 06 698 12345", None).as_deref(), Ok("+390669812345"));
        assert_eq!(typed("+1 500 555 0001", None).as_deref(), Ok("+15005550001"));
    }

    #[test]
    fn each_invalid_number_has_its_own_error_sentence() {
        use InvalidPhoneNumber as Invalid;
        let us = Some("US");
        for (text, region, expected) in [
            ("  ", us, Invalid::Empty),
            ("tel:", us, Invalid::Empty),
            ("hello", us, Invalid::NotANumber),
            ("call 206 555 1212", us, Invalid::NotANumber),
            ("1-800-FLOWERS", us, Invalid::NotANumber),
            ("+1206555call", us, Invalid::NotANumber),
            ("206 555 1212 home", us, Invalid::NotANumber),
            ("206a555b1212", us, Invalid::NotANumber),
            ("++12065551212", us, Invalid::NotANumber),
            ("+1+2065551212", us, Invalid::NotANumber),
            ("tel:tel:+12065551212", us, Invalid::NotANumber),
            ("whatsapp:+12065551212", us, Invalid::NotANumber),
            ("+", us, Invalid::NotANumber),
            ("1", us, Invalid::TooShort),
            ("+1", None, Invalid::TooShort),
            ("206 55", us, Invalid::TooShort),
            ("911", us, Invalid::TooShort),
            ("555-1212", us, Invalid::AreaCodeMissing),
            ("206 555 1212 34", us, Invalid::TooLong),
            ("206 555 1212 ext. 7", us, Invalid::Extension),
            ("206 555 1212", None, Invalid::CountryMissing),
            ("+999 206 555 1212", us, Invalid::CountryUnknown),
            ("206 555 1212", Some("Atlantis"), Invalid::CountryMissing),
        ] {
            assert_eq!(typed(text, region), Err(expected), "{text}");
            assert!(expected.to_string().ends_with('.'));
        }
    }

    #[test]
    fn a_number_is_shown_in_its_national_format() {
        let view = |e164| PhoneNumber::parse(e164).unwrap().view();
        let us_number = view("+12065551212");
        assert_eq!(
            (us_number.national.as_str(), us_number.region.as_deref()),
            ("(206) 555-1212", Some("US"))
        );
        assert_eq!(view("+18555080989").national, "(855) 508-0989");
        assert_eq!(view("+442071838750").region.as_deref(), Some("GB"));
        let satellite = view("+881612345678");
        assert_eq!(satellite.region, None);
        let nowhere = view("+999123456789");
        assert_eq!((nowhere.national.as_str(), nowhere.region), ("+999123456789", None));
    }

    #[test]
    fn the_split_after_the_calling_code_is_right_for_every_country() {
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            let number = PhoneNumber::parse(&format!("+{code}5551234")).unwrap();
            assert_eq!(split(number.as_str().trim_start_matches('+')).0, code.to_string());
            assert_eq!(number.national_digits(), "5551234");
        }
    }

    #[test]
    fn debug_shows_two_digits_only() {
        let number = PhoneNumber::parse("+12065551212").unwrap();
        assert_eq!(format!("{number:?}"), "PhoneNumber(…12)");
        assert_eq!(number.to_string(), "+12065551212");
    }

    proptest! {
        #[test]
        fn parsing_any_text_never_panics(text in "\\PC{0,40}", region in "[A-Za-z]{0,3}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(number.as_str(), text.as_str());
            }
            if let Ok(number) = PhoneNumber::parse_typed(&text, Some(&region)) {
                prop_assert_eq!(PhoneNumber::parse(number.as_str()), Ok(number));
            }
        }

        #[test]
        fn parsing_digits_with_separators_never_panics(text in "[-+0-9 ()./;=a-z#*,]{0,300}") {
            let _ = PhoneNumber::parse_typed(&text, Some("DE"));
        }

        #[test]
        fn a_number_survives_json_and_its_own_formatting(digits in "[2-9][0-9]{2}[2-9][0-9]{6}") {
            let number = PhoneNumber::parse(&format!("+1{digits}")).unwrap();
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number.clone());
            prop_assert_eq!(PhoneNumber::parse_typed(&number.national(), Some("US")), Ok(number));
        }
    }
}
