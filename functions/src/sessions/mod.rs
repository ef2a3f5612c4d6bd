//! Sessions: signing in, staying signed in, signing out.

pub mod refresh;
pub mod sign_in;
pub mod sign_out;

use serde::Serialize;
use shared::config::Parameter;
use shared::error::Result;
use shared::lambda::{Function, Request, Response};
use shared::session::{ACCESS_TTL, Claims, Role, TokenIssuer};
use shared::store::{SESSION_TTL, User};
use utoipa::ToSchema;

use crate::app::App;
use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("sign-in", "POST", "/api/session", sign_in::build),
    http("refresh-session", "POST", "/api/session/refresh", refresh::build),
    http("sign-out", "DELETE", "/api/session", sign_out::build),
];

/// The refresh token's cookie.
pub const COOKIE: &str = "partyline_session";

/// What the functions of a session need.
pub const PARAMETERS: &[Parameter] = &[Parameter::Session, Parameter::Urls];

/// A signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedInUser {
    /// Sign-in name.
    username: String,
    /// Name for display.
    display_name: String,
    /// What the person may do.
    role: Role,
}

/// What a page gets that signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Seconds until it ends.
    expires_in: u64,
    /// Who signed in.
    user: SignedInUser,
}

/// Every inbox that a sender of ours stands in, the first sender's first.
pub fn all_inboxes(app: &App) -> Result<Vec<String>> {
    let mut inboxes: Vec<String> = Vec::new();
    for sender in app.parameters.senders()? {
        if !inboxes.contains(&sender.inbox) {
            inboxes.push(sender.inbox);
        }
    }
    Ok(inboxes)
}

/// The person with the inboxes of today: an admin sees every one, also those that came later.
pub fn with_current_inboxes(mut user: User, all: &[String]) -> User {
    if user.role == Role::Admin {
        user.inboxes = all.to_vec();
    }
    user
}

/// What makes tokens and cookies.
#[derive(Debug)]
pub struct SessionTokens {
    /// Makes tokens.
    pub issuer: TokenIssuer,
    secure: bool,
}

impl SessionTokens {
    /// From the parameters.
    pub fn from_app(app: &App) -> Result<Self> {
        let issuer = TokenIssuer::new(&app.parameters.session_seed()?)?;
        let urls = app.parameters.urls()?;
        let secure = urls.public.first().is_some_and(|url| url.starts_with("https://"));
        Ok(Self { issuer, secure })
    }

    /// The answer to a person who is signed in: access token, and the refresh token of this generation.
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
                username: user.username.clone(),
                display_name: user.display_name.clone(),
                role: user.role,
            },
        };
        let token = self.issuer.refresh_token(session, generation);
        Ok(Response::json(200, &body)?.with_cookie(self.cookie(&token, SESSION_TTL.as_secs())))
    }

    /// The cookie of a refresh token; with an age of nothing it is forgotten.
    pub fn cookie(&self, token: &str, max_age: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{COOKIE}={token}; Path=/api/session; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}"
        )
    }

    /// Session and generation of the request's cookie.
    pub fn parse_cookie(&self, request: &Request) -> Option<(String, u64)> {
        self.issuer.parse_refresh_token(request.cookie(COOKIE)?)
    }
}
