//! The caller of a request, authenticated by an access token.

use jiff::Timestamp;

use super::http::Request;
use crate::error::{Error, Result};
use crate::inbox_name::InboxName;
use crate::localized;
use crate::session::{Claims, Role, TokenVerifier};
use crate::username::Username;

/// A signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The sign-in name.
    pub username: Username,
    /// The display name.
    pub name: String,
    role: Role,
    inboxes: Vec<InboxName>,
}

impl From<Claims> for Caller {
    fn from(claims: Claims) -> Self {
        Self { username: claims.sub, name: claims.name, role: claims.role, inboxes: claims.inboxes }
    }
}

impl Caller {
    /// Returns the user whose access token the request contains.
    pub fn authenticate(
        request: &Request,
        verifier: &TokenVerifier,
        now: Timestamp,
    ) -> Result<Self> {
        let token = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| Error::Unauthenticated(localized::session::none()))?;
        verifier.verify(token.trim(), now).map(Self::from)
    }

    /// Returns the user's role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the inboxes that the user can see.
    pub fn inboxes(&self) -> &[InboxName] {
        &self.inboxes
    }

    /// Returns the inbox that is shown by default: the user's first one. `None` if no sender is configured.
    pub fn default_inbox(&self) -> Option<&InboxName> {
        self.inboxes.first()
    }

    /// Returns whether the user can see `inbox`.
    pub fn can_see_inbox(&self, inbox: &InboxName) -> bool {
        self.inboxes.contains(inbox)
    }

    /// Fails with [`Error::Forbidden`] if the user is not an admin.
    pub fn require_admin(&self) -> Result<()> {
        match self.role {
            Role::Admin => Ok(()),
            Role::Agent => Err(Error::Forbidden(localized::session::admins_only())),
        }
    }
}
