//! Functions that run on a schedule.

pub mod sweep;

use shared::lambda::Function;

use crate::table::scheduled;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[scheduled("sweep", sweep::build)];
