//! `GET /api/conversations/{id}/messages/{message}`: one message.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-message") })
}
