//! `PATCH /api/conversations/{id}`: another name, or open or closed.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("update-conversation") })
}
