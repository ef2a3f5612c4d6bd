//! `erase-conversation` erases the messages and files of a deleted conversation.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("erase-conversation") })
}
