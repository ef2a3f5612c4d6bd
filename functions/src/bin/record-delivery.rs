//! `POST /twilio/deliveries/{conversation}/{message}` records a delivery report.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("record-delivery") })
}
