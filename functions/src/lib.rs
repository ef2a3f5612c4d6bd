//! Partyline's functions, one file a request.

use shared::lambda::Function;

/// Every function there is: the one table that names, routes and handlers are proven from.
pub const FUNCTIONS: &[Function] = &[];
