//! Twilio error codes without a text of their own.

crate::localized::macros::localized_texts! {
    code;
    unknown(code): "Twilio reported error {code}",
    request_advice: "Twilio did not accept the message. Check the number and the text, or ask an admin to look up the code.",
    delivery_advice: "The carrier did not deliver it. Check the number, or try another channel.",
    channel_advice: "The channel did not deliver it. Try another channel, or ask an admin to look up the code.",
    unknown_advice: "Ask an admin to look up the code at Twilio.",
}
