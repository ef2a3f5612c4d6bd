//! `DELETE /api/conversations/{id}`: a conversation deleted.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("delete-conversation") })
}
