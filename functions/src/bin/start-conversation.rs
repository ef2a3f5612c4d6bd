//! `POST /api/conversations`: a conversation begun from our side.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("start-conversation") })
}
