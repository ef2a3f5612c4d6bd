//! `GET /api/senders` returns the senders that the user can send from.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-senders") })
}
