//! `$connect`: a socket opens for a ticket that is good, unused, and of this page.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("connect") })
}
