//! `GET /api/conversations/{id}/consent`.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-consent") })
}
