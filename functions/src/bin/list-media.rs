//! `GET /api/conversations/{id}/media` returns a page of the attachments, the newest first.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-media") })
}
