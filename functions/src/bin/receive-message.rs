//! `POST /twilio/messages` stores an inbound message before it is acknowledged.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-message") })
}
