//! The people who may sign in.

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::row::{attr_s, from_item, to_item};
use super::write::{none_if_condition_failed, unconditional};
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

fn user_key(username: &str) -> (String, &'static str) {
    (format!("USER#{username}"), "USER")
}

impl Store {
    /// The person with this sign-in name.
    pub async fn get_user(&self, username: &str) -> Result<Option<User>> {
        let (pk, sk) = user_key(username);
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", attr_s(pk)).key("sk", attr_s(sk));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    /// Adds a person. False if the sign-in name is taken.
    pub async fn insert_user(&self, user: &User) -> Result<bool> {
        let (pk, sk) = user_key(&user.username);
        let item = to_item(&pk, sk, user)?;
        let call = self.client.put_item().table_name(&*self.table).set_item(Some(item));
        let call = call.condition_expression("attribute_not_exists(pk)");
        let response = self.call("table.put", || call.clone().send()).await;
        Ok(none_if_condition_failed(response)?.is_some())
    }
}
