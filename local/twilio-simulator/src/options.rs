//! What a simulator is started with.

use std::path::PathBuf;
use std::sync::Arc;

use shared::clock::Clock;
use shared::ids::Ids;
use url::Url;

/// What a simulator is started with.
#[derive(Clone)]
pub struct TwilioOptions {
    /// Where `twilio.db` lies; without it everything ends with the process.
    pub folder: Option<PathBuf>,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The password of the API and the key of the signatures.
    pub auth_token: String,
    /// The account's senders on every channel: `+1855…`, `whatsapp:+1855…`, `messenger:…`, `rcs:…`.
    pub senders: Vec<String>,
    /// The Messaging Service that the senders of SMS and RCS belong to.
    pub service: Option<String>,
    /// The desk's base address; inbound messages go to `/twilio/messages` under it.
    pub public_url: Url,
    /// The clock of everything in the simulator.
    pub clock: Arc<dyn Clock>,
    /// The source of SIDs and of random delays.
    pub ids: Arc<dyn Ids>,
}
