//! `POST /api/session` starts a session for a name and password, or for a one-time link.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sign-in") })
}
