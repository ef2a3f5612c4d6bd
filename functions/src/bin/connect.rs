//! `$connect` opens a socket for a valid ticket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("connect") })
}
