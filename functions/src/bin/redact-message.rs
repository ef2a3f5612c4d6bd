//! `POST /api/conversations/{id}/messages/{message}/redact` deletes the content of a message.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("redact-message") })
}
