//! `POST /api/conversations/{id}/messages`: one click, stored with its intent; `dispatch` does the rest.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("send-message") })
}
