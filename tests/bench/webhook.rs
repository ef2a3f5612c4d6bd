//! Signed webhooks of inbound SMS with all parameters that Twilio sends.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use local::Settings;
use serde_json::{Value, json};
use twilio_simulator::signature::sign;

/// The number of customers.
pub const CUSTOMERS: usize = 200;

/// Creates HTTP requests with numbered texts.
#[derive(Clone)]
pub struct WebhookFactory {
    url: String,
    host: String,
    settings: Settings,
}

impl WebhookFactory {
    /// Creates a factory for the program at `url`.
    pub fn new(url: &str) -> Self {
        let host = url.trim_start_matches("http://").to_owned();
        Self {
            url: format!("{url}/twilio/messages"),
            host,
            settings: Settings::published().unwrap(),
        }
    }

    /// Returns the number from which the `n`th text comes.
    pub fn customer_number(n: usize) -> String {
        format!("+1206{}", 5_550_000 + n % CUSTOMERS)
    }

    /// Returns the `n`th text.
    pub fn text(n: usize) -> String {
        format!("load message {n} with a usual length of text")
    }

    /// Returns the number in a text.
    pub fn parse_text(text: &str) -> Option<usize> {
        text.strip_prefix("load message ")?.split(' ').next()?.parse().ok()
    }

    /// Returns the HTTP request with the `n`th text.
    pub fn text_request(&self, n: usize) -> Vec<u8> {
        self.text_request_with(n, &Self::text(n), &self.settings.senders.number)
    }

    /// Returns the `n`th request with another text and recipient.
    pub fn text_request_with(&self, n: usize, body: &str, to: &str) -> Vec<u8> {
        let sid = format!("SM{n:032x}");
        let from = Self::customer_number(n);
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
            ("Body", body),
            ("FromCountry", "US"),
            ("To", to),
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
        let content_type = "application/x-www-form-urlencoded; charset=UTF-8";
        self.signed_request("/twilio/messages", content_type, &signature, &body.join("&"))
    }

    /// Returns the HTTP request with a batch of one Twilio event for the `n`th text.
    pub fn event_request(&self, n: usize, event_type: &str, mut data: Value) -> Vec<u8> {
        let sid = format!("SM{n:032x}");
        let name = format!("com.twilio.messaging.{event_type}");
        let account = &self.settings.account_sid;
        data["accountSid"] = account.as_str().into();
        data["messageSid"] = sid.as_str().into();
        data["eventName"] = name.as_str().into();
        data["timestamp"] = "2026-01-02T03:04:05Z".into();
        let event = json!([{
            "specversion": "1.0", "type": name, "id": format!("EZ{n:032x}"),
            "source": format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json"),
            "datacontenttype": "application/json", "time": "2026-01-02T03:04:05Z", "data": data,
        }]);
        let body = event.to_string();
        let hash = HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
        let url = self.url.replace("/twilio/messages", "/twilio/events");
        let signature = sign(&self.settings.auth_token, &format!("{url}?bodySHA256={hash}"), &[]);
        let target = format!("/twilio/events?bodySHA256={hash}");
        self.signed_request(&target, "application/json", &signature, &body)
    }

    fn signed_request(
        &self,
        target: &str,
        content_type: &str,
        signature: &str,
        body: &str,
    ) -> Vec<u8> {
        format!(
            "POST {target} HTTP/1.1\r\nhost: {}\r\ncontent-type: {content_type}\r\nx-twilio-signature: \
             {signature}\r\nuser-agent: TwilioProxy/1.1\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
        .into_bytes()
    }
}
