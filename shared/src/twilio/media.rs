//! Fetching of inbound media from Twilio, with checks of the host and the size.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use reqwest::header::{CONTENT_DISPOSITION, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use url::{Host, Url};

use super::client::{Client, http_client};
use super::product::Product;
use crate::fault::Fault;
use crate::media::MediaError;
use crate::media::file_name::sanitize_file_name;
use crate::media::file_type::HEAD_LEN;

/// The maximum size of a file, in bytes. Only on Messenger does Twilio allow larger files.
pub const MAX_MEDIA_BYTES: u64 = 16 * 1024 * 1024;

/// The timeout until the first bytes are received. The rest is streamed.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// The maximum number of redirects.
const MAX_REDIRECTS: usize = 3;

/// Twilio's media storage, which needs no credentials: subdomains, and one bucket by its path.
const STORAGE_DOMAIN: &str = ".twiliocdn.com";
const STORAGE_BUCKET: (&str, &str) = ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/");

/// A file that is being received. The first bytes are available; the rest is streamed.
pub struct MediaStream {
    /// The size of the file in bytes.
    pub length: u64,
    /// The first bytes, enough to detect the content type, or all bytes of a small file.
    pub prefix: Vec<u8>,
    /// The file name, if Twilio reports one.
    pub name: Option<String>,
    rest: Option<Response>,
}

/// Whether a stream ended before the whole file was received.
#[derive(Debug, Clone, Default)]
pub struct StreamInterrupted(Arc<AtomicBool>);

impl StreamInterrupted {
    /// Returns the error if the stream was interrupted.
    pub fn error(&self) -> Option<FetchError> {
        self.0.load(Ordering::Relaxed).then_some(INTERRUPTED)
    }
}

impl MediaStream {
    /// Returns a stream of all bytes, including the first ones. It ends with an error if it is interrupted.
    pub fn into_stream(self) -> (BoxStream<'static, io::Result<Vec<u8>>>, StreamInterrupted) {
        let interruption = StreamInterrupted::default();
        let flag = interruption.clone();
        let first = stream::iter([Ok(self.prefix)]);
        let rest = stream::unfold((self.rest, flag), async |(rest, flag)| {
            let mut rest = rest?;
            if let Ok(chunk) = rest.chunk().await {
                return chunk.map(|chunk| (Ok(chunk.to_vec()), (Some(rest), flag)));
            }
            flag.0.store(true, Ordering::Relaxed);
            Some((Err(io::ErrorKind::UnexpectedEof.into()), (None, flag)))
        });
        (first.chain(rest).boxed(), interruption)
    }
}

/// The error of fetching a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchError {
    /// The reason that the user sees.
    pub error: MediaError,
    /// Whether another attempt may succeed.
    pub transient: bool,
}

const FORBIDDEN: FetchError = FetchError { error: MediaError::ForbiddenAddress, transient: false };
const TOO_LARGE: FetchError = FetchError { error: MediaError::TooLarge, transient: false };
const NOT_FOUND: FetchError = FetchError { error: MediaError::NotFound, transient: true };
const UNREACHABLE: FetchError = FetchError { error: MediaError::Unreachable, transient: true };
const INTERRUPTED: FetchError = FetchError { error: MediaError::Interrupted, transient: true };

impl Client {
    /// Starts to fetch a file from the URL in a webhook. The fault point is `twilio.media`.
    pub async fn fetch_media(&self, source: &str) -> Result<MediaStream, FetchError> {
        let first = self.parse_own_url(source).ok_or(FORBIDDEN)?;
        let fault = self.options.faults.check("twilio.media").await;
        if fault == Some(Fault::RefuseConnection) {
            return Err(UNREACHABLE);
        }
        let media = tokio::select! {
            media = self.follow_redirects(first) => media?,
            () = self.options.clock.sleep(TOTAL_TIMEOUT) => return Err(UNREACHABLE),
        };
        if fault == Some(Fault::DropResponse) {
            return Err(INTERRUPTED);
        }
        Ok(media)
    }

    /// Follows redirects. Only the first request has the credentials.
    async fn follow_redirects(&self, first: Url) -> Result<MediaStream, FetchError> {
        let http = self.http.get_or_try_init(async || http_client()).await;
        let http = http.map_err(|_| UNREACHABLE)?;
        let password = Some(self.options.password.expose());
        let mut request = http.get(first.clone()).basic_auth(&self.options.user, password);
        let mut current_url = first;
        for _ in 0..=MAX_REDIRECTS {
            let response = request.send().await.map_err(|_| UNREACHABLE)?;
            let status = response.status();
            if status.is_success() {
                return start_stream(response).await;
            }
            if !status.is_redirection() {
                let gone = matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
                return Err(if gone { NOT_FOUND } else { UNREACHABLE });
            }
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let next = location
                .and_then(|to| current_url.join(to).ok())
                .filter(|to| self.is_allowed_host(to));
            current_url = next.ok_or(FORBIDDEN)?;
            request = http.get(current_url.clone());
        }
        Err(FORBIDDEN)
    }

    /// Parses a URL and returns it if it belongs to our account at Twilio.
    fn parse_own_url(&self, source: &str) -> Option<Url> {
        let url = Url::parse(source).ok()?;
        let base = Url::parse(&self.account_url("")).ok()?;
        let without_credentials = url.username().is_empty() && url.password().is_none();
        let twilio = url.origin() == base.origin()
            || (is_twilio(&base) && url.origin().ascii_serialization() == "https://api.twilio.com");
        let safe = url.scheme() == "https" || is_loopback(&base);
        (without_credentials && twilio && safe && url.path().starts_with(base.path()))
            .then_some(url)
    }

    /// Returns whether redirects to `url` are allowed: to Twilio's storage, and of a simulator to itself.
    fn is_allowed_host(&self, url: &Url) -> bool {
        let Ok(base) = Url::parse(&self.options.urls.get(Product::Api)) else { return false };
        if is_loopback(&base) {
            return url.origin() == base.origin();
        }
        let host = url.host_str().unwrap_or_default();
        let known = host.ends_with(STORAGE_DOMAIN)
            || (host == STORAGE_BUCKET.0 && url.path().starts_with(STORAGE_BUCKET.1))
            || url.origin() == base.origin();
        url.scheme() == "https" && url.port().is_none() && known
    }
}

fn is_twilio(base: &Url) -> bool {
    base.scheme() == "https" && base.host_str().is_some_and(|host| host.ends_with(".twilio.com"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Reads the first bytes of the body.
///
/// A body without `Content-Length` is read completely, up to [`MAX_MEDIA_BYTES`].
async fn start_stream(mut response: Response) -> Result<MediaStream, FetchError> {
    let content_length = response.content_length();
    if content_length.is_some_and(|length| length > MAX_MEDIA_BYTES) {
        return Err(TOO_LARGE);
    }
    let name = file_name_from_headers(response.headers());
    let prefix_len = if content_length.is_some() { HEAD_LEN } else { usize::MAX };
    let mut prefix = Vec::new();
    while prefix.len() < prefix_len {
        let chunk = response.chunk().await.map_err(|_| INTERRUPTED)?;
        let Some(chunk) = chunk else {
            let length = length(&prefix);
            return Ok(MediaStream { length, prefix, name, rest: None });
        };
        prefix.extend_from_slice(&chunk);
        if length(&prefix) > MAX_MEDIA_BYTES {
            return Err(TOO_LARGE);
        }
    }
    Ok(MediaStream {
        length: content_length.unwrap_or_default(),
        prefix,
        name,
        rest: Some(response),
    })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Returns the `filename` of `Content-Disposition`.
fn file_name_from_headers(headers: &HeaderMap) -> Option<String> {
    let line = headers.get(CONTENT_DISPOSITION)?.to_str().ok()?;
    let (_, name) = line.split_once("filename=\"")?;
    let name = sanitize_file_name(name.split('"').next()?);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::fault::FaultPoints;
    use crate::secret::Secret;
    use crate::sid::AccountSid;
    use crate::twilio::client::ClientOptions;
    use crate::twilio::product::ProductUrls;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";

    fn client(base: &str) -> Client {
        Client::new(ClientOptions {
            urls: ProductUrls::parse(base).unwrap(),
            account: AccountSid::parse(ACCOUNT).unwrap(),
            user: ACCOUNT.to_owned(),
            password: Secret::new("x"),
            clock: Arc::new(SystemClock),
            faults: FaultPoints::default(),
        })
    }

    #[test]
    fn credentials_are_sent_only_to_our_own_account_at_twilio() {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1");
        let (twilio, local) =
            (client("https://api.twilio.com"), client("http://127.0.0.1:4000/{product}"));
        assert!(twilio.parse_own_url(&format!("https://api.twilio.com{path}")).is_some());
        assert!(local.parse_own_url(&format!("http://127.0.0.1:4000/api{path}")).is_some());
        for foreign in [
            format!("http://api.twilio.com{path}"),
            format!("https://api.twilio.com:444{path}"),
            format!("https://api.twilio.com.example.com{path}"),
            format!("https://api.twilio.com@example.com{path}"),
            format!("https://a:b@api.twilio.com{path}"),
            format!("https://169.254.169.254{path}"),
            format!("https://localhost{path}"),
            format!("file://api.twilio.com{path}"),
            "https://api.twilio.com/2010-04-01/Accounts/AC2/Messages/MM1/Media/ME1".to_owned(),
            format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/../AC2/x"),
            "no address".to_owned(),
        ] {
            assert_eq!(twilio.parse_own_url(&foreign), None, "{foreign}");
        }
        assert_eq!(local.parse_own_url(&format!("https://api.twilio.com{path}")), None);
        assert_eq!(local.parse_own_url(&format!("http://127.0.0.1:4001/api{path}")), None);
        assert_eq!(local.parse_own_url(&format!("http://127.0.0.1:4000/content{path}")), None);
    }

    #[test]
    fn redirects_are_followed_only_to_twilio_s_storage() {
        let (twilio, local) =
            (client("https://api.twilio.com"), client("http://127.0.0.1:4000/{product}"));
        let allowed = |client: &Client, to: &str| client.is_allowed_host(&Url::parse(to).unwrap());
        assert!(allowed(&twilio, "https://mms.twiliocdn.com/a/b"));
        assert!(allowed(&twilio, "https://s3-external-1.amazonaws.com/media.twiliocdn.com/a/b"));
        assert!(allowed(&local, "http://127.0.0.1:4000/a"));
        for elsewhere in [
            "http://mms.twiliocdn.com/a",
            "https://mms.twiliocdn.com:8443/a",
            "https://twiliocdn.com.example.com/a",
            "https://s3-external-1.amazonaws.com/other/a",
            "https://10.0.0.1/a",
            "https://[::1]/a",
            "http://169.254.169.254/latest/meta-data",
        ] {
            assert!(!allowed(&twilio, elsewhere) && !allowed(&local, elsewhere), "{elsewhere}");
        }
    }
}
