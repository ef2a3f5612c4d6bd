//! Explanations of Twilio's error codes: what happened, and what the agent can do.
//!
//! Twilio's documentation does not describe 30453 and 30485 in detail. Their texts say only what is certain.

pub use advice::CodeAdvice;

use crate::localized::{LocalizedText, code as texts};

mod advice;
mod channel;
mod delivery;
mod request;

/// The contact has opted out.
pub const OPTED_OUT: u32 = 21610;

/// The 24-hour window of WhatsApp or Messenger is closed.
pub const WINDOW_CLOSED: u32 = 63016;

/// All explained codes, in ascending order.
const TABLES: [&[CodeAdvice]; 3] = [request::CODES, delivery::CODES, channel::CODES];

/// Returns the explanation of a code, if there is one.
pub fn find(code: u32) -> Option<&'static CodeAdvice> {
    all().find(|row| row.code == code)
}

/// Returns all explained codes in ascending order.
pub fn all() -> impl Iterator<Item = &'static CodeAdvice> {
    TABLES.into_iter().flatten()
}

/// Returns the advice for a code without an explanation of its own, by its range.
pub fn advice_by_range(code: u32) -> LocalizedText {
    match code {
        20_000..=21_999 => texts::request_advice(),
        30_000..=30_999 => texts::delivery_advice(),
        63_000..=63_999 => texts::channel_advice(),
        _ => texts::unknown_advice(),
    }
}

/// Returns the code that Twilio reported. Zero means that there was no error.
pub fn error_code(reported: u32) -> Option<u32> {
    (reported != 0).then_some(reported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_ascending_order_and_each_is_found() {
        assert!(all().is_sorted_by(|first, second| first.code < second.code));
        assert!(all().all(|row| find(row.code) == Some(row)));
        assert_eq!(find(1), None);
    }

    #[test]
    fn each_code_has_a_short_title_and_advice_in_sentences() {
        for row in all() {
            assert!(!row.title.ends_with('.') && row.title.len() <= 50, "{}", row.title);
            assert!(row.advice.ends_with('.'), "{}", row.advice);
        }
    }

    #[test]
    fn every_code_that_a_message_can_have_says_whether_a_retry_helps() {
        const PERMANENT: [u32; 24] = [
            11200, 12300, 21617, 21619, 21656, 30002, 30010, 30019, 30024, 30032, 30035, 30450,
            30453, 30485, 63005, 63007, 63013, 63019, 63024, 63027, 63028, 63033, 63040, 63042,
        ];
        const RETRYABLE: [u32; 8] = [30009, 30022, 30023, 30027, 30410, 30500, 63012, 63041];
        for code in PERMANENT.into_iter().chain([63051, 63112]) {
            assert!(find(code).is_some_and(|row| !row.retryable), "{code}");
        }
        for code in RETRYABLE {
            assert!(find(code).is_some_and(|row| row.retryable), "{code}");
        }
    }

    #[test]
    fn any_other_code_gets_the_advice_of_its_range() {
        for (code, key) in [
            (20001, "code.request_advice"),
            (21999, "code.request_advice"),
            (30099, "code.delivery_advice"),
            (63999, "code.channel_advice"),
            (31000, "code.unknown_advice"),
            (1, "code.unknown_advice"),
            (u32::MAX, "code.unknown_advice"),
        ] {
            assert_eq!(advice_by_range(code).view().key, key, "{code}");
        }
    }

    #[test]
    fn zero_is_no_error() {
        assert_eq!((error_code(0), error_code(30003)), (None, Some(30003)));
    }
}
