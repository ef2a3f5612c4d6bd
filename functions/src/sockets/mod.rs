//! Sockets: tickets, connections and the conversations they watch. None of these functions writes to a socket.

pub mod connect;
pub mod disconnect;
pub mod issue_ticket;
pub mod receive_frame;
pub mod subprotocol;

use shared::lambda::Function;

use crate::table::{http, socket};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("issue-ticket", "POST", "/api/sockets/ticket", issue_ticket::build),
    socket("connect", "$connect", connect::build),
    socket("disconnect", "$disconnect", disconnect::build),
    socket("receive-frame", "$default", receive_frame::build),
];
