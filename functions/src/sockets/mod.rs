//! Sockets: a ticket, the connection, what it watches, its end. None of these writes to a socket.

pub mod connect;
pub mod disconnect;
pub mod issue_ticket;
pub mod receive_frame;

/// The subprotocol that we speak.
pub const PROTOCOL: &str = "partyline.v1";

/// What stands before the ticket among the offered subprotocols.
pub const TICKET_PREFIX: &str = "t.";
