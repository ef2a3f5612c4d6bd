//! Quarantine: what could not be filed, for an admin to look at.

pub mod list;
pub mod release;
pub mod release_all;
