//! The people who may sign in.

use serde::{Deserialize, Serialize};

use super::Store;
use super::row::{decode, encode, text};
use super::write::{always, unless_refused};
use crate::error::Result;
use crate::session::Role;

/// A person who may sign in (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Sign-in name, folded.
    pub username: String,
    /// Name for display.
    pub display_name: String,
    /// What the person may do.
    pub role: Role,
    /// The inboxes that the person sees.
    pub inboxes: Vec<String>,
    /// The password's argon2id hash, in PHC form.
    pub password: String,
}

fn keys(username: &str) -> (String, &'static str) {
    (format!("USER#{username}"), "USER")
}

impl Store {
    /// The person with this sign-in name.
    pub async fn user(&self, username: &str) -> Result<Option<User>> {
        let (pk, sk) = keys(username);
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", text(pk)).key("sk", text(sk));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    /// Adds a person. False if the sign-in name is taken.
    pub async fn add_user(&self, user: &User) -> Result<bool> {
        let (pk, sk) = keys(&user.username);
        let item = encode(&pk, sk, user)?;
        let call = self.client.put_item().table_name(&*self.table).set_item(Some(item));
        let call = call.condition_expression("attribute_not_exists(pk)");
        let answer = self.single("table.put", || call.clone().send()).await;
        Ok(unless_refused(answer)?.is_some())
    }
}
