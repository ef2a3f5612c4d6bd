//! `DELETE /api/session` ends the session and deletes its cookie.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sign-out") })
}
