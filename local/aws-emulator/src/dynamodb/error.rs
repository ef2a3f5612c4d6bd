//! The error of starting DynamoDB.

use std::path::PathBuf;

/// The error of a failed start.
///
/// Its text is printed to the user.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process uses the state folder.
    #[error(
        "{} is in use by another running Partyline; stop it first or start with --memory",
        folder.display()
    )]
    InUse {
        /// The state folder.
        folder: PathBuf,
    },
    /// The database is damaged.
    #[error(
        "the state in {} is damaged ({reason}); restore a backup of the folder or start with --reset",
        folder.display()
    )]
    Damaged {
        /// The state folder.
        folder: PathBuf,
        /// The result of the check.
        reason: String,
    },
    /// The folder cannot be created or written.
    #[error("cannot store state in {}; make it writable or start with --memory", folder.display())]
    Folder {
        /// The state folder.
        folder: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// No temporary folder could be created.
    #[error("cannot create a temporary folder; start without --memory")]
    NoMemory,
    /// No loopback port could be bound.
    #[error("no free loopback port for the local DynamoDB")]
    Port(#[source] std::io::Error),
}
