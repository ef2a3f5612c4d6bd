//! `push`: stream records become events, scoped and gathered into one frame a socket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("push") })
}
