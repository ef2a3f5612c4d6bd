//! `POST /api/uploads`: where a browser puts a file that it wants to send.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("create-upload") })
}
