//! `GET /api/senders`: the numbers of ours that this person may write from.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("list-senders") })
}
