//! `POST /api/conversations/{id}/messages` stores a message for `dispatch` to send.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("send-message") })
}
