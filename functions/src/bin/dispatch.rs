//! `dispatch` reads the stream and runs the outbox entries of each conversation, the oldest first.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("dispatch") })
}
