//! `sweep` runs each minute. It requeues due outbox entries and marks stuck sends unknown.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sweep") })
}
