//! `POST /api/users` creates a user. Admins only.

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

/// The minimum length of a password, in characters.
const MIN_PASSWORD_CHARS: usize = 10;

/// The maximum length of a password, in bytes.
const MAX_PASSWORD_BYTES: usize = 512;

/// The user to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The sign-in name.
    username: String,
    /// The password: at least 10 characters and at most 512 bytes.
    #[schema(value_type = String)]
    password: Secret,
    /// The display name. Defaults to the sign-in name.
    #[serde(default)]
    display_name: Option<String>,
    /// The role.
    role: Role,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// The sign-in name.
    username: String,
    /// The display name.
    display_name: String,
    /// The role.
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
