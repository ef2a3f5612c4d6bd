//! What comes with messages, both ways: `GET …/media/{index}`, its retry, the gallery, uploads, and the bucket behind
//! the one origin. [`host`] stands in for Twilio.

mod host;
mod inbound;
mod look_up;
mod outbound;
mod phones;
mod uploads;

pub use host::{HostResponse, MediaHost, jpeg, receive_mms};
pub use inbound::{download_media, media_path, only_message};
pub use outbound::send_with_uploads;
pub use uploads::upload_file;
