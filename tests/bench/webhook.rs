//! Twilio's webhook for an inbound SMS, with the parameters that Twilio sends, signed.

use local::Settings;
use local::twilio::signature::sign;

/// From how many phones the load comes.
pub const SENDERS: usize = 200;

/// Whole requests for the program at `url`, the `n`th carrying the `n`th text.
#[derive(Clone)]
pub struct Webhooks {
    url: String,
    host: String,
    settings: Settings,
}

impl Webhooks {
    /// For the program at `url`.
    pub fn to(url: &str) -> Self {
        let host = url.trim_start_matches("http://").to_owned();
        Self { url: format!("{url}/twilio/messages"), host, settings: Settings::published() }
    }

    /// The number that the `n`th text comes from.
    pub fn sender(n: usize) -> String {
        format!("+1206{}", 5_550_000 + n % SENDERS)
    }

    /// The `n`th text.
    pub fn text(n: usize) -> String {
        format!("load message {n} with a usual length of text")
    }

    /// The number in a text.
    pub fn read(text: &str) -> Option<usize> {
        text.strip_prefix("load message ")?.split(' ').next()?.parse().ok()
    }

    /// The `n`th request as it goes over the wire.
    pub fn request(&self, n: usize) -> Vec<u8> {
        let sid = format!("SM{n:032x}");
        let (from, body) = (Self::sender(n), Self::text(n));
        let fields = [
            ("ToCountry", "US"),
            ("ToState", "WA"),
            ("SmsMessageSid", &sid),
            ("NumMedia", "0"),
            ("ToCity", "SEATTLE"),
            ("FromZip", "98101"),
            ("SmsSid", &sid),
            ("FromState", "WA"),
            ("SmsStatus", "received"),
            ("FromCity", "SEATTLE"),
            ("Body", &body),
            ("FromCountry", "US"),
            ("To", &self.settings.number),
            ("ToZip", "98101"),
            ("NumSegments", "1"),
            ("MessageSid", &sid),
            ("AccountSid", &self.settings.account_sid),
            ("From", &from),
            ("ApiVersion", "2010-04-01"),
        ];
        let form: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let signature = sign(&self.settings.auth_token, &self.url, &form);
        let encode = |text: &str| text.replace('+', "%2B").replace(' ', "+");
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let body = body.join("&");
        format!(
            "POST /twilio/messages HTTP/1.1\r\nhost: {}\r\ncontent-type: \
             application/x-www-form-urlencoded; charset=UTF-8\r\nx-twilio-signature: \
             {signature}\r\nuser-agent: TwilioProxy/1.1\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
        .into_bytes()
    }
}
