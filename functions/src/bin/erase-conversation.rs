//! `erase-conversation`: what a deleted conversation left behind goes.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("erase-conversation") })
}
