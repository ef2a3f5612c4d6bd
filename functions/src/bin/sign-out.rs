//! `DELETE /api/session`: the session ends, here and in the browser.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sign-out") })
}
