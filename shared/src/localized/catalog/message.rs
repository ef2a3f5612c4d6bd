//! Messages.

crate::localized::macros::localized_texts! {
    message;
    missing: "Message not found.",
    far_too_long: "The text is too long for one message.",
    far_too_many_files: "A message can have at most ten attachments.",
    key_unusable: "`idempotency_key` must have 8 to 64 letters, digits, hyphens or underscores.",
    key_used: "This idempotency key was already used for a different message.",
    not_retryable: "This message did not fail or was already resent.",
    redacted: "The content of this message was deleted, so it cannot be resent.",
    on_its_way: "This message is still being sent. Try again when it has been sent.",
}
