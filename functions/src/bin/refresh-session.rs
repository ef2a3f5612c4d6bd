//! `POST /api/session/refresh`: the next access token, for the cookie.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("refresh-session") })
}
