//! One key for the spellings of a number: numbering plans in which the same phone has two numbers in E.164.
//!
//! Carriers and channels write mobile numbers of these countries with or without a digit. The address stays stored and
//! is used as Twilio wrote it; only keys are made from the canonical form.

/// The length of a Mexican number after the calling code.
const MEXICO: usize = 10;
/// The length of an Argentine number after the calling code, without the 9 for mobile phones.
const ARGENTINA: usize = 10;
/// The length of a Brazilian mobile number after the calling code, with the ninth digit.
const BRAZIL: usize = 11;

/// Returns the canonical digits of a number in E.164, without the plus sign.
///
/// - Mexico (+52): without the 1 that mobile numbers had until 2020, and that WhatsApp keeps.
/// - Argentina (+54): without the 9 that marks mobile numbers in international format.
/// - Brazil (+55): with the ninth digit that mobile numbers got until 2016. They begin with 6 to 9 after the area code.
pub(super) fn canonical_digits(digits: &str) -> String {
    match digits.split_at_checked(2) {
        Some(("52", rest)) => format!("52{}", without_digit(rest, '1', MEXICO)),
        Some(("54", rest)) => format!("54{}", without_digit(rest, '9', ARGENTINA)),
        Some(("55", rest)) => format!("55{}", with_ninth_digit(rest)),
        _ => digits.to_owned(),
    }
}

fn without_digit(national: &str, digit: char, length: usize) -> &str {
    national.strip_prefix(digit).filter(|rest| rest.len() == length).unwrap_or(national)
}

fn with_ninth_digit(national: &str) -> String {
    match national.split_at_checked(2) {
        Some((area, subscriber))
            if national.len() + 1 == BRAZIL && subscriber.starts_with(['6', '7', '8', '9']) =>
        {
            format!("{area}9{subscriber}")
        }
        _ => national.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_number_have_one_canonical_form() {
        for (one, other) in [
            ("525512345678", "5215512345678"),
            ("528112345678", "5218112345678"),
            ("541155550148", "5491155550148"),
            ("543511234567", "5493511234567"),
            ("551187654321", "5511987654321"),
            ("558399887766", "5583999887766"),
        ] {
            assert_eq!(canonical_digits(one), canonical_digits(other), "{one}");
        }
    }

    #[test]
    fn other_numbers_stay_as_they_are() {
        for digits in [
            "12065550100",
            "521551234567",
            "52155123456789",
            "549115555014",
            "551133334444",
            "5511933334444",
            "55",
            "5",
            "",
            "525112345678",
            "34906566798696",
        ] {
            assert_eq!(canonical_digits(digits), digits, "{digits}");
        }
    }
}
