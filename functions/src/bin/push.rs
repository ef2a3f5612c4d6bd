//! `push`: stream records become events, scoped and gathered into one frame a socket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(functions::FUNCTIONS, "push")
}
