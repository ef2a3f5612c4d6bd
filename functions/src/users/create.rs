//! `POST /api/users`: one more person who may sign in. Only an admin may.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::secret::Secret;
use shared::sentences;
use shared::session::{Role, hash_password};
use shared::store::User;
use utoipa::ToSchema;

use super::fold_username;
use crate::app::{App, Build, nothing, people};
use crate::conversations::update::clean_name;

/// The shortest password, characters.
const SHORTEST_PASSWORD: usize = 10;

/// The longest password, bytes.
const LONGEST_PASSWORD: usize = 512;

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
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    post, path = "/api/users", operation_id = "create-user", request_body = CreateUser,
    responses((status = 201, body = UserView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.must_be_admin()?;
    let wanted: CreateUser = request.json()?;
    let username = fold_username(&wanted.username)?;
    let length = wanted.password.expose().chars().count();
    if length < SHORTEST_PASSWORD || wanted.password.expose().len() > LONGEST_PASSWORD {
        return Err(Error::Refused(sentences::user::password_length()));
    }
    let display_name = clean_name(wanted.display_name.as_deref())?;
    let (password, salt) = (wanted.password, app.ids.random());
    let hash = tokio::task::spawn_blocking(move || hash_password(&password, salt));
    let user = User {
        display_name: display_name.unwrap_or_else(|| username.clone()),
        role: wanted.role,
        inboxes: caller.inboxes().to_vec(),
        password: hash.await.map_err(Error::failed)??,
        username,
    };
    if !app.store.add_user(&user).await? {
        return Err(Error::conflict(sentences::user::name_taken()));
    }
    let User { username, display_name, role, .. } = user;
    Response::json(201, &UserView { username, display_name, role })
}
