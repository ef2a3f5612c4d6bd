//! Twilio error codes without a text of their own.

crate::localized::macros::localized_texts! {
    code;
    unknown(code): "Twilio reported error {code}",
    unknown_advice: "Look up the code in Twilio’s error reference.",
}
