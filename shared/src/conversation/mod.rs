//! Conversations.
//!
//! - `item`: a conversation as stored in the table.
//! - `filter`: the filters of the list.
//! - `list_partition`: where it is in the list.
//! - [`id`]: its ID.
//! - [`preview`]: its last message as the list shows it.
//! - [`search`]: the search terms of its name and number.
//! - [`view`]: a conversation as returned by the API.

mod filter;
pub mod id;
mod item;
mod list_partition;
pub mod preview;
pub mod search;
pub mod view;

pub use filter::Filter;
pub use id::ConversationId;
pub use item::{Conversation, ConversationKind, MESSAGING_WINDOW};
pub use list_partition::{ConversationStatus, ListPartition, ListPlace};
pub use preview::{Preview, PreviewView};
pub use view::{ConversationView, phone_number_view};
