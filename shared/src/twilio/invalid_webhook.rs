//! The error of parsing a webhook.

use crate::localized::LocalizedText;

/// The error of a webhook with a missing, invalid or ambiguous parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidWebhook(
    /// The reason, for the admin. It contains names of parameters, but no values.
    pub LocalizedText,
);
