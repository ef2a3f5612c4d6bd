//! A Twilio simulator: an HTTP server with the Messages API, Event Streams, webhooks and phones.
//!
//! - `api`: the REST API by `product`; `listener`: its connections, which tests can refuse and cut.
//! - `outbound`: accepts create requests of the API; `inbound`: accepts messages from phones.
//! - `simulator`: starts and stops it; `driver`: what tests and the demo do with it.
//! - `state`: the shared state; `store`: its SQLite file.
//! - `worker`: runs due tasks: `carrier` delivers to phones, `fetch` gets media, `webhook_sender` posts signed
//!   webhooks. `streams` posts events to sinks. Both run their tasks in a `task_pool`.
//! - [`phones`]: the API of the Phones page. [`script`]: the faults; [`rule`]: when they apply. [`observed`]: the
//!   requests that were observed.
//! - [`signature`], [`segments`], [`number`], [`keywords`], [`message`], [`extras`], [`address`]: Twilio's rules,
//!   written from Twilio's documentation. They share no code with the product, so that one mistake cannot be on both
//!   sides.

pub mod address;
mod api;
mod carrier;
mod driver;
mod error;
pub mod extras;
mod fault;
mod fetch;
mod file_check;
mod inbound;
mod inbound_form;
pub mod keywords;
mod limits;
mod listener;
pub mod message;
pub mod number;
pub mod observed;
mod options;
mod outbound;
mod phone_event;
pub mod phones;
mod product;
pub mod rule;
pub mod script;
pub mod segments;
pub mod signature;
mod simulator;
mod state;
mod store;
mod streams;
mod task_pool;
#[cfg(test)]
mod tests;
mod webhook;
mod webhook_sender;
mod worker;

pub use error::TwilioError;
pub use extras::{AppExtras, Media, PhoneInput};
pub use message::{Message, Status};
pub use observed::{ObservedCreate, ObservedEventPost, ObservedWebhook};
pub use options::TwilioOptions;
pub use rule::FaultRule;
pub use script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace, Script};
pub use simulator::Twilio;
pub use store::phones::{Phone, PhoneCondition};
