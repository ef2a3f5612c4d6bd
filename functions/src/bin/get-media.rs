//! `GET /api/conversations/{id}/messages/{message}/media/{index}`: where an attachment is read.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-media") })
}
