//! The direction of a message.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact to the business.
    Inbound,
    /// From the business to the contact.
    Outbound,
}
