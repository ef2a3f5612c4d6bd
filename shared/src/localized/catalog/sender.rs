//! Senders.

crate::localized::macros::localized_texts! {
    sender;
    missing: "This sender is not configured.",
    none_on(channel): "No {channel} sender is configured.",
    not_on(channel): "This sender does not support {channel}.",
    messenger_never_begins: "You cannot start a Messenger conversation. The customer has to message your page first.",
}
