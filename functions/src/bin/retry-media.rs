//! `POST /api/conversations/{id}/messages/{message}/media/{index}/retry`: fetches an attachment again that failed.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("retry-media") })
}
