//! Why DynamoDB did not start.

use std::path::PathBuf;

/// The error of a failed start; its text is printed to the user.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process has the folder.
    #[error(
        "{} is in use by another running Partyline; stop it first or start with --memory",
        folder.display()
    )]
    InUse {
        /// The state folder.
        folder: PathBuf,
    },
    /// The database is not readable.
    #[error(
        "the state in {} is damaged ({reason}); restore a backup of the folder or start with --reset",
        folder.display()
    )]
    Damaged {
        /// The state folder.
        folder: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The folder cannot be made or written.
    #[error("cannot store state in {}; make it writable or start with --memory", folder.display())]
    Folder {
        /// The state folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is neither a folder nor a place for a temporary one.
    #[error("cannot create a temporary folder; start with a state folder")]
    NoMemory,
    /// No loopback port.
    #[error("no free loopback port for the local DynamoDB")]
    Port(#[source] std::io::Error),
}
