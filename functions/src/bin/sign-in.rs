//! `POST /api/session`: a name and a password, or a one-time link, for a session.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sign-in") })
}
