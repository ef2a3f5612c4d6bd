//! What Twilio posts, signed by the tests themselves.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use reqwest::{Method, Url};

use super::{Answer, Desk, OURS, fresh};

/// A form's parameters.
pub type Form = Vec<(String, String)>;

/// A request of Twilio's in the making.
pub struct Webhook<'a> {
    desk: &'a Desk,
    target: String,
    body: Vec<u8>,
    signature: Option<String>,
    settings: Option<String>,
    content_type: &'static str,
}

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

impl<'a> Webhook<'a> {
    /// A form that is posted to `target`, a path with or without a query, signed for the desk's own address.
    pub fn form(desk: &'a Desk, target: &str, form: &[(String, String)]) -> Self {
        let token = &desk.system().settings().auth_token;
        let signature = sign(token, &desk.url(target), form);
        Self {
            desk,
            target: target.to_owned(),
            body: encoded(form).into_bytes(),
            signature: Some(signature),
            settings: None,
            content_type: FORM,
        }
    }

    /// Events, as Event Streams post them.
    pub fn events(desk: &'a Desk, events: &serde_json::Value) -> Self {
        Self::json(desk, "/twilio/events", &events.to_string())
    }

    /// A JSON body that is posted to `path`, signed by its hash.
    pub fn json(desk: &'a Desk, path: &str, body: &str) -> Self {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let target = format!("{path}?bodySHA256={}", data_encoding::HEXLOWER.encode(hash.as_ref()));
        let webhook = Self::form(desk, &target, &[]).body(body);
        Self { content_type: "application/json", ..webhook }
    }

    /// A customer's text to our number.
    pub fn text(desk: &'a Desk, sid: &str, from: &str, body: &str) -> Self {
        Self::form(desk, "/twilio/messages", &text(desk, sid, from, body))
    }

    /// News of a message of ours.
    pub fn delivery(desk: &'a Desk, message: &serde_json::Value, status: &str) -> Self {
        let part = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        let (conversation, id) = (part("conversation_id"), part("message_id"));
        let form = params(&[
            ("MessageSid", &part("sid")),
            ("AccountSid", &desk.system().settings().account_sid),
            ("From", OURS),
            ("To", &part("mobile_number")),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("ApiVersion", "2010-04-01"),
        ]);
        Self::form(desk, &format!("/twilio/deliveries/{conversation}/{id}"), &form)
    }

    /// With this body, whatever it is, under the signature that was made before.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this signature, or none.
    pub fn signature(mut self, signature: Option<&str>) -> Self {
        self.signature = signature.map(str::to_owned);
        self
    }

    /// With `X-Twilio-Webhooks-Signature-Settings`.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings = Some(settings.to_owned());
        self
    }

    /// Posts it.
    pub async fn send(self) -> Answer {
        let mut call = self.desk.call(Method::POST, &self.target);
        call = call.header("user-agent", "TwilioProxy/1.1");
        if let Some(signature) = &self.signature {
            call = call.header("x-twilio-signature", signature);
        }
        if let Some(settings) = &self.settings {
            call = call.header("x-twilio-webhooks-signature-settings", settings);
        }
        call.body(self.content_type, self.body).send_unchecked().await
    }
}

/// The parameters of a customer's text to our number.
pub fn text(desk: &Desk, sid: &str, from: &str, body: &str) -> Form {
    params(&[
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("SmsMessageSid", sid),
        ("AccountSid", &desk.system().settings().account_sid),
        ("From", from),
        ("To", &desk.system().settings().number),
        ("Body", body),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", ""),
    ])
}

/// Owned parameters.
pub fn params(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The same parameters with one of them another.
pub fn with(mut form: Form, name: &str, value: &str) -> Form {
    form.retain(|(known, _)| known != name);
    form.push((name.to_owned(), value.to_owned()));
    form
}

/// A SID that no other message has.
pub fn sid(kind: &str) -> String {
    format!("{kind}{:032x}", fresh())
}

/// The body of a form.
pub fn encoded(form: &[(String, String)]) -> String {
    let mut url = Url::parse("http://localhost/").unwrap();
    url.query_pairs_mut().extend_pairs(form);
    url.query().unwrap_or_default().to_owned()
}

/// Twilio's signature of a form: names by code point, under each its distinct values.
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut pairs: Vec<(&[u8], &[u8])> =
        form.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let signed = pairs.iter().flat_map(|(name, value)| [*name, *value]).collect::<Vec<_>>();
    sign_bytes(token, url, &signed.concat())
}

/// The signature of an address and what is appended to it.
pub fn sign_bytes(token: &str, url: &str, appended: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    BASE64.encode(hmac::sign(&key, &[url.as_bytes(), appended].concat()).as_ref())
}
