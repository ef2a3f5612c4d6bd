//! `POST /api/conversations/{id}/consent` records consent with its evidence. Admins only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("record-consent") })
}
