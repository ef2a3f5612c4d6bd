//! `POST /api/numbers/check`: whether what was typed is a number, and whether we know it.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("check-number") })
}
