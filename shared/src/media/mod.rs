//! The media of messages: images, audio, video, contact cards and documents.
//!
//! - [`file_type`]: content types from bytes. [`file_name`]: file names. [`limits`]: the limits of each channel.
//! - `item`: a media item as stored, and as the API returns it. `kind`: how the page shows it.

pub mod file_name;
pub mod file_type;
mod item;
mod kind;
pub mod limits;

pub use item::{Media, MediaError, MediaState, MediaView, StoredMedia};
pub use kind::MediaKind;
