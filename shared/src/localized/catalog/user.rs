//! Users.

crate::localized::macros::localized_texts! {
    user;
    password_length: "The password must have at least 10 characters and at most 512 bytes.",
    name_taken: "This sign-in name is taken.",
    name_unusable: "The sign-in name must have 1 to 64 letters, digits or . - _ @ +.",
}
