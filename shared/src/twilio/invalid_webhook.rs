//! The error of a webhook request that cannot be read.

use crate::localized::LocalizedText;

/// A webhook that is Twilio's but does not say what we need, or says it twice and differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidWebhook(
    /// Why, for the admin. Holds names of parameters, never their values.
    pub LocalizedText,
);
