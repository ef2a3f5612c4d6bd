//! `POST /api/quarantine/{id}/release`: through the same door again, now that a number or a token is set up.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("release-quarantine") })
}
