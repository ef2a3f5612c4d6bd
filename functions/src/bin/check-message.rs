//! `POST /api/conversations/{id}/messages/check`.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("check-message") })
}
