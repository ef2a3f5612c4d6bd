//! The table. A line is a function of its noun's module: `missing: "…",` in `conversation` is
//! `conversation::missing()`, with the key `conversation.missing`; `(most)` takes a value for `{most}`.
//! `{most:bytes}` is a size. What counts has a line for one and a line for more.

/// A table of sentences. The local system has one of its own, of what the simulated network says.
#[macro_export]
macro_rules! localized_catalog {
    ($(
        $(#[$about:meta])*
        $noun:ident {
            $($name:ident $(($($value:ident),+))?: $english:literal,)+
        }
    )+) => {
        $(
            $(#[$about])*
            pub mod $noun {
                use $crate::localized::LocalizedText;

                $(
                    #[doc = concat!("`", $english, "`")]
                    pub fn $name(
                        $($($value: impl Into<$crate::localized::TextValue>),+)?
                    ) -> LocalizedText {
                        let key = concat!(stringify!($noun), ".", stringify!($name));
                        let values = vec![$($((stringify!($value), $value.into())),+)?];
                        LocalizedText::new(key, $english, values)
                    }
                )+
            }
        )+

        /// Every sentence: its key, its English, the names of its values in their order.
        pub const ALL: &[(&str, &str, &[&str])] = &[$($((
            concat!(stringify!($noun), ".", stringify!($name)),
            $english,
            &[$($(stringify!($value)),+)?],
        )),+),+];
    };
}

localized_catalog! {
    /// Partyline itself, when it fails.
    partyline {
        busy: "Partyline is busy. Nothing was changed; try again in a moment.",
        failed: "An internal error occurred and was logged. Try again.",
        not_set_up: "Partyline is not fully configured. See the log.",
    }

    /// Requests that cannot be read.
    request {
        not_base64: "The body is not base64.",
        no_parameter(name): "Unknown query parameter \"{name}\".",
        too_large: "The request is larger than 64 KB.",
        not_said_to_be_json: "Set Content-Type to application/json.",
        not_as_expected(what): "Invalid request body: {what}.",
        not_as_expected_near(column): "Invalid request body (column {column}).",
        not_json(column): "The body is not valid JSON (column {column}).",
        foreign_cursor: "The cursor is not valid for this list.",
        limit: "`limit` must be a number from 1 to 100.",
        rev: "`rev` must be a whole number.",
        filter: "`filter` must be open, unread or closed.",
        channel: "`channel` must be sms, whatsapp, messenger or rcs.",
        one_window: "Use only one of `before`, `after` and `around`.",
        search_backwards: "`search` cannot be combined with `after` or `around`.",
    }

    /// Who asks.
    session {
        none: "Sign in first.",
        ended: "You are signed out. Sign in again.",
        admins_only: "Only admins can do this.",
        no_proof: "Provide a username and password, or a sign-in link.",
        wrong_password: "Incorrect name or password.",
        link_used: "This link has expired or was already used.",
        too_many_tries: "Too many attempts. Try again in five minutes.",
    }

    /// The people who may sign in.
    user {
        password_length: "The password must have at least 10 characters and at most 512 bytes.",
        name_taken: "This sign-in name is taken.",
        name_unusable: "The sign-in name must have 1 to 64 letters, digits or . - _ @ +.",
    }

    /// Conversations.
    conversation {
        missing: "Conversation not found.",
        nothing_to_update: "Provide a `contact_name`, a `note` or a `status`.",
        rev_with_more: "`rev` can only be combined with `status`.",
        name_too_long(max): "The name can have at most {max} characters.",
        note_too_long: "The note can have at most 2,000 characters.",
        renamed_meanwhile: "Someone else renamed this contact.",
        note_changed_meanwhile: "Someone else changed this note.",
        arrived_meanwhile: "New messages have arrived since the page was loaded.",
        changed_meanwhile: "The conversation has changed since the page was loaded.",
        other_inbox: "Another inbox already has a conversation with this number.",
    }

    /// What a contact has agreed to.
    consent {
        no_evidence: "Describe how and where the contact gave consent.",
        evidence_too_long(max): "The evidence can have at most {max} characters.",
        changed_meanwhile: "The contact's consent has changed. Review it and try again.",
        refused_at_twilio(code): "Twilio rejected a message: {code}.",
    }

    /// Our senders.
    sender {
        missing: "This sender is not configured.",
        none_on(channel): "No {channel} sender is configured.",
        not_on(channel): "This sender does not support {channel}.",
        messenger_never_begins: "You can't start a Messenger conversation. The customer has to message your page first.",
    }

    /// Numbers as people type them.
    number {
        ours: "This is one of your own numbers.",
        not_on_channel: "This channel does not use phone numbers.",
        empty: "Type a phone number.",
        none: "This is not a valid phone number.",
        country_missing: "Start with + and the country code.",
        country_unknown: "Unknown country code.",
        too_short: "This number is too short.",
        area_code_missing: "The area code is missing.",
        too_long: "This number is too long.",
        wrong_length: "The number has the wrong length for its country.",
        extension: "Remove the extension. Messages can't be sent to extensions.",
    }

    /// Messages.
    message {
        missing: "Message not found.",
        far_too_long: "The text is too long for one message.",
        far_too_many_files: "A message can have at most ten files.",
        key_unusable: "`idempotency_key` must have 8 to 64 letters, digits, hyphens or underscores.",
        key_used: "This idempotency key was already used for a different message.",
        not_retryable: "This message did not fail or was already resent.",
        redacted: "The content of this message was deleted, so it can't be resent.",
        on_its_way: "This message is still being sent. Try again when it has been sent.",
    }

    /// Files, both ways.
    file {
        missing: "Attachment not found.",
        not_here: "This attachment is not available yet or could not be fetched.",
        not_failed: "This attachment did not fail or is already being fetched again.",
        gone: "An uploaded file has expired. Remove it and attach it again.",
        not_whole: "A file was not uploaded completely. Remove it and attach it again.",
        not_what_it_says(name): "The content of “{name}” does not match its type or is not supported. Remove it.",
        type_refused: "This file type is not supported. Send an image, audio, a video or a PDF.",
        empty: "The file is empty. Choose another one.",
        too_large(max): "The file is too large. It can be at most {max:bytes}.",
    }

    /// Why a message may not go, and what to do about it.
    cannot_send {
        opted_out: "The contact has opted out of messages.",
        opted_out_advice: "They can opt back in by sending START.",
        whatsapp_window: "WhatsApp allows free-form messages only within 24 hours of the contact's last message.",
        whatsapp_window_advice: "Send an approved template, or wait until they write.",
        messenger_window: "Messenger allows messages only within 24 hours of the contact's last message.",
        messenger_window_advice: "Wait until they write.",
        sender_gone: "The sender of this conversation is no longer configured.",
        sender_gone_advice: "Ask an admin, or start a new conversation from another number.",
        country(region): "Messages to this country ({region}) are not allowed.",
        country_advice: "An admin can allow it in the configuration of the sender.",
        rate_user: "You have reached the limit of messages per minute.",
        rate_sender: "This sender has reached its limit of messages per minute.",
        rate_advice: "Wait a moment, then send it again.",
        empty: "The message is empty.",
        empty_advice: "Write something first.",
        too_long(length): "The message has {length} characters; at most 1,600 can be sent.",
        too_long_advice: "Shorten it, or send it in parts.",
        one_attachment: "This channel allows one attachment per message.",
        attachments(count): "This channel allows at most {count} attachments per message.",
        attachments_advice: "Send the others separately.",
        media_type: "This channel does not support this file type.",
        media_type_advice: "Send another type, or a link.",
        picture_too_large(max): "On this channel an image can be at most {max:bytes}.",
        media_too_large(max): "On this channel a file of this type can be at most {max:bytes}.",
        media_too_large_advice: "Send a smaller one, or a link.",
        media_too_large_together(max): "On this channel all attachments together can be at most {max:bytes}.",
        media_too_large_together_advice: "Send some of them separately, or send a link.",
    }

    /// Codes of Twilio's that we have no words for.
    code {
        unknown(code): "Twilio reported error {code}",
        unknown_advice: "Look up the code in Twilio's error reference.",
    }

    /// Live lines.
    socket {
        foreign_page: "Origin not allowed.",
        no_ticket: "A ticket is required.",
        ticket_used: "The ticket has expired or was already used.",
        foreign_ticket: "The ticket was issued to another origin.",
        frame: "Unknown frame.",
        missing: "Connection not found.",
        watches_too_many: "A socket can watch at most five conversations.",
    }

    /// Twilio's webhooks, where they are refused.
    webhook {
        no_signature: "The request has no signature.",
        wrong_signature: "The signature is invalid.",
    }

    /// Why something was held back, or is still.
    quarantine {
        missing: "Quarantine entry not found.",
        cut: "The request was too large to store in full and can't be processed.",
        still_wrong_signature: "The Twilio signature is still invalid.",
        wrong_signature: "The Twilio signature is not valid for this URL.",
        foreign_account: "The request is for another Twilio account.",
        unknown_number: "The recipient number is not configured.",
        unknown_message: "Status callback for an unknown message.",
        too_many_parameters: "The body has more than 1,000 parameters.",
        not_utf8: "The body is not UTF-8.",
        bad_percent_encoding: "The body has invalid percent-encoding.",
        parameter_twice(name): "The parameter {name} appears twice with different values.",
        parameter_missing(name): "The parameter {name} is missing.",
        parameter_unreadable(name): "The parameter {name} has an invalid value.",
        no_events: "The body is not a CloudEvent or a list of CloudEvents.",
        event_without_type: "The event has no type.",
        event_without_data: "The event has no data.",
    }
}
