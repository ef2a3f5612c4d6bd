//! Sign-in and sessions.

crate::localized::macros::localized_texts! {
    session;
    none: "Sign in first.",
    ended: "You are signed out. Sign in again.",
    admins_only: "Only admins can do this.",
    no_proof: "Provide a username and password, or a sign-in link.",
    wrong_password: "Incorrect username or password.",
    link_used: "This link has expired or was already used.",
    too_many_tries: "Too many attempts. Try again in five minutes.",
}
