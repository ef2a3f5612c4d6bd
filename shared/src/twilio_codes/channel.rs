//! Codes of WhatsApp, Messenger and RCS: 63xxx.

use super::advice::{CodeAdvice, permanent, retryable};

pub(super) const CODES: &[CodeAdvice] = &[
    permanent(63003, "This number is not on WhatsApp", "Check the number, or send a text instead."),
    permanent(
        63005,
        "The channel did not accept the content",
        "Change the text or the file, then send it as a new message.",
    ),
    permanent(
        63007,
        "Our sender is not set up on this channel",
        "Ask an admin to check the sender at Twilio.",
    ),
    retryable(
        63012,
        "The channel had an internal error",
        "It is usually over soon. Send it again in a few minutes.",
    ),
    permanent(
        63013,
        "The message breaks the channel’s rules",
        "Reword it without promotion or forbidden content, then send it as a new message.",
    ),
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
        63019,
        "The channel could not load the file",
        "Attach the file again, or in another format.",
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
        63024,
        "The channel does not know this recipient",
        "Check the number, or send a text instead.",
    ),
    permanent(
        63027,
        "The template does not exist in this language",
        "Choose another template, or ask an admin to have it approved in this language.",
    ),
    permanent(
        63028,
        "The template has another number of values",
        "Fill in every value of the template, then send it again.",
    ),
    permanent(
        63032,
        "WhatsApp cannot deliver to this customer",
        "WhatsApp restricts messages to them. Try another channel.",
    ),
    permanent(
        63033,
        "The customer blocks messages from us",
        "Contact them on another channel only if they asked you to.",
    ),
    permanent(63036, "The phone cannot receive RCS", "Send a text instead."),
    retryable(
        63038,
        "The account’s daily limit was reached",
        "The limit resets tomorrow. An admin can have it raised at Twilio.",
    ),
    permanent(
        63040,
        "WhatsApp has rejected the template",
        "Choose another template. An admin can change it and submit it again.",
    ),
    retryable(
        63041,
        "WhatsApp has paused the template",
        "Choose another template, or wait until the pause is over.",
    ),
    permanent(
        63042,
        "WhatsApp has disabled the template",
        "Choose another template. This one cannot be used again.",
    ),
    permanent(
        63049,
        "Meta held the message back",
        "Meta limits marketing messages per person. Wait until the customer writes, or try another channel.",
    ),
    permanent(
        63051,
        "Our WhatsApp account is locked",
        "Nothing can be sent on WhatsApp. Ask an admin to check the account at Meta.",
    ),
    permanent(
        63112,
        "Meta has disabled our business account",
        "Nothing can be sent on WhatsApp. Ask an admin to contact Meta.",
    ),
];
