//! The tokens of a session, and the response that carries them.

use serde::Serialize;
use shared::config::Parameter;
use shared::error::Result;
use shared::inbox_name::InboxName;
use shared::lambda::{Request, Response};
use shared::session::{ACCESS_TTL, Claims, Role, TokenIssuer};
use shared::store::{SESSION_TTL, User};
use utoipa::ToSchema;

use crate::app::App;

/// The name of the refresh token's cookie.
pub const COOKIE: &str = "partyline_session";

/// The parameters of [`SessionTokens`].
pub const PARAMETERS: &[Parameter] = &[Parameter::Session, Parameter::Urls];

/// The signed-in user.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedInUser {
    /// The sign-in name.
    username: String,
    /// The display name.
    display_name: String,
    /// The role.
    role: Role,
}

/// A session as the page receives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The token for `Authorization: Bearer`.
    access_token: String,
    /// Seconds until the access token expires.
    expires_in: u64,
    /// The signed-in user.
    user: SignedInUser,
}

/// Returns the user with the current inboxes: an admin has all of them.
pub fn with_current_inboxes(mut user: User, all: &[InboxName]) -> User {
    if user.role == Role::Admin {
        user.inboxes = all.to_vec();
    }
    user
}

/// Issues access tokens, refresh tokens and their cookie.
#[derive(Debug)]
pub struct SessionTokens {
    /// Signs the tokens.
    pub issuer: TokenIssuer,
    secure: bool,
}

impl SessionTokens {
    /// Creates the issuer from the parameters.
    pub fn from_app(app: &App) -> Result<Self> {
        let issuer = TokenIssuer::new(&app.parameters.session_seed()?)?;
        let urls = app.parameters.urls()?;
        let secure = urls.public.first().is_some_and(|url| url.starts_with("https://"));
        Ok(Self { issuer, secure })
    }

    /// Returns the response with an access token and the refresh token of this generation.
    pub fn session_response(
        &self,
        app: &App,
        user: &User,
        session: &str,
        generation: u64,
    ) -> Result<Response> {
        let now = app.clock.now();
        let claims = Claims::new(&user.username, &user.display_name, user.role, &user.inboxes, now);
        let body = Session {
            access_token: self.issuer.access_token(&claims)?,
            expires_in: ACCESS_TTL.as_secs(),
            user: SignedInUser {
                username: user.username.to_string(),
                display_name: user.display_name.clone(),
                role: user.role,
            },
        };
        let token = self.issuer.refresh_token(session, generation);
        Ok(Response::json(200, &body)?.with_cookie(self.cookie(&token, SESSION_TTL.as_secs())))
    }

    /// Returns the `Set-Cookie` value of a refresh token. `max_age` 0 deletes the cookie.
    pub fn cookie(&self, token: &str, max_age: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{COOKIE}={token}; Path=/api/session; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}"
        )
    }

    /// Returns the session and generation in the request's cookie.
    pub fn parse_cookie(&self, request: &Request) -> Option<(String, u64)> {
        self.issuer.parse_refresh_token(request.cookie(COOKIE)?)
    }
}
