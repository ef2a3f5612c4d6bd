//! Consent of contacts.

crate::localized::macros::localized_texts! {
    consent;
    no_evidence: "Describe how and where the contact gave consent.",
    one_evidence: "Give either `evidence` or `message_id`.",
    not_from_the_contact: "This message is not from the contact. Choose the message in which they opted out.",
    evidence_too_long(max): "The evidence can have at most {max} characters.",
    changed: "The contact’s consent has changed. Review it and try again.",
    refused_at_twilio(code): "Twilio rejected a message (error {code}).",
}
