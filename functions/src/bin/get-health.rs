//! `GET /api/health` returns `ok` and the version. It needs no sign-in.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-health") })
}
