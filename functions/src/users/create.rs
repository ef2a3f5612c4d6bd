//! `POST /api/users`: one more person who may sign in. Only an admin may.

use serde::{Deserialize, Serialize};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::secret::Secret;
use shared::session::{Role, hash_password};
use shared::store::User;
use shared::username::Username;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::conversations::name::clean_name;

/// The shortest password, characters.
const MIN_PASSWORD_CHARS: usize = 10;

/// The longest password, bytes.
const MAX_PASSWORD_BYTES: usize = 512;

/// The new person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// Sign-in name.
    username: String,
    /// Ten characters or more.
    #[schema(value_type = String)]
    password: Secret,
    /// Name for display; the sign-in name if absent.
    #[serde(default)]
    display_name: Option<String>,
    /// What the person may do.
    role: Role,
}

/// A person who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// Sign-in name.
    username: String,
    /// Name for display.
    display_name: String,
    /// What the person may do.
    role: Role,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    post, path = "/api/users", operation_id = "create-user", request_body = CreateUser,
    responses((status = 201, body = UserView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    let requested: CreateUser = request.json()?;
    let username = Username::parse(&requested.username)
        .ok_or_else(|| Error::Unprocessable(localized::user::name_unusable()))?;
    let length = requested.password.expose().chars().count();
    if length < MIN_PASSWORD_CHARS || requested.password.expose().len() > MAX_PASSWORD_BYTES {
        return Err(Error::Unprocessable(localized::user::password_length()));
    }
    let display_name = clean_name(requested.display_name.as_deref())?;
    let (password, salt) = (requested.password, app.ids.random());
    let hash = tokio::task::spawn_blocking(move || hash_password(&password, salt));
    let user = User {
        display_name: display_name.unwrap_or_else(|| username.to_string()),
        role: requested.role,
        inboxes: caller.inboxes().to_vec(),
        password: hash.await.map_err(Error::internal)??,
        username,
    };
    if !app.store.insert_user(&user).await? {
        return Err(Error::conflict(localized::user::name_taken()));
    }
    let User { username, display_name, role, .. } = user;
    Response::json(201, &UserView { username: username.into(), display_name, role })
}
