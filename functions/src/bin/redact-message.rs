//! `POST /api/conversations/{id}/messages/{message}/redact`: a message emptied.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("redact-message") })
}
