//! `GET /api/conversations/{id}/consent` returns the consent history of a conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-consent") })
}
