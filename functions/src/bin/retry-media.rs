//! `POST /api/conversations/{id}/messages/{message}/media/{index}/retry` fetches failed media again.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("retry-media") })
}
