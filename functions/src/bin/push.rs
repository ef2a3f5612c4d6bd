//! `push` converts stream records to live events and sends one frame per socket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("push") })
}
