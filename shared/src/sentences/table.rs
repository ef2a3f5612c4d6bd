//! The table. A line is a function of its noun's module: `missing: "…",` in `conversation` is
//! `conversation::missing()`, with the key `conversation.missing`; `(most)` takes a value for `{most}`.
//! `{most:bytes}` is a size. What counts has a line for one and a line for more.

/// A table of sentences. The local system has one of its own, of what the simulated network says.
#[macro_export]
macro_rules! sentence_table {
    ($(
        $(#[$about:meta])*
        $noun:ident {
            $($name:ident $(($($value:ident),+))?: $english:literal,)+
        }
    )+) => {
        $(
            $(#[$about])*
            pub mod $noun {
                use $crate::sentences::Sentence;

                $(
                    #[doc = concat!("`", $english, "`")]
                    pub fn $name(
                        $($($value: impl Into<$crate::sentences::SentenceValue>),+)?
                    ) -> Sentence {
                        let key = concat!(stringify!($noun), ".", stringify!($name));
                        let values = vec![$($((stringify!($value), $value.into())),+)?];
                        Sentence::new(key, $english, values)
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

sentence_table! {
    /// Partyline itself, when it fails.
    partyline {
        busy: "Partyline is busy. Nothing was changed; try again in a moment.",
        failed: "Something in Partyline failed. It has been logged; try again.",
        not_set_up: "Partyline is not set up completely; see its log.",
    }

    /// Requests that cannot be read.
    request {
        not_base64: "The body is not base64.",
        no_parameter(name): "There is no parameter \"{name}\" here.",
        too_large: "The request is larger than 64 KB.",
        not_said_to_be_json: "Send JSON, as application/json.",
        not_as_expected(what): "The request is not as expected: {what}.",
        not_as_expected_near(column): "The request is not as expected, near column {column}.",
        not_json(column): "The request is not JSON, near column {column}.",
        foreign_cursor: "The cursor does not belong to this list.",
        limit: "The limit is a number from 1 to 100.",
        rev: "The rev is a whole number.",
        filter: "The filter is open, unread or closed.",
        channel: "The channel is sms, whatsapp, messenger or rcs.",
        one_window: "Ask for messages before, after or around one.",
        search_backwards: "A search goes from the newest backwards.",
    }

    /// Who asks.
    session {
        none: "Sign in first.",
        ended: "You are signed out. Sign in again.",
        admins_only: "Only an admin may do this.",
        no_proof: "Give a username and a password, or a link.",
        wrong_password: "The name or the password is wrong.",
        link_used: "This link was used, or it is too old.",
        too_many_tries: "There were too many tries. Wait five minutes, then try again.",
    }

    /// The people who may sign in.
    user {
        password_length: "A password has 10 characters or more, 512 bytes at most.",
        name_taken: "This sign-in name is taken.",
        name_unusable: "A sign-in name is 1 to 64 letters, digits or . - _ @ +.",
    }

    /// Conversations.
    conversation {
        missing: "There is no such conversation.",
        nothing_to_update: "Give a contact_name, a note or a status.",
        rev_with_more: "A rev goes with a status, and with nothing else.",
        name_too_long(most): "A name has at most {most} characters.",
        note_too_long: "A note has at most 2,000 characters.",
        renamed_meanwhile: "Somebody else renamed this contact meanwhile.",
        note_changed_meanwhile: "Somebody else changed this note meanwhile.",
        arrived_meanwhile: "Something arrived since the page was drawn.",
        changed_meanwhile: "This conversation changed since the page was drawn.",
        other_inbox: "Somebody of another inbox writes with this number.",
    }

    /// What a contact has agreed to.
    consent {
        no_evidence: "Say where and how the contact said so: it is the evidence.",
        evidence_too_long(most): "The evidence has at most {most} characters.",
        changed_meanwhile: "The contact's consent changed meanwhile. Look at it, then decide again.",
        refused_at_twilio(code): "Twilio refused a message: {code}.",
    }

    /// Our senders.
    sender {
        missing: "This number of ours is not set up.",
        none_on(channel): "No sender for {channel} is set up here.",
        not_on(channel): "This sender of ours does not write by {channel}.",
        messenger_never_begins: "On Messenger only the other person can begin: they have to write to the page first.",
    }

    /// Numbers as people type them.
    number {
        ours: "This is our own number.",
        not_on_channel: "This channel knows no phone numbers.",
        empty: "Type a phone number.",
        none: "This is not a phone number.",
        country_missing: "Start with + and the country code.",
        country_unknown: "No country has this code after the +.",
        too_short: "This number is too short.",
        area_code_missing: "The area code is missing.",
        too_long: "This number is too long.",
        wrong_length: "Numbers of this country have more digits, or fewer.",
        extension: "Leave out the extension: a message cannot reach it.",
    }

    /// Messages.
    message {
        missing: "There is no such message.",
        far_too_long: "This is far more than one message can carry.",
        far_too_many_files: "This is far more than one message can carry: ten files at most.",
        key_unusable: "The idempotency_key is 8 to 64 letters, digits, hyphens or underscores.",
        key_used: "This key was used for another message.",
        not_retryable: "This message did not fail, or it was sent again already.",
        redacted: "The text of this message was taken away, so it cannot be sent again.",
        on_its_way: "This message is still on its way to Twilio. Try again once it is sent.",
    }

    /// Files, both ways.
    file {
        missing: "There is no such attachment.",
        not_here: "This attachment is not here yet, or could not be fetched.",
        not_failed: "This attachment did not fail, or is being fetched again already.",
        gone: "A file is not there any more. Take it out and add it again.",
        not_whole: "A file did not arrive whole. Take it out and add it again.",
        not_what_it_says(name): "The file “{name}” is not what its name says, or cannot be sent here. Take it out.",
        type_refused: "Files of this type cannot be sent here. Send a picture, a sound, a film or a PDF.",
        empty: "The file is empty. Choose another one.",
        too_large(most): "The file is too large: at most {most:bytes} can be sent here.",
    }

    /// Why a message may not go, and what to do about it.
    cannot_send {
        opted_out: "The contact asked not to be written to.",
        opted_out_advice: "They can write START to hear from you again.",
        whatsapp_window: "WhatsApp lets you write freely only within 24 hours of the contact's last message.",
        whatsapp_window_advice: "Send an approved template, or wait until they write.",
        messenger_window: "Messenger lets you write only within 24 hours of the contact's last message.",
        messenger_window_advice: "Wait until they write.",
        sender_gone: "The number that this conversation was held with is no longer set up.",
        sender_gone_advice: "Ask an admin, or start a new conversation from another number.",
        country(region): "Messages to this country ({region}) are not allowed.",
        country_advice: "An admin can allow it in the configuration of the sender.",
        rate_user: "You have sent very many messages in a minute.",
        rate_sender: "This number has sent very many messages in a minute.",
        rate_advice: "Wait a moment, then send it again.",
        empty: "The message is empty.",
        empty_advice: "Write something first.",
        too_long(length): "The message has {length} characters; at most 1,600 can be sent.",
        too_long_advice: "Shorten it, or send it in parts.",
        one_attachment: "This channel takes one attachment a message.",
        attachments(count): "This channel takes at most {count} attachments a message.",
        attachments_advice: "Send the others in messages of their own.",
        media_type: "This channel does not take files of this type.",
        media_type_advice: "Send another type, or a link.",
        picture_too_large(most): "A picture may have {most:bytes} at most on this channel.",
        media_too_large(most): "A file like this may have {most:bytes} at most on this channel.",
        media_too_large_advice: "Send a smaller one, or a link.",
        media_too_large_together(most): "All attachments together may have {most:bytes} at most on this channel.",
        media_too_large_together_advice: "Send some of them in a message of their own, or a link.",
    }

    /// Codes of Twilio's that we have no words for.
    code {
        unknown(code): "Twilio reported error {code}",
        unknown_advice: "Look the code up in Twilio's console.",
    }

    /// Live lines.
    socket {
        foreign_page: "This page is not Partyline's.",
        no_ticket: "A socket needs a ticket.",
        ticket_used: "The ticket was used, or it is too old.",
        foreign_ticket: "The ticket belongs to another page.",
        frame: "The frame is not one that we know.",
        missing: "The socket is not known.",
        watches_too_many: "A socket watches five conversations at the most.",
    }

    /// Twilio's webhooks, where they are refused.
    webhook {
        no_signature: "The request carries no signature.",
        wrong_signature: "The signature is wrong.",
    }

    /// Why something was held back, or is still.
    quarantine {
        missing: "There is no such thing in quarantine.",
        cut: "It was too long to be kept whole, so it cannot be filed.",
        still_wrong_signature: "Its signature is still not Twilio's.",
        wrong_signature: "The signature is not Twilio's for this URL.",
        foreign_account: "It belongs to another Twilio account.",
        unknown_number: "It was sent to a number that is not set up here.",
        unknown_message: "It reports on a message that is not ours.",
        too_many_parameters: "The body has more than 1,000 parameters.",
        not_utf8: "The body is not UTF-8.",
        bad_percent_encoding: "The body is not percent-encoded as a form is.",
        parameter_twice(name): "The parameter {name} is there twice, with different values.",
        parameter_missing(name): "The parameter {name} is missing.",
        parameter_unreadable(name): "The parameter {name} has a value that we cannot read.",
        no_events: "The body is neither an event nor a list of them.",
        event_without_type: "The event has no type.",
        event_without_data: "The event has no data.",
    }
}
