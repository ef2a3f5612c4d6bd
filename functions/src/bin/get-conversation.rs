//! `GET /api/conversations/{id}` returns a conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-conversation") })
}
