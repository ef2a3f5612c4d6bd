//! `POST /api/conversations/{id}/messages/{message}/redact`: a message emptied.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::named("redact-message") })
}
