//! `POST /api/uploads` returns a URL to which the browser uploads a file.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("create-upload") })
}
