//! Users.

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::keys::Key;
use crate::error::Result;
use crate::inbox_name::InboxName;
use crate::session::Role;
use crate::username::Username;

/// A user, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The normalized sign-in name.
    pub username: Username,
    /// The name for display.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// The inboxes that the user works in.
    pub inboxes: Vec<InboxName>,
    /// The password's argon2id hash, in PHC form.
    pub password: String,
}

impl Store {
    /// Returns the user with this sign-in name.
    pub async fn get_user(&self, username: &Username) -> Result<Option<User>> {
        self.get(&Key::user(username)).await
    }

    /// Adds a user. Returns `false` if the sign-in name is taken.
    pub async fn insert_user(&self, user: &User) -> Result<bool> {
        self.insert(&Key::user(&user.username), user).await
    }
}
