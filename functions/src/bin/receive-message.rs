//! `POST /twilio/messages`: a customer's message, stored before it is acknowledged.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("receive-message") })
}
