//! `POST /api/session` starts a session for a name and password, or for a one-time link.

use std::time::Duration;

use serde::Deserialize;
use shared::config::{FirstAdmin, Parameter};
use shared::error::{Error, Result};
use shared::inbox_name::InboxName;
use shared::lambda::{Request, Response, Setup};
use shared::localized;
use shared::secret::Secret;
use shared::session::{Role, hash_password, password_matches};
use shared::store::User;
use shared::username::Username;
use utoipa::ToSchema;

use super::tokens::{Session, SessionTokens, with_current_inboxes};
use crate::app::{App, Build, Cx, Needs, public};
use crate::senders::directory::SenderDirectory;

/// The window of the rate limits.
const RATE_LIMIT_WINDOW: Duration = Duration::from_mins(5);

/// The attempts per name and address in a window.
const MAX_ATTEMPTS_PER_NAME_AND_ADDRESS: u64 = 10;

/// The attempts per name in a window, from all addresses. High, so that strangers cannot easily lock out a user.
const MAX_ATTEMPTS_PER_NAME: u64 = 500;

/// The attempts per address in a window.
const MAX_ATTEMPTS_PER_ADDRESS: u64 = 50;

/// A hash that no password matches, so that an unknown name takes as long as a wrong password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The credentials: a username and password, or the token of a sign-in link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The sign-in name.
    #[serde(default)]
    username: Option<String>,
    /// The password.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    /// The token of a one-time sign-in link, instead of a username and password.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    link_token: Option<Secret>,
}

/// The session tokens, the first admin's credentials and the inboxes of all senders.
#[derive(Debug)]
pub struct SignInState {
    tokens: SessionTokens,
    first_admin: FirstAdmin,
    inboxes: Vec<InboxName>,
}

impl SignInState {
    fn from_app(app: &App) -> Result<Self> {
        let inboxes = SenderDirectory::from_app(app)?.inboxes();
        Ok(Self {
            tokens: SessionTokens::from_app(app)?,
            first_admin: app.parameters.first_admin()?,
            inboxes,
        })
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Session, Parameter::Urls, Parameter::Admin, Parameter::Senders];
    public(setup, Needs::parameters(PARAMETERS), SignInState::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/session", operation_id = "sign-in", request_body = SignIn,
    responses((status = 200, body = Session)),
)]
pub(crate) async fn handle(
    Cx { app, state, .. }: Cx<SignInState>,
    request: Request,
) -> Result<Response> {
    let requested: SignIn = request.json()?;
    let user = match (requested.username, requested.password, requested.link_token) {
        (Some(username), Some(password), None) => {
            with_password(&app, &state, &request, &username, password).await?
        }
        (None, None, Some(link_token)) => with_link(&app, &state, &request, &link_token).await?,
        _ => {
            return Err(Error::Unprocessable(localized::session::no_proof()));
        }
    };
    let user = with_current_inboxes(user, &state.inboxes);
    let session = format!("{:032x}", app.ids.random());
    app.store.create_session(&session, &user.username).await?;
    tracing::info!(user.role = ?user.role, "User signed in");
    state.tokens.session_response(&app, &user, &session, 1)
}

async fn with_password(
    app: &App,
    state: &SignInState,
    request: &Request,
    username: &str,
    password: Secret,
) -> Result<User> {
    let wrong_credentials = || Error::Unauthenticated(localized::session::wrong_password());
    let username = Username::parse(username).ok_or_else(wrong_credentials)?;
    let address = request.source_ip();
    check_rate_limit(app, &format!("name#{username}#{address}"), MAX_ATTEMPTS_PER_NAME_AND_ADDRESS)
        .await?;
    check_rate_limit(app, &format!("address#{address}"), MAX_ATTEMPTS_PER_ADDRESS).await?;
    check_rate_limit(app, &format!("name#{username}"), MAX_ATTEMPTS_PER_NAME).await?;
    let known = app.store.get_user(&username).await?;
    let hash = known.as_ref().map_or_else(|| DUMMY_HASH.to_owned(), |user| user.password.clone());
    let is_first_admin = known.is_none() && username == state.first_admin.username;
    let expected = state.first_admin.password.clone();
    let submitted = password.clone();
    // Hashing takes tens of milliseconds of CPU time, which would block the async runtime.
    let matches = tokio::task::spawn_blocking(move || {
        let by_hash = password_matches(&submitted, &hash);
        by_hash || (is_first_admin && constant_time_eq(submitted.expose(), expected.expose()))
    });
    if !matches.await.map_err(Error::internal)? {
        return Err(wrong_credentials());
    }
    match known {
        Some(user) => Ok(user),
        None => create_first_admin(app, state, username, &password).await,
    }
}

fn constant_time_eq(given: &str, expected: &str) -> bool {
    use subtle::ConstantTimeEq;
    !expected.is_empty() && given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// Creates the first admin at the first sign-in. After that, only the user in the table is used.
async fn create_first_admin(
    app: &App,
    state: &SignInState,
    username: Username,
    password: &Secret,
) -> Result<User> {
    let user = User {
        display_name: state.first_admin.username.to_string(),
        role: Role::Admin,
        inboxes: state.inboxes.clone(),
        password: hash_password(password, app.ids.random())?,
        username,
    };
    app.store.insert_user(&user).await?;
    app.store
        .get_user(&user.username)
        .await?
        .ok_or_else(|| Error::internal("the user was not found after it was inserted"))
}

async fn with_link(
    app: &App,
    state: &SignInState,
    request: &Request,
    link_token: &Secret,
) -> Result<User> {
    check_rate_limit(app, &format!("address#{}", request.source_ip()), MAX_ATTEMPTS_PER_ADDRESS)
        .await?;
    let link_expired = || Error::Unauthenticated(localized::session::link_used());
    let username =
        app.store.consume_sign_in_link(link_token.expose()).await?.ok_or_else(link_expired)?;
    match app.store.get_user(&username).await? {
        Some(user) => Ok(user),
        None if username == state.first_admin.username => {
            let password = state.first_admin.password.clone();
            create_first_admin(app, state, username, &password).await
        }
        None => Err(link_expired()),
    }
}

async fn check_rate_limit(app: &App, subject: &str, limit: u64) -> Result<()> {
    let key = format!("sign-in#{subject}");
    if app.store.increment_rate(&key, RATE_LIMIT_WINDOW).await? > limit {
        return Err(Error::RateLimited {
            texts: vec![localized::session::too_many_tries()],
            retry_after: RATE_LIMIT_WINDOW.as_secs(),
        });
    }
    Ok(())
}
