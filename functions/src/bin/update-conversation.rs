//! `PATCH /api/conversations/{id}`: another name, or open or closed.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::named("update-conversation") })
}
