//! Who asks: proven by an access token, before anything else is done.

use jiff::Timestamp;

use super::http::Request;
use crate::error::{Error, Result};
use crate::inbox_name::InboxName;
use crate::localized;
use crate::session::{Claims, Role, TokenVerifier};
use crate::username::Username;

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Sign-in name.
    pub username: Username,
    /// Name for display.
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
    /// The person whose access token the request carries.
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

    /// What the person may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The inboxes that the person sees.
    pub fn inboxes(&self) -> &[InboxName] {
        &self.inboxes
    }

    /// Returns the inbox whose conversations are listed: the first one. `None` if no sender is configured.
    pub fn default_inbox(&self) -> Option<&InboxName> {
        self.inboxes.first()
    }

    /// Whether the person sees what stands in `inbox`.
    pub fn can_see_inbox(&self, inbox: &InboxName) -> bool {
        self.inboxes.contains(inbox)
    }

    /// Only an admin may.
    pub fn require_admin(&self) -> Result<()> {
        match self.role {
            Role::Admin => Ok(()),
            Role::Agent => Err(Error::Forbidden(localized::session::admins_only())),
        }
    }
}
