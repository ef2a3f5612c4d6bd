//! Explanations of Twilio's error codes: what happened, and what the agent can do.

/// The explanation of an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CodeAdvice {
    /// The error code.
    pub code: u32,
    /// What happened.
    pub title: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Whether sending the same message again may succeed.
    pub retryable: bool,
}

/// The contact has opted out.
pub const OPTED_OUT: u32 = 21610;

/// The 24-hour window of WhatsApp or Messenger is closed.
pub const WINDOW_CLOSED: u32 = 63016;

/// Returns the explanation of a code, if there is one.
pub fn find(code: u32) -> Option<&'static CodeAdvice> {
    CODES.binary_search_by_key(&code, |row| row.code).ok().and_then(|index| CODES.get(index))
}

/// Returns all explained codes in ascending order.
pub fn all() -> &'static [CodeAdvice] {
    CODES
}

const fn permanent(code: u32, title: &'static str, advice: &'static str) -> CodeAdvice {
    CodeAdvice { code, title, advice, retryable: false }
}

const fn retryable(code: u32, title: &'static str, advice: &'static str) -> CodeAdvice {
    CodeAdvice { code, title, advice, retryable: true }
}

const CODES: &[CodeAdvice] = &[
    retryable(
        20003,
        "Twilio did not accept our credentials",
        "Ask an admin to check the Twilio account and its key, then send again.",
    ),
    permanent(
        20404,
        "Not found at Twilio",
        "It may have been deleted at Twilio. Ask an admin to check the account.",
    ),
    retryable(
        20429,
        "Too many requests at once",
        "Twilio asked us to slow down. Send again in a moment.",
    ),
    permanent(21211, "Invalid phone number", "Check the customer’s number, digit by digit."),
    permanent(
        21212,
        "Our sender is not valid",
        "Ask an admin to check the number that this conversation sends from.",
    ),
    permanent(
        21408,
        "Messages to this country are switched off",
        "Ask an admin to allow the country in Twilio’s messaging permissions.",
    ),
    permanent(
        21606,
        "Our number cannot send this message",
        "It cannot send texts, or does not belong to this account. Ask an admin to check it.",
    ),
    permanent(
        21608,
        "A trial account reaches only verified numbers",
        "Verify the customer’s number at Twilio, or upgrade the account.",
    ),
    permanent(
        21610,
        "The customer has opted out",
        "They wrote STOP to this number. Only they can undo it, by writing START.",
    ),
    retryable(
        21611,
        "Our number’s queue is full",
        "Wait until its queue is shorter, then send again.",
    ),
    permanent(
        21612,
        "No route from our number to this one",
        "Twilio cannot deliver between the two. Try another sender or another channel.",
    ),
    permanent(
        21614,
        "This is not a mobile number",
        "Ask the customer for a number that can receive texts.",
    ),
    permanent(21635, "This is a landline", "Ask the customer for a mobile number, or call them."),
    retryable(
        30001,
        "The queue was full",
        "The message waited too long for its turn. Send it again.",
    ),
    retryable(
        30003,
        "The phone could not be reached",
        "It may be switched off or out of coverage. Try again later.",
    ),
    permanent(
        30004,
        "The message was blocked",
        "The customer or their carrier does not accept texts from us. Try another channel.",
    ),
    permanent(
        30005,
        "The carrier does not know this number",
        "It may be wrong or no longer in use. Check it with the customer.",
    ),
    permanent(
        30006,
        "A landline, or a carrier that we cannot reach",
        "It cannot receive texts. Ask for a mobile number.",
    ),
    permanent(
        30007,
        "A carrier filtered the message",
        "It looked like spam. Reword it, without shortened links or capitals.",
    ),
    retryable(
        30008,
        "Delivery failed for an unknown reason",
        "The carrier did not say why. Send it again; if it keeps failing, try another channel.",
    ),
    permanent(
        30034,
        "Our number is not registered for US texts",
        "Ask an admin to register it for A2P 10DLC at Twilio.",
    ),
    retryable(
        30036,
        "The message expired before it was sent",
        "It could not be sent within its time. Send it again if it still matters.",
    ),
    permanent(63003, "This number is not on WhatsApp", "Check the number, or send a text instead."),
    permanent(
        63014,
        "The customer has blocked us",
        "Contact them on another channel only if they asked you to.",
    ),
    permanent(
        63016,
        "The 24-hour window is closed",
        "The customer has not written in the last 24 hours. Send an approved template instead.",
    ),
    retryable(
        63017,
        "Too many messages per second",
        "The channel asked us to slow down. Send again in a moment.",
    ),
    retryable(
        63018,
        "The channel’s limit was reached",
        "Too much was sent in a short time. Wait a little, then send again.",
    ),
    permanent(
        63020,
        "The sender’s invitation has not been accepted",
        "Ask an admin to accept Twilio’s invitation in the Meta business account.",
    ),
    permanent(
        63021,
        "The channel rejected the content",
        "The message contains something that the channel does not allow. Change it and send it again.",
    ),
    permanent(
        63032,
        "WhatsApp cannot deliver to this customer",
        "WhatsApp restricts messages to them. Try another channel.",
    ),
    permanent(63036, "The phone cannot receive RCS", "Send a text instead."),
    retryable(
        63038,
        "The account’s daily limit was reached",
        "The limit resets tomorrow. An admin can have it raised at Twilio.",
    ),
    permanent(
        63049,
        "Meta held the message back",
        "Meta limits marketing messages per person. Wait until the customer writes, or try another channel.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_binary_search_finds_each() {
        assert!(all().is_sorted_by(|first, second| first.code < second.code));
        assert!(all().iter().all(|row| find(row.code) == Some(row)));
        assert_eq!(find(1), None);
    }

    #[test]
    fn each_code_has_a_short_title_and_advice_in_sentences() {
        for row in all() {
            assert!(!row.title.ends_with('.') && row.title.len() <= 50, "{}", row.title);
            assert!(row.advice.ends_with('.'), "{}", row.advice);
        }
    }
}
