//! `POST /api/session/refresh` returns a new access token for the session's cookie.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("refresh-session") })
}
