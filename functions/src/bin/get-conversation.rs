//! `GET /api/conversations/{id}`: one conversation as it stands.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-conversation") })
}
