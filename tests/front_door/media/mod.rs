//! What comes with messages, both ways: `GET …/media/{index}`, its retry, the gallery, uploads, and the bucket behind
//! the one origin. [`host`] stands in for Twilio.

mod announced;
mod host;
mod inbound;
mod outbound;
mod phones;
mod uploads;

pub use host::{Gives, Host, jpeg, mms};
pub use inbound::{only, path, read};
pub use outbound::send;
pub use uploads::uploaded;
