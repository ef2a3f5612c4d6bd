//! Messages.
//!
//! - `item`: a message as stored in the table.
//! - [`delivery_status`]: Twilio's delivery statuses and their ranks.
//! - [`display_status`]: the status and the error that users see.
//! - [`extras`]: what a message contains besides text and media.
//! - [`search`]: search within a conversation.
//! - [`view`]: a message as returned by the API.

pub mod delivery_status;
pub mod display_status;
pub mod extras;
mod item;
pub mod search;
pub mod view;

pub use crate::direction::Direction;
pub use display_status::{DisplayStatus, MessageError};
pub use item::{MAX_BODY_CHARACTERS, Message, SendResult};
pub use view::MessageView;
