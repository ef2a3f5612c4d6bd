//! `POST /api/conversations/{id}/messages/check` returns the send check and the segments of a draft.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("check-message") })
}
