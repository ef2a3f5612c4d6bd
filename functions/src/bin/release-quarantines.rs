//! `POST /api/quarantine/release` processes all quarantined requests with one reason again. Admins only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("release-quarantines") })
}
