//! What the phones page talks to, and what a test arms faults with. Mounted by the gateway at `/phones/api`.
//!
//! | call | what |
//! | --- | --- |
//! | `GET /phones` | the bench: our senders, the phones, the system's time |
//! | `POST /phones` `{number?, name?}` | a new customer; without a number the network picks a free one |
//! | `PATCH /phones/{number}` `{name?, airplane?, condition?}` · `DELETE` | a phone changes · leaves the bench |
//! | `GET /phones/{number}/messages` · `POST` `{to, body?, media?, extras?}` | what stands on its screen · send |
//! | `POST /phones/{number}/read` | the thread is open: what arrived is read |
//! | `POST /media?name=` · `GET /media/{sid}` | keep a file to be sent · its bytes |
//! | `GET /events` | Server-Sent Events: every change, as it happens |
//! | `GET /script` · `POST` · `DELETE` | what was seen · arm a fault · disarm all |

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};

use super::state::SimulatorState;

pub mod catalog;
mod control;
mod error;
mod files;
mod live;
mod phone;
mod texts;

pub use error::PhoneApiError;
pub(super) use phone::{add_first_customer, save_phone};

/// The routes.
pub(super) fn router(state: Arc<SimulatorState>) -> Router {
    Router::new()
        .route("/phones", get(phone::list).post(phone::add))
        .route("/phones/{number}", patch(phone::update).delete(phone::remove))
        .route("/phones/{number}/messages", get(texts::list).post(texts::send))
        .route("/phones/{number}/read", post(texts::mark_read))
        .route("/media", post(files::upload).layer(DefaultBodyLimit::max(files::MAX_FILE_BYTES)))
        .route("/media/{sid}", get(files::download))
        .route("/events", get(live::stream))
        .route("/script", get(control::observed).post(control::arm).delete(control::disarm))
        .with_state(state)
}
