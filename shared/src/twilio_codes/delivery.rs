//! Codes of the delivery of SMS and MMS: 30xxx.

use super::advice::{CodeAdvice, permanent, retryable};

pub(super) const CODES: &[CodeAdvice] = &[
    retryable(
        30001,
        "The queue was full",
        "The message waited too long for its turn. Send it again.",
    ),
    permanent(
        30002,
        "The Twilio account is suspended",
        "Nothing can be sent. Ask an admin to contact Twilio, then send again.",
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
    retryable(
        30009,
        "Part of the message was lost",
        "Send it again. A shorter text is less likely to lose a part.",
    ),
    permanent(
        30010,
        "The message costs more than allowed",
        "Shorten it, or ask an admin to raise the highest price at Twilio.",
    ),
    permanent(
        30019,
        "The file is too large for the carrier",
        "Send a smaller file, or a link to it.",
    ),
    retryable(
        30022,
        "Too many messages to this carrier",
        "US carriers limit how fast we may send. Send again in a few minutes.",
    ),
    retryable(
        30023,
        "The daily limit for US texts was reached",
        "The limit resets tomorrow. An admin can ask Twilio for a higher one.",
    ),
    permanent(
        30024,
        "The carrier does not know our sender",
        "Ask an admin to have it set up for this country at Twilio, or use another sender.",
    ),
    retryable(
        30027,
        "The daily limit of T-Mobile was reached",
        "The limit resets tomorrow. An admin can ask Twilio for a higher one.",
    ),
    permanent(
        30032,
        "Our toll-free number is not verified",
        "Ask an admin to verify it at Twilio, or use another sender.",
    ),
    permanent(
        30034,
        "Our number is not registered for US texts",
        "Ask an admin to register it for A2P 10DLC at Twilio.",
    ),
    permanent(
        30035,
        "Our number’s US registration is not complete",
        "Ask an admin to complete it at Twilio, or use another sender.",
    ),
    retryable(
        30036,
        "The message expired before it was sent",
        "It could not be sent within its time. Send it again if it still matters.",
    ),
    retryable(
        30410,
        "The carrier did not answer in time",
        "Send it again. If it keeps failing, try another channel.",
    ),
    permanent(
        30450,
        "Twilio blocked the message",
        "Twilio’s protection against fraud stopped it. Ask an admin to review it at Twilio.",
    ),
    permanent(
        30453,
        "Twilio did not deliver the message",
        "Check the customer’s number, or try another channel.",
    ),
    permanent(
        30485,
        "Delivery to this number is blocked",
        "Try another channel, or ask an admin to have it reviewed at Twilio.",
    ),
    retryable(
        30500,
        "Something failed inside Twilio",
        "Send it again. If it keeps failing, ask an admin to contact Twilio.",
    ),
];
