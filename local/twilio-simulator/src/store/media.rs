//! The files of messages.

use rusqlite::{Connection, OptionalExtension, params};

use crate::extras::Media;

/// Inserts a file.
pub(crate) fn insert(db: &Connection, media: &Media, bytes: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO media (sid, content_type, name, bytes) VALUES (?, ?, ?, ?)")?
        .execute(params![media.sid, media.content_type, media.name, bytes])?;
    Ok(())
}

/// Returns the file `sid` and its bytes.
pub(crate) fn find(db: &Connection, sid: &str) -> rusqlite::Result<Option<(Media, Vec<u8>)>> {
    db.prepare_cached("SELECT content_type, name, bytes FROM media WHERE sid = ?")?
        .query_row([sid], |row| {
            let bytes: Vec<u8> = row.get(2)?;
            let media = Media {
                sid: sid.to_owned(),
                content_type: row.get(0)?,
                name: row.get(1)?,
                size: bytes.len(),
            };
            Ok((media, bytes))
        })
        .optional()
}
