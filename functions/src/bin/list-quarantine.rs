//! `GET /api/quarantine` returns a page of quarantined requests, the newest first. Admins only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-quarantine") })
}
