//! Media in both directions: `GET …/media/{index}`, its retry, the media list, uploads and presigned URLs.
//!
//! [`host`] is a test server in place of Twilio.

mod host;
mod inbound;
mod look_up;
mod outbound;
mod phones;
mod types;
mod uploads;

pub use host::{HostResponse, MediaHost, jpeg, receive_mms};
pub use inbound::{download_media, media_path, only_message};
pub use outbound::send_with_uploads;
pub use uploads::upload_file;
