//! `POST /twilio/deliveries/{conversation}/{message}`: Twilio's word on a message of ours.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("record-delivery") })
}
