//! Codes of rejected requests and of web addresses: 11xxx–21xxx.

use super::advice::{CodeAdvice, permanent, retryable};

pub(super) const CODES: &[CodeAdvice] = &[
    permanent(
        11200,
        "A web address did not answer Twilio",
        "Ask an admin to check the web addresses that are set at Twilio.",
    ),
    permanent(
        12300,
        "Twilio could not read a file’s type",
        "Attach the file again, or in another format. If it keeps failing, tell an admin.",
    ),
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
    permanent(
        21617,
        "The message is too long",
        "Shorten it to 1,600 characters, or split it into several messages.",
    ),
    permanent(21619, "The message was empty", "Write a text or attach a file, then send it."),
    permanent(21635, "This is a landline", "Ask the customer for a mobile number, or call them."),
    permanent(
        21656,
        "The template’s values are not valid",
        "Fill in every value of the template, then send it again.",
    ),
];
