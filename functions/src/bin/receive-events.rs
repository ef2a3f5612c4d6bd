//! `POST /twilio/events` receives batches of Event Streams.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-events") })
}
