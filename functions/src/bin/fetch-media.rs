//! `fetch-media` copies the media of a message from Twilio to the bucket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("fetch-media") })
}
