//! A whole system in this process, and the users, phones, sockets and webhooks that access it.
//!
//! - `system`: the system. [`call`]: requests. `response`: responses, checked against the [`document`] and the
//!   [`localized`] texts.
//! - [`user`]: signed-in users. [`phone`]: phones of customers. [`socket`]: sockets. [`webhook`]: webhooks.
//! - [`forged_tokens`]: forged access tokens. [`table`]: stored items. [`port`]: free ports. `numbers`: phone numbers.

pub mod call;
pub mod document;
mod folder;
pub mod forged_tokens;
pub mod localized;
mod numbers;
pub mod phone;
pub mod port;
mod response;
pub mod skipped;
pub mod socket;
mod system;
pub mod table;
pub mod user;
mod wait;
pub mod webhook;

pub use call::Call;
pub use folder::project_root;
pub use numbers::{BUSINESS_NUMBER, customer_number, next_id};
pub use response::TestResponse;
pub use socket::Socket;
pub use system::TestSystem;
pub use user::TestUser;
pub use wait::{wait_for, with_timeout};
pub use webhook::Webhook;
