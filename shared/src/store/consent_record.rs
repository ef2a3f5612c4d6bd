//! The consent record that a message makes.

use crate::consent::{Consent, ConsentRecord, ConsentSource, ConsentState};
use crate::message::Message;
use crate::message::extras::ConsentKeyword;

/// Returns the record that a message's consent keyword makes, if it has one.
pub(super) fn consent_record_for(
    message: &Message,
    source: ConsentSource,
) -> Option<ConsentRecord> {
    let state = match message.extras.opt_out {
        Some(ConsentKeyword::Stop) => ConsentState::OptedOut,
        Some(ConsentKeyword::Start) => ConsentState::OptedIn,
        Some(ConsentKeyword::Help) | None => return None,
    };
    Some(ConsentRecord {
        consent: Consent { state, at: message.created_at(), source },
        evidence: Some(message.body.clone()),
        sid: message.sid.as_ref().map(ToString::to_string),
        recorded_by: None,
    })
}
