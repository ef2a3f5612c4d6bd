//! What the phones page talks to, and what a test arms faults with. Mounted by the gateway at `/phones/api`.
//!
//! | call | what |
//! | --- | --- |
//! | `GET /phones` | the bench: our senders, the phones, the system's time |
//! | `POST /phones` `{number?, name?}` | a new customer; without a number the network picks a free one |
//! | `PATCH /phones/{number}` `{name?, airplane?, condition?}` · `DELETE` | a phone changes · leaves the bench |
//! | `GET /phones/{number}/messages` · `POST` `{to, body?, media?, particulars?}` | what stands on its screen · send |
//! | `POST /phones/{number}/read` | the thread is open: what arrived is read |
//! | `POST /media?name=` · `GET /media/{sid}` | keep a file to be sent · its bytes |
//! | `GET /events` | Server-Sent Events: every change, as it happens |
//! | `GET /script` · `POST` · `DELETE` | what was seen · arm a fault · disarm all |

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};

use super::exchange::Exchange;

mod bench;
mod control;
mod events;
mod files;
mod problem;
pub mod sentences;
mod texts;

pub(super) use bench::{change, first_customer};
pub(super) use events::News;
pub use problem::Problem;

/// The routes.
pub(super) fn router(exchange: Arc<Exchange>) -> Router {
    Router::new()
        .route("/phones", get(bench::list).post(bench::add))
        .route("/phones/{number}", patch(bench::update).delete(bench::remove))
        .route("/phones/{number}/messages", get(texts::list).post(texts::send))
        .route("/phones/{number}/read", post(texts::read))
        .route("/media", post(files::keep).layer(DefaultBodyLimit::max(files::LARGEST)))
        .route("/media/{sid}", get(files::show))
        .route("/events", get(events::stream))
        .route("/script", get(control::seen).post(control::arm).delete(control::disarm))
        .with_state(exchange)
}
