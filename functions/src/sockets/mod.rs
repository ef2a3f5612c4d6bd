//! Sockets: a ticket, the connection, what it watches, its end. None of these writes to a socket.

pub mod connect;
pub mod disconnect;
pub mod issue_ticket;
pub mod receive_frame;

use shared::lambda::Function;

use crate::table::{http, socket};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("issue-ticket", "POST", "/api/sockets/ticket", issue_ticket::build),
    socket("connect", "$connect", connect::build),
    socket("disconnect", "$disconnect", disconnect::build),
    socket("receive-frame", "$default", receive_frame::build),
];

/// The subprotocol that we speak.
pub const PROTOCOL: &str = "partyline.v1";

/// What stands before the ticket among the offered subprotocols.
pub const TICKET_PREFIX: &str = "t.";
