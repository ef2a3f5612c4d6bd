//! The waiting conversations by how long their contacts wait.

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::client::Store;
use super::lists::{MAX_LIST_READS, is_on_channel, listed_id, partitions};
use crate::address::Channel;
use crate::conversation::{Conversation, Filter};
use crate::error::Result;
use crate::inbox_name::InboxName;

/// The conversations that wait, the longest waiting first.
#[derive(Debug)]
pub struct LongestWaiting {
    /// The conversations, at most 200.
    pub conversations: Vec<Conversation>,
    /// Whether more conversations wait than were sorted. Then those with the oldest last activity are here.
    pub more: bool,
}

impl Store {
    /// Returns the conversations that wait, the longest waiting first.
    ///
    /// Reads at most 200 keys, those with the oldest last activity. A contact who waits long and writes again has a newer
    /// last activity, so with more than 200 the order is not complete.
    pub async fn list_longest_waiting(
        &self,
        inbox: &InboxName,
        channel: Option<Channel>,
    ) -> Result<LongestWaiting> {
        let queries = partitions(inbox, Filter::Waiting).into_iter().map(|partition| async move {
            self.query_oldest_keys(&partition, MAX_LIST_READS + 1).await
        });
        let mut keys = try_join_all(queries).await?.concat();
        keys.sort_unstable();
        let mut seen = std::collections::HashSet::new();
        keys.retain(|key| seen.insert(listed_id(key)));
        let more = keys.len() > MAX_LIST_READS;
        keys.truncate(MAX_LIST_READS);
        let ids: Vec<_> = keys.iter().filter_map(|key| listed_id(key)).collect();
        let mut conversations = self.get_conversations(&ids).await?;
        conversations.retain(|conversation| is_on_channel(channel, conversation));
        conversations.sort_by_key(waiting_since);
        Ok(LongestWaiting { conversations, more })
    }
}

/// Returns since when a conversation waits. One that was only marked unread counts from its last activity.
fn waiting_since(conversation: &Conversation) -> Option<Timestamp> {
    conversation.waiting_since.or_else(|| conversation.last_activity())
}
