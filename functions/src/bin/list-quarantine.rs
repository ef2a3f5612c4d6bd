//! `GET /api/quarantine`: what could not be filed, the newest first. Only an admin may.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-quarantine") })
}
