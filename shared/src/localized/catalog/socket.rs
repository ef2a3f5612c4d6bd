//! WebSocket connections.

crate::localized::macros::localized_texts! {
    socket;
    foreign_page: "Origin not allowed.",
    no_ticket: "A ticket is required.",
    ticket_used: "The ticket has expired or was already used.",
    foreign_ticket: "The ticket was issued to another origin.",
    frame: "Unknown frame.",
    missing: "Connection not found.",
    watches_too_many: "A socket can watch at most five conversations.",
}
