//! Users.

crate::localized::macros::localized_texts! {
    user;
    password_length: "The password must have at least 10 characters and at most 512 bytes.",
    name_taken: "This username is taken.",
    name_unusable: "The username must have 1 to 64 characters: letters, digits or . - _ @ +.",
}
