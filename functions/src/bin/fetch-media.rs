//! `fetch-media`: invoked by `dispatch`, reads what a message waits for from Twilio into the bucket.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("fetch-media") })
}
