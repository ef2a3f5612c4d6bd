//! `GET /api/conversations/{id}/messages` returns a page of a thread, with the state of each send.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-messages") })
}
