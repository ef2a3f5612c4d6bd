//! `GET /api/conversations/{id}/media`: everything attached in a conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-media") })
}
