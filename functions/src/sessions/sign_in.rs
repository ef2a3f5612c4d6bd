//! `POST /api/session`: a name and a password, or a one-time link, for a session.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use shared::config::{FirstAdmin, Parameter};
use shared::error::{Error, Result};
use shared::lambda::{Request, Response, Setup};
use shared::secret::Secret;
use shared::sentences;
use shared::session::{Role, hash_password, password_matches};
use shared::store::User;
use utoipa::ToSchema;

use super::{Keys, Session, all_inboxes, with_inboxes};
use crate::app::{App, Build, public};
use crate::users::fold_username;

/// How long tries are counted together.
const WINDOW: Duration = Duration::from_mins(5);

/// How many tries one name has in a window from one address.
const TRIES_OF_A_NAME: u64 = 10;

/// How many tries one name has in a window from everywhere: strangers must not lock somebody out too easily.
const TRIES_FROM_EVERYWHERE: u64 = 500;

/// How many tries one address has in a window.
const TRIES_OF_AN_ADDRESS: u64 = 50;

/// A hash that no password has: a wrong name takes as long as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Sign-in name.
    #[serde(default)]
    username: Option<String>,
    /// Password.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    /// A one-time link's token, in their stead.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    link: Option<Secret>,
}

/// Keys, and who may sign in first.
#[derive(Debug)]
pub struct Desk {
    keys: Keys,
    first: FirstAdmin,
    inboxes: Vec<String>,
}

impl Desk {
    fn open(app: &App) -> Result<Self> {
        let inboxes = all_inboxes(app)?;
        Ok(Self { keys: Keys::open(app)?, first: app.parameters.first_admin()?, inboxes })
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Session, Parameter::Urls, Parameter::Admin, Parameter::Senders];
    public(setup, PARAMETERS, Desk::open, handle)
}

#[utoipa::path(
    post, path = "/api/session", operation_id = "sign-in", request_body = SignIn,
    responses((status = 200, body = Session)),
)]
pub(crate) async fn handle(app: Arc<App>, desk: Arc<Desk>, request: Request) -> Result<Response> {
    let wanted: SignIn = request.json()?;
    let user = match (wanted.username, wanted.password, wanted.link) {
        (Some(username), Some(password), None) => {
            with_password(&app, &desk, &request, &username, password).await?
        }
        (None, None, Some(link)) => with_link(&app, &desk, &request, &link).await?,
        _ => {
            return Err(Error::Refused(sentences::session::no_proof()));
        }
    };
    let user = with_inboxes(user, &desk.inboxes);
    let session = format!("{:032x}", app.ids.random());
    app.store.begin_session(&session, &user.username).await?;
    tracing::info!(user.role = ?user.role, "Somebody signed in");
    desk.keys.signed_in(&app, &user, &session, 1)
}

async fn with_password(
    app: &App,
    desk: &Desk,
    request: &Request,
    username: &str,
    password: Secret,
) -> Result<User> {
    let wrong = || Error::SignedOut(sentences::session::wrong_password());
    let username = fold_username(username).map_err(|_| wrong())?;
    let address = request.source_ip();
    limited(app, &format!("name#{username}#{address}"), TRIES_OF_A_NAME).await?;
    limited(app, &format!("address#{address}"), TRIES_OF_AN_ADDRESS).await?;
    limited(app, &format!("name#{username}"), TRIES_FROM_EVERYWHERE).await?;
    let known = app.store.user(&username).await?;
    let hash = known.as_ref().map_or_else(|| NOBODY.to_owned(), |user| user.password.clone());
    let first = known.is_none() && username == fold_username(&desk.first.username)?;
    let expected = desk.first.password.clone();
    let given = password.clone();
    // Hashing takes tens of milliseconds of one core: not on the runtime's own thread.
    let matches = tokio::task::spawn_blocking(move || {
        let by_hash = password_matches(&given, &hash);
        by_hash || (first && same(given.expose(), expected.expose()))
    });
    if !matches.await.map_err(Error::failed)? {
        return Err(wrong());
    }
    match known {
        Some(user) => Ok(user),
        None => first_admin(app, desk, username, &password).await,
    }
}

fn same(one: &str, other: &str) -> bool {
    use subtle::ConstantTimeEq;
    !other.is_empty() && one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The first admin's row is made at the first sign-in; from then on the table alone counts.
async fn first_admin(app: &App, desk: &Desk, username: String, password: &Secret) -> Result<User> {
    let user = User {
        display_name: desk.first.username.clone(),
        role: Role::Admin,
        inboxes: desk.inboxes.clone(),
        password: hash_password(password, app.ids.random())?,
        username,
    };
    app.store.add_user(&user).await?;
    app.store.user(&user.username).await?.ok_or_else(|| Error::failed("a user just added"))
}

async fn with_link(app: &App, desk: &Desk, request: &Request, link: &Secret) -> Result<User> {
    limited(app, &format!("address#{}", request.source_ip()), TRIES_OF_AN_ADDRESS).await?;
    let ended = || Error::SignedOut(sentences::session::link_used());
    let username = app.store.take_link(link.expose()).await?.ok_or_else(ended)?;
    match app.store.user(&username).await? {
        Some(user) => Ok(user),
        None if username == fold_username(&desk.first.username)? => {
            let password = desk.first.password.clone();
            first_admin(app, desk, username, &password).await
        }
        None => Err(ended()),
    }
}

async fn limited(app: &App, what: &str, most: u64) -> Result<()> {
    let what = format!("sign-in#{what}");
    if app.store.count(&what, WINDOW).await? > most {
        return Err(Error::TooMany {
            sentences: vec![sentences::session::too_many_tries()],
            retry_after: WINDOW.as_secs(),
        });
    }
    Ok(())
}
