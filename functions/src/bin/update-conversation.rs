//! `PATCH /api/conversations/{id}` changes the name, note or status of a conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("update-conversation") })
}
