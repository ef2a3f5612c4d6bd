//! `sweep`, each minute: what is due is woken, what is stuck becomes unknown. It touches the table only.

fn main() -> Result<(), shared::lambda::HandlerError> {
    shared::lambda::run(const { functions::function_named("sweep") })
}
