//! `POST /api/sockets/ticket` issues a ticket that opens one socket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("issue-ticket") })
}
