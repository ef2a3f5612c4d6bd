//! `POST /api/users` creates a user. Admins only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("create-user") })
}
