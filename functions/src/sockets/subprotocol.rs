//! The WebSocket subprotocols that a page offers.

/// The subprotocol of live events.
pub const PROTOCOL: &str = "partyline.v1";

/// The prefix of the offered subprotocol that holds the ticket.
pub const TICKET_PREFIX: &str = "t.";
