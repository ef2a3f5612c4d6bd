//! The state folder, which one process uses at a time and which is checked when it is opened.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::error::StartError;

/// The maximum size of a database that is checked completely at each start, in bytes.
const FULL_CHECK_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The state folder, locked for this process.
#[derive(Debug)]
pub(super) struct StateDir {
    path: PathBuf,
    _lock: File,
    _temporary: Option<TempDir>,
}

impl StateDir {
    /// Opens `folder`, or creates it.
    ///
    /// Without a folder, creates a temporary one that is deleted on drop.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, StartError> {
        let temporary = if folder.is_none() { Some(in_memory()?) } else { None };
        let path = match (folder, &temporary) {
            (Some(folder), _) => folder.to_owned(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => return Err(StartError::NoMemory),
        };
        let error = |source| StartError::Folder { folder: path.clone(), source };
        std::fs::create_dir_all(&path).map_err(error)?;
        let lock = File::create(path.join("lock")).map_err(error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse { folder: path }),
            Err(TryLockError::Error(source)) => return Err(error(source)),
        }
        Ok(Self { path, _lock: lock, _temporary: temporary })
    }

    /// Returns the folder's path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of the database file after checking it.
    ///
    /// A damaged file is left unchanged.
    pub(super) fn database_file(&self) -> Result<PathBuf, StartError> {
        let file = self.path.join("table.db");
        let Ok(metadata) = file.metadata() else { return Ok(file) };
        let check = if metadata.len() > FULL_CHECK_MAX_BYTES {
            "PRAGMA schema_version"
        } else {
            "PRAGMA quick_check(1)"
        };
        let result = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .and_then(|connection| {
                connection.query_row(check, [], |row| {
                    row.get_ref(0).map(|value| value.as_str().unwrap_or("ok").to_owned())
                })
            })
            .unwrap_or_else(|error| error.to_string());
        if result == "ok" {
            Ok(file)
        } else {
            Err(StartError::Damaged { folder: self.path.clone(), reason: result })
        }
    }
}

/// Creates a folder on a memory file system if there is one.
fn in_memory() -> Result<TempDir, StartError> {
    let new_builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("partyline-");
        builder
    };
    new_builder()
        .tempdir_in("/dev/shm")
        .or_else(|_| new_builder().tempdir())
        .map_err(|source| StartError::Folder { folder: std::env::temp_dir(), source })
}
