//! Conversations.

crate::localized::macros::localized_texts! {
    conversation;
    missing: "Conversation not found.",
    nothing_to_update: "Provide `contact_name`, `note`, `status`, `unread` or `waiting`.",
    rev_required: "`unread` and `waiting` require `rev`.",
    only_one_way: "`unread` can only be true, and `waiting` can only be false.",
    unread_or_dismissed: "Provide either `unread` or `waiting`.",
    name_too_long(max): "The name can have at most {max} characters.",
    note_too_long: "The note can have at most 2,000 characters.",
    renamed_meanwhile: "Someone else renamed this contact.",
    note_changed: "Someone else changed this note.",
    arrived_meanwhile: "New messages have arrived since the page was loaded.",
    changed: "The conversation has changed since the page was loaded.",
    other_inbox: "Another inbox already has a conversation with this number.",
}
