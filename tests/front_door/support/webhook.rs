//! Webhooks of Twilio, signed by the tests.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use futures_util::future::join_all;
use reqwest::{Method, Url};

use super::{BUSINESS_NUMBER, TestResponse, TestSystem, next_id};

/// The parameters of a form.
pub type Form = Vec<(String, String)>;

/// A webhook that is being built.
pub struct Webhook<'a> {
    system: &'a TestSystem,
    target: String,
    body: Vec<u8>,
    signature: Option<String>,
    settings: Option<String>,
    content_type: &'static str,
}

const FORM_CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=UTF-8";

impl<'a> Webhook<'a> {
    /// Creates a signed form for `target`, a path with an optional query.
    pub fn form(system: &'a TestSystem, target: &str, form: &[(String, String)]) -> Self {
        let token = &system.inner().settings().auth_token;
        let signature = sign(token, &system.url(target), form);
        Self {
            system,
            target: target.to_owned(),
            body: encode_form(form).into_bytes(),
            signature: Some(signature),
            settings: None,
            content_type: FORM_CONTENT_TYPE,
        }
    }

    /// Creates a webhook with Twilio events.
    pub fn events(system: &'a TestSystem, events: &serde_json::Value) -> Self {
        Self::json(system, "/twilio/events", &events.to_string())
    }

    /// Creates a webhook with a JSON body that is signed by its hash.
    pub fn json(system: &'a TestSystem, path: &str, body: &str) -> Self {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let target = format!("{path}?bodySHA256={}", data_encoding::HEXLOWER.encode(hash.as_ref()));
        let webhook = Self::form(system, &target, &[]).body(body);
        Self { content_type: "application/json", ..webhook }
    }

    /// Creates the webhook of a customer's text to our number.
    pub fn inbound_text(system: &'a TestSystem, sid: &str, from: &str, body: &str) -> Self {
        Self::form(system, "/twilio/messages", &inbound_text_form(system, sid, from, body))
    }

    /// Creates a status callback of an outbound message.
    pub fn delivery(system: &'a TestSystem, message: &serde_json::Value, status: &str) -> Self {
        let field = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        let (conversation, id) = (field("conversation_id"), field("message_id"));
        let form = params(&[
            ("MessageSid", &field("sid")),
            ("AccountSid", &system.inner().settings().account_sid),
            ("From", BUSINESS_NUMBER),
            ("To", &field("mobile_number")),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("ApiVersion", "2010-04-01"),
        ]);
        Self::form(system, &format!("/twilio/deliveries/{conversation}/{id}"), &form)
    }

    /// Replaces the body and keeps the signature.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Replaces or removes the signature.
    pub fn signature(mut self, signature: Option<&str>) -> Self {
        self.signature = signature.map(str::to_owned);
        self
    }

    /// Sets `X-Twilio-Webhooks-Signature-Settings`.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings = Some(settings.to_owned());
        self
    }

    /// Posts the webhook.
    pub async fn send(self) -> TestResponse {
        let mut call = self.system.call(Method::POST, &self.target);
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

impl TestSystem {
    /// Posts the webhook of a customer's text. Returns its SID.
    pub async fn receive_text(&self, from: &str, body: &str) -> String {
        let sid = new_sid("SM");
        let response = Webhook::inbound_text(self, &sid, from, body).send().await;
        assert_eq!((response.status, response.text.as_str()), (200, "<Response/>"));
        sid
    }

    /// Posts texts (number, text, SID) concurrently.
    ///
    /// On a busy machine a webhook can time out. It is then posted again, at most five times, as Twilio does.
    pub async fn receive_texts_concurrently(&self, texts: &[(String, String, String)]) {
        let posts = texts.iter().map(async |(from, body, sid)| {
            let mut status = 0;
            for _ in 0..=5 {
                status = Webhook::inbound_text(self, sid, from, body).send().await.status;
                if status < 500 {
                    break;
                }
            }
            status
        });
        for status in join_all(posts).await {
            assert_eq!(status, 200);
        }
    }
}

/// Returns the parameters of a customer's text to our number.
pub fn inbound_text_form(system: &TestSystem, sid: &str, from: &str, body: &str) -> Form {
    params(&[
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("SmsMessageSid", sid),
        ("AccountSid", &system.inner().settings().account_sid),
        ("From", from),
        ("To", &system.inner().settings().senders.number),
        ("Body", body),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", ""),
    ])
}

/// Converts pairs to parameters.
pub fn params(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Replaces one parameter.
pub fn with_param(mut form: Form, name: &str, value: &str) -> Form {
    form.retain(|(param_name, _)| param_name != name);
    form.push((name.to_owned(), value.to_owned()));
    form
}

/// Returns a new SID.
pub fn new_sid(prefix: &str) -> String {
    format!("{prefix}{:032x}", next_id())
}

/// Returns the encoded body of a form.
pub fn encode_form(form: &[(String, String)]) -> String {
    let mut url = Url::parse("http://localhost/").unwrap();
    url.query_pairs_mut().extend_pairs(form);
    url.query().unwrap_or_default().to_owned()
}

/// Returns Twilio's signature of a form: names by code point, with the distinct values of each name.
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut pairs: Vec<(&[u8], &[u8])> =
        form.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let signed_content = pairs.iter().flat_map(|(name, value)| [*name, *value]).collect::<Vec<_>>();
    sign_bytes(token, url, &signed_content.concat())
}

/// Returns the signature of a URL and the content that is appended to it.
pub fn sign_bytes(token: &str, url: &str, signed_content: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    BASE64.encode(hmac::sign(&key, &[url.as_bytes(), signed_content].concat()).as_ref())
}
