//! `$default` receives a frame: the conversations that the page watches, or a ping.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-frame") })
}
