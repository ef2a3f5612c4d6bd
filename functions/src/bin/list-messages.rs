//! `GET /api/conversations/{id}/messages`: a part of a thread, with the state of each send.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-messages") })
}
