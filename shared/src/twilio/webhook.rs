//! Parsing of Twilio's webhooks. Unknown parameters are ignored, because Twilio adds some without notice.

pub use super::invalid_webhook::InvalidWebhook;
use super::webhook_params::{MAX_MEDIA, MAX_SID, WebhookParams, clean_profile_name, truncate};
use crate::address::Address;
use crate::message::delivery_status::DeliveryStatus;
use crate::message::extras::{Button, Forwarded, Location, Price, Referral};
use crate::sid::{AccountSid, MessageSid};
use crate::twilio_codes;

/// An inbound message to one of our senders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// The SID of the message.
    pub sid: MessageSid,
    /// The account that received it.
    pub account: AccountSid,
    /// The contact's address.
    pub from: Address,
    /// The contact's user ID next to their phone number, on WhatsApp.
    pub user_id: Option<Address>,
    /// The address of our sender.
    pub to: Address,
    /// The text, which may be empty.
    pub body: String,
    /// The number of segments, if reported.
    pub num_segments: Option<u32>,
    /// The Messaging Service of our sender (`MG…`), if there is one.
    pub messaging_service_sid: Option<String>,
    /// `STOP`, `START` or `HELP`, if Twilio recognized the text as a keyword and replied to it.
    pub opt_out_type: Option<String>,
    /// The media, at most ten files.
    pub media: Vec<TwilioMedia>,
    /// The reported number of files. An event reports it without the URLs.
    pub media_count: usize,
    /// The contact's profile name.
    pub profile_name: Option<String>,
    /// The location.
    pub location: Option<Location>,
    /// The reply by a button or a list.
    pub button: Option<Button>,
    /// The SID of the message that it replies to.
    pub reply_to: Option<String>,
    /// The advertisement or post from which the contact started to write.
    pub referral: Option<Referral>,
    /// The other recipients of a group MMS.
    pub other_recipients: Vec<Address>,
    /// The forwarded mark.
    pub forwarded: Option<Forwarded>,
}

/// Returns whether a form is a status report of an outbound message, wherever it arrives.
///
/// Only inbound messages have the statuses `receiving` and `received`.
pub fn is_status_report(params: &[(String, String)]) -> bool {
    let statuses =
        params.iter().filter(|(name, _)| matches!(&**name, "MessageStatus" | "SmsStatus"));
    let known = |(_, value): &(String, String)| DeliveryStatus::parse(value);
    statuses.filter_map(known).any(|status| !status.is_inbound())
}

/// Returns whether a form is an inbound message, wherever it arrives.
pub fn is_inbound_message(params: &[(String, String)]) -> bool {
    let statuses =
        params.iter().filter(|(name, _)| matches!(&**name, "MessageStatus" | "SmsStatus"));
    let known = |(_, value): &(String, String)| DeliveryStatus::parse(value);
    statuses.filter_map(known).any(DeliveryStatus::is_inbound)
}

/// A media file at Twilio. It can be fetched only with the account's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwilioMedia {
    /// The URL at Twilio.
    pub url: String,
    /// The content type that Twilio reported.
    pub content_type: Option<String>,
}

/// A delivery report of an outbound message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCallback {
    /// The SID of the message.
    pub sid: MessageSid,
    /// The account that sent it.
    pub account: AccountSid,
    /// The delivery status.
    pub status: DeliveryStatus,
    /// The error code, if it failed.
    pub error_code: Option<u32>,
    /// The sender that was used in the end.
    pub from: Option<Address>,
    /// The number of segments, if reported.
    pub num_segments: Option<u32>,
    /// The price, if reported.
    pub price: Option<Price>,
}

impl InboundMessage {
    /// Parses the parameters of an inbound message on any channel.
    pub fn parse(params: &[(String, String)]) -> Result<Self, InvalidWebhook> {
        let params = WebhookParams(params);
        let mut media = Vec::new();
        for index in 0..MAX_MEDIA {
            if let Some(url) = params.get_unique(&format!("MediaUrl{index}"))? {
                let content_type = params.get_unique(&format!("MediaContentType{index}"))?;
                media.push(TwilioMedia {
                    url: url.to_owned(),
                    content_type: content_type.map(str::to_owned),
                });
            }
        }
        Ok(Self {
            sid: params.parse("MessageSid", MessageSid::parse)?,
            account: params.parse("AccountSid", AccountSid::parse)?,
            from: params.sender()?,
            user_id: params.user_id()?,
            to: params.parse("To", |text| Address::parse(text).ok())?,
            body: params.get_unique("Body")?.unwrap_or_default().to_owned(),
            num_segments: params.get_unique("NumSegments")?.and_then(|text| text.parse().ok()),
            messaging_service_sid: params.get_unique("MessagingServiceSid")?.map(str::to_owned),
            opt_out_type: params.get_unique("OptOutType")?.map(str::to_owned),
            media,
            media_count: params.media_count()?,
            profile_name: params.get_unique("ProfileName")?.and_then(clean_profile_name),
            location: params.location()?,
            button: params.button()?,
            reply_to: params
                .get_unique("OriginalRepliedMessageSid")?
                .map(|sid| truncate(sid, MAX_SID)),
            referral: params.referral()?,
            other_recipients: params.other_recipients()?,
            forwarded: params.forwarded()?,
        })
    }
}

impl StatusCallback {
    /// Parses the parameters of a status callback.
    pub fn parse(params: &[(String, String)]) -> Result<Self, InvalidWebhook> {
        let params = WebhookParams(params);
        Ok(Self {
            sid: params.parse("MessageSid", MessageSid::parse)?,
            account: params.parse("AccountSid", AccountSid::parse)?,
            status: params.parse(params.status_name()?, DeliveryStatus::parse)?,
            error_code: params
                .get_unique("ErrorCode")?
                .and_then(|text| text.parse().ok())
                .and_then(twilio_codes::error_code),
            from: params.get_unique("From")?.and_then(|text| Address::parse(text).ok()),
            num_segments: params.get_unique("NumSegments")?.and_then(|text| text.parse().ok()),
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
        requests: Vec<WebhookVector>,
    }

    #[derive(Deserialize)]
    struct WebhookVector {
        name: String,
        kind: String,
        body: String,
    }

    fn value<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
        params.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_inbound_message_is_parsed() {
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        let inbound = |request: &&WebhookVector| request.kind.starts_with("inbound_");
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
            let media_count: usize = value(&params, "NumMedia").unwrap().parse().unwrap();
            assert_eq!(message.media.len(), media_count, "{}", request.name);
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
    fn every_status_callback_is_parsed() {
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
        let required = [
            ("MessageSid", "SM00000000000000000000000000000001"),
            ("AccountSid", "AC00000000000000000000000000000001"),
            ("From", "+12065551212"),
            ("To", "+18555080989"),
        ];
        let overridden = |name| list.iter().any(|(n, _)| n == name);
        let defaults = required.iter().filter(|(name, _)| !overridden(name));
        defaults
            .chain(list)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_empty_body_and_invalid_counts_are_accepted() {
        let odd = [("Body", ""), ("NumMedia", "99999"), ("NumSegments", "-1"), ("New", "x")];
        let message = InboundMessage::parse(&params(&odd)).unwrap();
        assert_eq!((message.body.as_str(), message.num_segments), ("", None));
        assert_eq!(InboundMessage::parse(&params(&[])).unwrap().body, "");
    }

    #[test]
    fn complete_extras_are_parsed_and_incomplete_ones_ignored() {
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
    fn an_invalid_parameter_is_reported_without_its_value() {
        for (list, reason) in [
            (&[("From", "")][..], "The parameter From is missing."),
            (&[("From", "sip:maria@example.com")], "The parameter From has an invalid value."),
            (&[("MessageSid", "SM1")], "The parameter MessageSid has an invalid value."),
            (
                &[("Body", "a"), ("Body", "b")],
                "The parameter Body appears twice with different values.",
            ),
        ] {
            assert_eq!(InboundMessage::parse(&params(list)).unwrap_err().to_string(), reason);
        }
        let repeated =
            InboundMessage::parse(&params(&[("Body", "a"), ("Body", "a"), ("body", "b")]));
        assert_eq!(repeated.unwrap().body, "a");
        let unknown = StatusCallback::parse(&params(&[("MessageStatus", "vanished")]));
        assert!(unknown.is_err());
        let zero = StatusCallback::parse(&params(&[("MessageStatus", "sent"), ("ErrorCode", "0")]));
        assert_eq!(zero.unwrap().error_code, None);
    }

    proptest! {
        #[test]
        fn parsing_any_parameters_never_panics(
            list in proptest::collection::vec(
                ("(MessageSid|AccountSid|From|To|Body|MediaUrl0|NumSegments)", "\\PC{0,12}"), 0..9
            ),
        ) {
            let _ = InboundMessage::parse(&list);
            let _ = StatusCallback::parse(&list);
        }
    }
}
