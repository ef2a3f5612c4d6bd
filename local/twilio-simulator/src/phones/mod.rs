//! The phones API, for the Phones page and for tests.
//!
//! Partyline mounts it at `/phones/api`.
//!
//! | request | result |
//! | --- | --- |
//! | `GET /phones` | our senders, the phones, and the system's time |
//! | `POST /phones` `{number?, name?}` | adds a customer; without a number, with a generated one |
//! | `PATCH /phones/{number}` `{name?, airplane?, condition?}` · `DELETE` | updates · removes a phone |
//! | `GET /phones/{number}/messages` · `POST` `{to, body?, media?, extras?}` | lists the messages on the phone · sends one |
//! | `POST /phones/{number}/read` | marks the messages on the phone as read |
//! | `POST /media?name=` · `GET /media/{sid}` | stores a file to be sent · returns its bytes |
//! | `GET /events` | Server-Sent Events with all changes |
//! | `GET /script` · `POST` · `DELETE` | returns observed requests · adds a fault · removes all faults |

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

/// Returns the routes.
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
