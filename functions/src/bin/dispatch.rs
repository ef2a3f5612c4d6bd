//! `dispatch`: does at Twilio what intents say, lane by lane, the oldest first, whichever record woke it.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("dispatch") })
}
