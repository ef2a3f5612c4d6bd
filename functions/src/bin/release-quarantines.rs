//! `POST /api/quarantine/release`: all that waits for one reason, through its own doors again. Only an admin may.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("release-quarantines") })
}
