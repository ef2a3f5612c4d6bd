//! `POST /api/users`: one more person who may sign in. Only an admin may.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("create-user") })
}
