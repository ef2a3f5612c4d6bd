//! `POST /api/conversations/{id}/read` marks a conversation read.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("mark-read") })
}
