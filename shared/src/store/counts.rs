//! Counts of the list, bounded, so that their cost does not grow with the inbox.

use aws_sdk_dynamodb::types::Select;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::client::Store;
use super::keys::Table;
use super::lists::{MAX_LIST_READS, listed_id, partitions};
use super::row::attr_s;
use super::write::unconditional;
use crate::address::Channel;
use crate::conversation::Filter;
use crate::error::Result;
use crate::inbox_name::InboxName;

/// The greatest number that a count without a channel reports.
const MAX_COUNT: usize = 99;

/// A number of conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// The number, at most 99 without a channel.
    pub count: usize,
    /// Whether there may be more.
    pub more: bool,
}

impl Count {
    /// Returns the count of `found` entries of which at most [`MAX_COUNT`] are reported.
    fn capped(found: usize) -> Self {
        Self { count: found.min(MAX_COUNT), more: found > MAX_COUNT }
    }
}

impl Store {
    /// Counts the conversations of a filter. With a channel, reads at most 200 keys and their conversations.
    pub async fn count_conversations(
        &self,
        inbox: &InboxName,
        filter: Filter,
        channel: Option<Channel>,
    ) -> Result<Count> {
        let Some(channel) = channel else {
            let queries = partitions(inbox, filter)
                .into_iter()
                .map(|partition| async move { self.count_keys(&partition.to_string()).await });
            return Ok(Count::capped(try_join_all(queries).await?.into_iter().sum()));
        };
        let mut keys = self.query_list_keys(inbox, filter, None, MAX_LIST_READS + 1).await?;
        let more = keys.len() > MAX_LIST_READS;
        keys.truncate(MAX_LIST_READS);
        let ids: Vec<_> = keys.iter().filter_map(|key| listed_id(key)).collect();
        let found = self.get_conversations(&ids).await?;
        let on_channel = found.iter().filter(|conversation| {
            conversation.contact.as_ref().is_some_and(|contact| contact.channel() == channel)
        });
        Ok(Count { count: on_channel.count(), more })
    }

    /// Counts the keys of a list partition, at most one more than is reported.
    pub(super) async fn count_keys(&self, partition: &str) -> Result<usize> {
        let call = self.client.query().table_name(self.table_name(Table::Main)).index_name("list");
        let call = call
            .select(Select::Count)
            .limit(i32::try_from(MAX_COUNT + 1).unwrap_or(i32::MAX))
            .key_condition_expression("list_pk = :place")
            .expression_attribute_values(":place", attr_s(partition));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        Ok(usize::try_from(response.count).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_exact_up_to_99() {
        assert_eq!(Count::capped(0), Count { count: 0, more: false });
        assert_eq!(Count::capped(99), Count { count: 99, more: false });
        assert_eq!(Count::capped(100), Count { count: 99, more: true });
        assert_eq!(Count::capped(200), Count { count: 99, more: true });
    }
}
