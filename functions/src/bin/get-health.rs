//! `GET /api/health`: for monitors, without signing in. It touches nothing.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-health") })
}
