//! `POST /api/conversations` starts a conversation, or returns the existing one.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("start-conversation") })
}
