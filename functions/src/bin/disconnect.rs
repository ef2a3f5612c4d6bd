//! `$disconnect` deletes the row of a closed socket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("disconnect") })
}
