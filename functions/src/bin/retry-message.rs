//! `POST /api/conversations/{id}/messages/{message}/retry`: a new message with the text of one that failed.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("retry-message") })
}
