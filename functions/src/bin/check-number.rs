//! `POST /api/numbers/check` checks a phone number and returns its conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("check-number") })
}
