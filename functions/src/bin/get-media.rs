//! `GET /api/conversations/{id}/messages/{message}/media/{index}` returns a download URL.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("get-media") })
}
