//! `$disconnect`: the socket's row goes, and no other.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("disconnect") })
}
