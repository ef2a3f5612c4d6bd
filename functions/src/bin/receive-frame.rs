//! `$default`: what the page shows now. Nothing is answered; a frame that cannot be read changes nothing.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-frame") })
}
