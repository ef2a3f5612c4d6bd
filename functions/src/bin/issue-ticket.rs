//! `POST /api/sockets/ticket`: opens one socket, once, within half a minute, from the page that asked.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("issue-ticket") })
}
