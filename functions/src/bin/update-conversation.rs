//! `PATCH /api/conversations/{id}`: another name, or open or closed.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(functions::FUNCTIONS, "update-conversation")
}
