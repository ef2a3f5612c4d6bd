//! The products that the simulator serves, each below a path of its own.

/// A product of Twilio.
///
/// At Twilio each has a host of its own, because several have the same paths, such as `/v1/Services`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Product {
    /// `api.twilio.com`: messages and their media.
    Api,
    /// `events.twilio.com`: Event Streams.
    Events,
    /// The storage to which `api` redirects for the bytes of media.
    Media,
}

impl Product {
    /// Returns the path: a slash and the product's name.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Api => "/api",
            Self::Events => "/events",
            Self::Media => "/media",
        }
    }
}
