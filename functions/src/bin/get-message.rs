//! `GET /api/conversations/{id}/messages/{message}` returns a message with the state of its send.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-message") })
}
