//! Rejected webhook requests.

crate::localized::macros::localized_texts! {
    webhook;
    no_signature: "The request has no signature.",
    wrong_signature: "The signature is invalid.",
}
