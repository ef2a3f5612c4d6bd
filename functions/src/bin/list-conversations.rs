//! `GET /api/conversations` returns a page of conversations, by filter or search.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-conversations") })
}
