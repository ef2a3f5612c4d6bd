//! The options of a simulator.

use std::path::PathBuf;
use std::sync::Arc;

use shared::clock::Clock;
use shared::ids::Ids;
use url::Url;

/// The options of a simulator.
#[derive(Clone)]
pub struct TwilioOptions {
    /// The folder of `twilio.db`.
    ///
    /// Without it, state is in memory only.
    pub folder: Option<PathBuf>,
    /// The account SID: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The password of the API and the key of the signatures.
    pub auth_token: String,
    /// The account's senders on every channel: `+1855…`, `whatsapp:+1855…`, `messenger:…`, `rcs:…`.
    pub senders: Vec<String>,
    /// The Messaging Service of the SMS and RCS senders.
    pub service: Option<String>,
    /// The application's base URL. Inbound messages are posted to `/twilio/messages` below it.
    pub public_url: Url,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of SIDs and of random delays.
    pub ids: Arc<dyn Ids>,
}
