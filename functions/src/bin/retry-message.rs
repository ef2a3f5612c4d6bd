//! `POST /api/conversations/{id}/messages/{message}/retry` sends a failed message again as a new one.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("retry-message") })
}
