//! What Twilio's webhooks say, in types. Unknown parameters are left alone: Twilio adds some without notice.

use super::parameters::{LONGEST_SID, MOST_MEDIA, Parameters, cut, profile_name};
use crate::address::Address;
use crate::particulars::{Button, Forwarded, Location, Price, Referral};
use crate::sentences::Sentence;
use crate::sid::{AccountSid, MessageSid};
use crate::status::MessageStatus;

/// A message that somebody sent to one of our senders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Twilio's id of the message.
    pub sid: MessageSid,
    /// The account that received it.
    pub account: AccountSid,
    /// Who sent it.
    pub from: Address,
    /// Our sender that it was sent to.
    pub to: Address,
    /// The text; may be empty.
    pub body: String,
    /// The parts that it came in.
    pub num_segments: Option<u32>,
    /// The Messaging Service (`MG…`) that our sender belongs to.
    pub messaging_service_sid: Option<String>,
    /// `STOP`, `START` or `HELP`: Twilio has understood the text so, and has answered it.
    pub opt_out_type: Option<String>,
    /// What came with the text; at most ten.
    pub media: Vec<MediaLink>,
    /// How many are said to have come; an event does not tell where they are.
    pub announced: usize,
    /// What the sender calls itself.
    pub profile_name: Option<String>,
    /// A place.
    pub location: Option<Location>,
    /// An answer by button or from a list.
    pub button: Option<Button>,
    /// Twilio's id of the message that it answers.
    pub reply_to: Option<String>,
    /// What on the web led them to write.
    pub referral: Option<Referral>,
    /// Who else got it.
    pub other_recipients: Vec<Address>,
    /// Whether it was passed on.
    pub forwarded: Option<Forwarded>,
}

/// A picture, sound or document at Twilio, readable with the account's credentials only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLink {
    /// Where Twilio keeps it.
    pub url: String,
    /// Its type as the sender's carrier gave it.
    pub content_type: Option<String>,
}

/// News of a message that we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCallback {
    /// Twilio's id of the message.
    pub sid: MessageSid,
    /// The account that sent it.
    pub account: AccountSid,
    /// What has become of it.
    pub status: MessageStatus,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// The sender that it went out from in the end.
    pub from: Option<Address>,
    /// The parts that it was cut into, where that is told.
    pub num_segments: Option<u32>,
    /// What it cost, where that is told.
    pub price: Option<Price>,
}

/// A webhook that is Twilio's but does not say what we need, or says it twice and differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(
    /// Why, for the admin. Holds names of parameters, never their values.
    pub Sentence,
);

impl InboundMessage {
    /// Reads the parameters of an inbound message, of any channel.
    pub fn parse(params: &[(String, String)]) -> Result<Self, Unreadable> {
        let params = Parameters(params);
        let mut media = Vec::new();
        for index in 0..MOST_MEDIA {
            if let Some(url) = params.one(&format!("MediaUrl{index}"))? {
                let content_type = params.one(&format!("MediaContentType{index}"))?;
                media.push(MediaLink {
                    url: url.to_owned(),
                    content_type: content_type.map(str::to_owned),
                });
            }
        }
        Ok(Self {
            sid: params.parsed("MessageSid", |text| MessageSid::parse(text).ok())?,
            account: params.parsed("AccountSid", |text| AccountSid::parse(text).ok())?,
            from: params.sender()?,
            to: params.parsed("To", |text| Address::parse(text).ok())?,
            body: params.one("Body")?.unwrap_or_default().to_owned(),
            num_segments: params.one("NumSegments")?.and_then(|text| text.parse().ok()),
            messaging_service_sid: params.one("MessagingServiceSid")?.map(str::to_owned),
            opt_out_type: params.one("OptOutType")?.map(str::to_owned),
            media,
            announced: params.announced()?,
            profile_name: params.one("ProfileName")?.and_then(profile_name),
            location: params.location()?,
            button: params.button()?,
            reply_to: params.one("OriginalRepliedMessageSid")?.map(|sid| cut(sid, LONGEST_SID)),
            referral: params.referral()?,
            other_recipients: params.other_recipients()?,
            forwarded: params.forwarded()?,
        })
    }
}

impl StatusCallback {
    /// Reads the parameters of a status callback.
    pub fn parse(params: &[(String, String)]) -> Result<Self, Unreadable> {
        let params = Parameters(params);
        Ok(Self {
            sid: params.parsed("MessageSid", |text| MessageSid::parse(text).ok())?,
            account: params.parsed("AccountSid", |text| AccountSid::parse(text).ok())?,
            status: params.parsed("MessageStatus", MessageStatus::parse)?,
            error_code: params.one("ErrorCode")?.and_then(|text| text.parse().ok()),
            from: params.one("From")?.and_then(|text| Address::parse(text).ok()),
            num_segments: params.one("NumSegments")?.and_then(|text| text.parse().ok()),
            price: params.price()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Channel;
    use crate::twilio::form;
    use proptest::prelude::*;
    use serde::Deserialize;

    const VECTORS: &str = include_str!("../../../tests/vectors/webhooks.json");

    #[derive(Deserialize)]
    struct Vectors {
        account_sid: String,
        requests: Vec<Request>,
    }

    #[derive(Deserialize)]
    struct Request {
        name: String,
        kind: String,
        body: String,
    }

    fn value<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
        params.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_inbound_message_is_read() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        let inbound = |request: &&Request| request.kind.starts_with("inbound_");
        let mut count = 0;
        for request in vectors.requests.iter().filter(inbound) {
            let params = form::parse(request.body.as_bytes()).unwrap();
            let message = InboundMessage::parse(&params).expect(&request.name);
            assert_eq!(Some(message.sid.as_str()), value(&params, "MessageSid"));
            assert_eq!(message.account.as_str(), vectors.account_sid);
            assert_eq!(Some(message.from.as_str()), value(&params, "From"));
            assert_eq!(Some(message.to.as_str()), value(&params, "To"));
            assert_eq!(Some(message.body.as_str()), value(&params, "Body"));
            assert!(message.num_segments.is_some());
            let count_said: usize = value(&params, "NumMedia").unwrap().parse().unwrap();
            assert_eq!(message.media.len(), count_said, "{}", request.name);
            let channel = match request.kind.as_str() {
                "inbound_whatsapp" => Channel::WhatsApp,
                "inbound_messenger" => Channel::Messenger,
                "inbound_rcs" => Channel::Rcs,
                _ => Channel::Sms,
            };
            assert_eq!((message.from.channel(), message.to.channel()), (channel, channel));
            count += 1;
        }
        assert_eq!(count, 36);
    }

    #[test]
    fn every_status_callback_is_read() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        let mut count = 0;
        for request in vectors.requests.iter().filter(|request| request.kind == "status_callback") {
            let params = form::parse(request.body.as_bytes()).unwrap();
            let callback = StatusCallback::parse(&params).expect(&request.name);
            assert_eq!(Some(callback.sid.as_str()), value(&params, "MessageSid"));
            assert_eq!(Some(callback.status.as_str()), value(&params, "MessageStatus"));
            let code = callback.error_code.map(|code| code.to_string());
            assert_eq!(code.as_deref(), value(&params, "ErrorCode"), "{}", request.name);
            count += 1;
        }
        assert_eq!(count, 23);
    }

    fn params(list: &[(&str, &str)]) -> Vec<(String, String)> {
        let needed = [
            ("MessageSid", "SM00000000000000000000000000000001"),
            ("AccountSid", "AC00000000000000000000000000000001"),
            ("From", "+12065551212"),
            ("To", "+18555080989"),
        ];
        let changed = |name| list.iter().any(|(n, _)| n == name);
        let kept = needed.iter().filter(|(name, _)| !changed(name));
        kept.chain(list).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_or_absent_body_is_a_message_and_odd_counts_are_no_reason_to_refuse_one() {
        let odd = [("Body", ""), ("NumMedia", "99999"), ("NumSegments", "-1"), ("New", "x")];
        let message = InboundMessage::parse(&params(&odd)).unwrap();
        assert_eq!((message.body.as_str(), message.num_segments), ("", None));
        assert_eq!(InboundMessage::parse(&params(&[])).unwrap().body, "");
    }

    #[test]
    fn what_comes_beside_the_text_is_read_where_it_is_whole() {
        let message = InboundMessage::parse(&params(&[
            ("From", ""),
            ("ExternalUserId", "whatsapp:US.4566546130240823"),
            ("ProfileName", " Maria\u{7} \n"),
            ("Latitude", "47.6"),
            ("Forwarded", "TRUE"),
            ("ListId", "slot_am"),
            ("OriginalRepliedMessageSid", &"x".repeat(100)),
            ("NumMedia", "-1"),
        ]))
        .unwrap();
        assert_eq!(message.from.as_str(), "whatsapp:US.4566546130240823");
        assert_eq!(message.profile_name.as_deref(), Some("Maria"));
        assert_eq!((message.location, message.forwarded), (None, Some(Forwarded::Once)));
        let button = Button { list_id: Some("slot_am".to_owned()), ..Button::default() };
        assert_eq!(message.button, Some(button));
        assert_eq!((message.reply_to.unwrap().len(), message.media.len()), (64, 0));
        let nameless = InboundMessage::parse(&params(&[("ProfileName", " \u{7}")])).unwrap();
        assert_eq!((nameless.profile_name, nameless.button), (None, None));
    }

    #[test]
    fn what_cannot_be_read_is_said_without_showing_it() {
        for (list, reason) in [
            (&[("From", "")][..], "The parameter From is missing."),
            (&[("From", "nobody at all")], "The parameter From has a value that we cannot read."),
            (&[("MessageSid", "SM1")], "The parameter MessageSid has a value that we cannot read."),
            (
                &[("Body", "a"), ("Body", "b")],
                "The parameter Body is there twice, with different values.",
            ),
        ] {
            assert_eq!(InboundMessage::parse(&params(list)).unwrap_err().to_string(), reason);
        }
        let repeated =
            InboundMessage::parse(&params(&[("Body", "a"), ("Body", "a"), ("body", "b")]));
        assert_eq!(repeated.unwrap().body, "a");
        let unknown = StatusCallback::parse(&params(&[("MessageStatus", "vanished")]));
        assert!(unknown.is_err());
    }

    proptest! {
        #[test]
        fn no_parameters_are_too_strange(
            list in proptest::collection::vec(
                ("(MessageSid|AccountSid|From|To|Body|MediaUrl0|NumSegments)", "\\PC{0,12}"), 0..9
            ),
        ) {
            let _ = InboundMessage::parse(&list);
            let _ = StatusCallback::parse(&list);
        }
    }
}
