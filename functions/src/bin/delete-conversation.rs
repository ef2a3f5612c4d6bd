//! `DELETE /api/conversations/{id}` deletes a conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("delete-conversation") })
}
