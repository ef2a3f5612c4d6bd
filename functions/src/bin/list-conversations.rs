//! `GET /api/conversations`: a page of the list, by filter or by search.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-conversations") })
}
