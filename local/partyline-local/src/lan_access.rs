//! Access for real phones on the network: a link with a key that works once, then a cookie.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use shared::ids::Ids;

use twilio_simulator::phones::PhoneApiError;

const COOKIE: &str = "partyline-phones";

/// The keys and cookies with which other machines use the phones.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct LanAccess {
    /// The base URL of this machine on the network.
    base: String,
    ids: Arc<dyn Ids>,
    keys: Arc<Mutex<Keys>>,
}

struct Keys {
    /// The key of the next link, which works once.
    next_key: String,
    /// The cookie value of all connected phones.
    cookie: String,
}

impl LanAccess {
    /// Creates the access control without connected phones.
    ///
    /// Links begin with `base`.
    pub fn new(base: String, ids: Arc<dyn Ids>) -> Self {
        let keys = Keys { next_key: new_secret(&*ids), cookie: new_secret(&*ids) };
        Self { base, ids, keys: Arc::new(Mutex::new(keys)) }
    }

    /// Returns the routes of the phones API and of the link.
    pub fn routes(&self, phones: Router) -> Router {
        let access = from_fn_with_state(self.clone(), require_access);
        Router::new()
            .nest_service("/phones/api", phones.layer(access))
            .route("/phones/open/{key}", get(open).with_state(self.clone()))
    }

    /// Returns the link for the next phone.
    pub fn link(&self) -> String {
        format!("{}/phones/open/{}", self.base, self.keys().next_key)
    }

    /// Returns the cookie if `key` is valid, and creates a new key.
    fn redeem_key(&self, key: &str) -> Option<String> {
        let mut keys = self.keys();
        if keys.next_key != key {
            return None;
        }
        keys.next_key = new_secret(&*self.ids);
        Some(keys.cookie.clone())
    }

    /// Returns whether `from` is an address of this machine.
    fn is_local(&self, from: IpAddr) -> bool {
        from.is_loopback() || self.base.starts_with(&format!("http://{from}:"))
    }

    fn has_access(&self, headers: &HeaderMap) -> bool {
        let expected = format!("{COOKIE}={}", self.keys().cookie);
        let cookies =
            headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|cookies| cookies.split(';')).any(|cookie| cookie.trim() == expected)
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_secret(ids: &dyn Ids) -> String {
    format!("{:032x}", ids.random())
}

/// Rejects requests from other machines without a valid cookie.
async fn require_access(
    State(lan_access): State<LanAccess>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if lan_access.is_local(from.ip()) || lan_access.has_access(request.headers()) {
        next.run(request).await
    } else {
        PhoneApiError::access_required().into_response()
    }
}

/// Handles `GET /phones/open/{key}`: sets the cookie and redirects to the phones.
async fn open(State(lan_access): State<LanAccess>, Path(key): Path<String>) -> Response {
    let Some(cookie) = lan_access.redeem_key(&key) else {
        return PhoneApiError::link_used().into_response();
    };
    tracing::info!(link = %lan_access.link(), "Phone connected. Link for the next phone:");
    let cookie = format!("{COOKIE}={cookie}; Path=/phones; HttpOnly; SameSite=Strict");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::LOCATION, "/phones");
    set(header::SET_COOKIE, &cookie);
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request as HttpRequest;
    use shared::ids::RandomIds;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(lan_access: &LanAccess, from: [u8; 4], cookie: &str) -> StatusCode {
        let router = Router::new()
            .route("/", get(|| async { "phones" }))
            .layer(from_fn_with_state(lan_access.clone(), require_access));
        let mut request =
            HttpRequest::get("/").header("cookie", cookie).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 1))));
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn another_machine_needs_a_key_and_each_key_works_once() {
        let lan_access = LanAccess::new("http://192.168.1.2:3000".to_owned(), Arc::new(RandomIds));
        assert_eq!(ask(&lan_access, [127, 0, 0, 1], "").await, 200);
        assert_eq!(ask(&lan_access, [192, 168, 1, 2], "").await, 200);
        assert_eq!(ask(&lan_access, [192, 168, 1, 9], "").await, 403);
        let link = lan_access.link();
        let key = link.strip_prefix("http://192.168.1.2:3000/phones/open/").unwrap().to_owned();
        let response = open(State(lan_access.clone()), Path(key.clone())).await;
        assert_eq!(
            (response.status(), &response.headers()["location"]),
            (StatusCode::SEE_OTHER, &HeaderValue::from_static("/phones"))
        );
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        let cookie = format!("a=b; {}", cookie.split(';').next().unwrap());
        assert_eq!(ask(&lan_access, [192, 168, 1, 9], &cookie).await, 200);
        assert_eq!(open(State(lan_access.clone()), Path(key)).await.status(), 403);
        assert_ne!(lan_access.link(), link);
    }
}
