//! Internal errors.

crate::localized::macros::localized_texts! {
    partyline;
    busy: "Partyline is busy and nothing was changed. Try again in a moment.",
    failed: "An internal error occurred and was logged. Try again.",
    not_set_up: "Partyline is not fully configured. See the log.",
}
