//! `POST /api/conversations/{id}/read`: nobody waits here any more, as far as was seen.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("mark-read") })
}
