//! `POST /api/quarantine/{id}/release` processes a quarantined request again. Admins only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("release-quarantine") })
}
