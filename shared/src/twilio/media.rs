//! What came with a message, read from Twilio: only from where Twilio keeps it, and never more than we take.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use reqwest::header::{CONTENT_DISPOSITION, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use url::{Host, Url};

use super::client::{Client, connected};
use crate::fault::Fault;
use crate::media::MediaProblem;
use crate::media_type;

/// The most bytes that are taken; Twilio carries no more on any channel but Messenger.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// How long the beginning of one may take. The rest comes while it is passed on.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// How often it may lead elsewhere.
const MOST_REDIRECTS: usize = 3;

/// Twilio's stores of media, which need no credentials: what ends so, and one bucket by its path.
const STORES: &str = ".twiliocdn.com";
const BUCKET: (&str, &str) = ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/");

/// What is being read: its beginning is here, the rest comes as it is asked for.
pub struct Arriving {
    /// How many bytes it has.
    pub length: u64,
    /// The first of them: enough to tell what it is, or all.
    pub beginning: Vec<u8>,
    /// The file's name, where Twilio knows one.
    pub name: Option<String>,
    rest: Option<Response>,
}

/// Whether what was read ended before its end.
#[derive(Debug, Clone, Default)]
pub struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Whether it happened, and what people are told then.
    pub fn happened(&self) -> Option<NotFetched> {
        self.0.load(Ordering::Relaxed).then_some(INTERRUPTED)
    }
}

impl Arriving {
    /// All its bytes, the beginning too, piece by piece; an error if they end before their end.
    pub fn pieces(self) -> (BoxStream<'static, io::Result<Vec<u8>>>, Interruption) {
        let interruption = Interruption::default();
        let seen = interruption.clone();
        let first = stream::iter([Ok(self.beginning)]);
        let rest = stream::unfold((self.rest, seen), async |(rest, seen)| {
            let mut rest = rest?;
            if let Ok(chunk) = rest.chunk().await {
                return chunk.map(|chunk| (Ok(chunk.to_vec()), (Some(rest), seen)));
            }
            seen.0.store(true, Ordering::Relaxed);
            Some((Err(io::ErrorKind::UnexpectedEof.into()), (None, seen)))
        });
        (first.chain(rest).boxed(), interruption)
    }
}

/// Why it was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFetched {
    /// What people are told.
    pub problem: MediaProblem,
    /// Whether it may go well another time.
    pub passing: bool,
}

const FORBIDDEN: NotFetched =
    NotFetched { problem: MediaProblem::ForbiddenAddress, passing: false };
const TOO_LARGE: NotFetched = NotFetched { problem: MediaProblem::TooLarge, passing: false };
const NOT_FOUND: NotFetched = NotFetched { problem: MediaProblem::NotFound, passing: true };
const UNREACHABLE: NotFetched = NotFetched { problem: MediaProblem::Unreachable, passing: true };
const INTERRUPTED: NotFetched = NotFetched { problem: MediaProblem::Interrupted, passing: true };

impl Client {
    /// Begins to read what a webhook gave the address of. The fault point is `twilio.media`.
    pub async fn fetch_media(&self, source: &str) -> Result<Arriving, NotFetched> {
        let first = self.own_media(source).ok_or(FORBIDDEN)?;
        let fault = self.options.faults.pass("twilio.media").await;
        if fault == Some(Fault::Refuse) {
            return Err(UNREACHABLE);
        }
        let fetched = tokio::select! {
            fetched = self.followed(first) => fetched?,
            () = self.options.clock.sleep(TOTAL_TIMEOUT) => return Err(UNREACHABLE),
        };
        if fault == Some(Fault::LoseAnswer) {
            return Err(INTERRUPTED);
        }
        Ok(fetched)
    }

    /// The credentials go to the first address only.
    async fn followed(&self, first: Url) -> Result<Arriving, NotFetched> {
        let http = self.http.get_or_try_init(async || connected()).await;
        let http = http.map_err(|_| UNREACHABLE)?;
        let password = Some(self.options.password.expose());
        let mut request = http.get(first.clone()).basic_auth(&self.options.user, password);
        let mut here = first;
        for _ in 0..=MOST_REDIRECTS {
            let answer = request.send().await.map_err(|_| UNREACHABLE)?;
            let status = answer.status();
            if status.is_success() {
                return read(answer).await;
            }
            if !status.is_redirection() {
                let gone = matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
                return Err(if gone { NOT_FOUND } else { UNREACHABLE });
            }
            let location = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let next = location.and_then(|to| here.join(to).ok()).filter(|to| self.store(to));
            here = next.ok_or(FORBIDDEN)?;
            request = http.get(here.clone());
        }
        Err(FORBIDDEN)
    }

    /// An address of our account's at Twilio.
    fn own_media(&self, source: &str) -> Option<Url> {
        let url = Url::parse(source).ok()?;
        let base = Url::parse(&self.options.base).ok()?;
        let own = format!("/2010-04-01/Accounts/{}/", self.options.account);
        let plain = url.username().is_empty() && url.password().is_none();
        let twilio = url.origin() == base.origin()
            || (is_twilio(&base) && url.origin().ascii_serialization() == "https://api.twilio.com");
        let safe = url.scheme() == "https" || is_loopback(&base);
        (plain && twilio && safe && url.path().starts_with(&own)).then_some(url)
    }

    /// Whether Twilio may lead us to `url`: to its stores, or, of a simulator, to itself.
    fn store(&self, url: &Url) -> bool {
        let Ok(base) = Url::parse(&self.options.base) else { return false };
        if is_loopback(&base) {
            return url.origin() == base.origin();
        }
        let host = url.host_str().unwrap_or_default();
        let known = host.ends_with(STORES)
            || (host == BUCKET.0 && url.path().starts_with(BUCKET.1))
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

/// The beginning of the body. Of one that does not tell its length, all: it is given up as soon as it is too much.
async fn read(mut answer: Response) -> Result<Arriving, NotFetched> {
    let told = answer.content_length();
    if told.is_some_and(|length| length > LARGEST) {
        return Err(TOO_LARGE);
    }
    let name = name_in(answer.headers());
    let enough = if told.is_some() { media_type::ENOUGH } else { usize::MAX };
    let mut beginning = Vec::new();
    while beginning.len() < enough {
        let chunk = answer.chunk().await.map_err(|_| INTERRUPTED)?;
        let Some(chunk) = chunk else {
            let length = length(&beginning);
            return Ok(Arriving { length, beginning, name, rest: None });
        };
        beginning.extend_from_slice(&chunk);
        if length(&beginning) > LARGEST {
            return Err(TOO_LARGE);
        }
    }
    Ok(Arriving { length: told.unwrap_or_default(), beginning, name, rest: Some(answer) })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The plain name in `Content-Disposition`.
fn name_in(headers: &HeaderMap) -> Option<String> {
    let line = headers.get(CONTENT_DISPOSITION)?.to_str().ok()?;
    let (_, name) = line.split_once("filename=\"")?;
    let name = media_type::file_name(name.split('"').next()?);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::fault::Faults;
    use crate::secret::Secret;
    use crate::sid::AccountSid;
    use crate::twilio::client::ClientOptions;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";

    fn client(base: &str) -> Client {
        Client::new(ClientOptions {
            base: base.to_owned(),
            account: AccountSid::parse(ACCOUNT).unwrap(),
            user: ACCOUNT.to_owned(),
            password: Secret::new("x"),
            clock: Arc::new(SystemClock),
            faults: Faults::default(),
        })
    }

    #[test]
    fn credentials_go_to_our_own_account_at_twilio_and_nowhere_else() {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1");
        let (twilio, local) = (client("https://api.twilio.com"), client("http://127.0.0.1:4000"));
        assert!(twilio.own_media(&format!("https://api.twilio.com{path}")).is_some());
        assert!(local.own_media(&format!("http://127.0.0.1:4000{path}")).is_some());
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
            assert_eq!(twilio.own_media(&foreign), None, "{foreign}");
        }
        assert_eq!(local.own_media(&format!("https://api.twilio.com{path}")), None);
        assert_eq!(local.own_media(&format!("http://127.0.0.1:4001{path}")), None);
    }

    #[test]
    fn twilio_may_lead_to_its_stores_only() {
        let (twilio, local) = (client("https://api.twilio.com"), client("http://127.0.0.1:4000"));
        let may = |client: &Client, to: &str| client.store(&Url::parse(to).unwrap());
        assert!(may(&twilio, "https://mms.twiliocdn.com/a/b"));
        assert!(may(&twilio, "https://s3-external-1.amazonaws.com/media.twiliocdn.com/a/b"));
        assert!(may(&local, "http://127.0.0.1:4000/a"));
        for elsewhere in [
            "http://mms.twiliocdn.com/a",
            "https://mms.twiliocdn.com:8443/a",
            "https://twiliocdn.com.example.com/a",
            "https://s3-external-1.amazonaws.com/other/a",
            "https://10.0.0.1/a",
            "https://[::1]/a",
            "http://169.254.169.254/latest/meta-data",
        ] {
            assert!(!may(&twilio, elsewhere) && !may(&local, elsewhere), "{elsewhere}");
        }
    }
}
