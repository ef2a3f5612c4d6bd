//! Consent: the ledger of a contact and a sender of ours, read, and added to by an admin.

pub mod list;
pub mod record;
