//! `POST /twilio/events`: a sink of Event Streams.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-events") })
}
