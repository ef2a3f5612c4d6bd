//! The webhook parameters of an inbound message, by channel.

use super::address::{Channel, bare};
use super::extras::Forwarded;
use super::keywords::Keyword;
use super::message::{Message, Status};
use super::number;
use super::product::Product;
use super::state::SimulatorState;
use super::webhook::{Form, form as fields};

/// Returns the form of the webhook.
///
/// `name` is the profile name; `keyword` is set where Twilio reports one.
pub(super) fn form(
    state: &SimulatorState,
    message: &Message,
    name: Option<&str>,
    keyword: Option<Keyword>,
) -> Form {
    let mut form = match Channel::from_address(&message.from) {
        Channel::Sms => place_fields(message),
        Channel::WhatsApp => whatsapp(message, name),
        Channel::Messenger | Channel::Rcs => Vec::new(),
    };
    if Channel::from_address(&message.from) != Channel::Sms {
        form.extend(extras_fields(message));
        form.push(("MessageType".to_owned(), message_type(message).to_owned()));
    }
    let segments = message.segments.to_string();
    let count = message.extras.media.len().to_string();
    form.extend(fields([
        ("SmsMessageSid", &message.sid),
        ("MessageSid", &message.sid),
        ("SmsSid", &message.sid),
        ("AccountSid", &state.account_sid),
        ("From", &message.from),
        ("To", &message.to),
        ("Body", &message.body),
        ("NumMedia", &count),
        ("NumSegments", &segments),
        ("SmsStatus", Status::Received.as_str()),
        ("ApiVersion", "2010-04-01"),
    ]));
    let api_url = state.product_url(Product::Api);
    for (index, media) in message.extras.media.iter().enumerate() {
        let path = media_path(&state.account_sid, &message.sid, &media.sid);
        form.push((format!("MediaUrl{index}"), format!("{api_url}{path}")));
        form.push((format!("MediaContentType{index}"), media.content_type.clone()));
    }
    if let Some(service) = &message.extras.service {
        form.push(("MessagingServiceSid".to_owned(), service.clone()));
    }
    if let Some(keyword) = keyword {
        form.push(("OptOutType".to_owned(), keyword.as_str().to_owned()));
    }
    form
}

/// Returns the path of a file in the API.
pub(super) fn media_path(account_sid: &str, message: &str, media: &str) -> String {
    format!("/2010-04-01/Accounts/{account_sid}/Messages/{message}/Media/{media}")
}

fn place_fields(message: &Message) -> Form {
    let (from, to) = (place(&message.from), place(&message.to));
    fields([
        ("ToCountry", to.country),
        ("ToState", to.state),
        ("ToCity", to.city),
        ("ToZip", to.zip),
        ("FromCountry", from.country),
        ("FromState", from.state),
        ("FromCity", from.city),
        ("FromZip", from.zip),
    ])
}

fn whatsapp(message: &Message, name: Option<&str>) -> Form {
    let forwarded = message.extras.app_extras.forwarded;
    let mut form = fields([("WaId", bare(&message.from).trim_start_matches('+'))]);
    form.extend(name.map(|name| ("ProfileName".to_owned(), name.to_owned())));
    if forwarded.is_some() {
        form.push(("Forwarded".to_owned(), "true".to_owned()));
    }
    if forwarded == Some(Forwarded::Often) {
        form.push(("FrequentlyForwarded".to_owned(), "true".to_owned()));
    }
    form
}

fn extras_fields(message: &Message) -> Form {
    let extras = &message.extras.app_extras;
    let mut form = Form::new();
    let mut add = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
    if let Some(place) = &extras.location {
        add("Latitude", &place.latitude);
        add("Longitude", &place.longitude);
        place.label.iter().for_each(|label| add("Label", label));
        place.address.iter().for_each(|address| add("Address", address));
    }
    if let Some(button) = &extras.button {
        add("ButtonText", &button.text);
        button.payload.iter().for_each(|payload| add("ButtonPayload", payload));
    }
    if let Some(choice) = &extras.choice {
        add("ListId", &choice.id);
        add("ListTitle", &choice.title);
    }
    if let Some(sid) = &extras.reply_to {
        add("OriginalRepliedMessageSid", sid);
        add("OriginalRepliedMessageSender", &message.to);
    }
    form
}

fn message_type(message: &Message) -> &'static str {
    let extras = &message.extras.app_extras;
    if extras.location.is_some() {
        return "location";
    }
    if extras.button.is_some() {
        return "button";
    }
    if extras.choice.is_some() {
        return "interactive";
    }
    let first = message.extras.media.first().map(|media| media.content_type.as_str());
    match first.map(|kind| kind.split('/').next().unwrap_or_default()) {
        None => "text",
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        Some(_) => "document",
    }
}

struct Place {
    country: &'static str,
    state: &'static str,
    city: &'static str,
    zip: &'static str,
}

/// Returns the place that Twilio reports for a number.
fn place(e164: &str) -> Place {
    if e164.starts_with("+1206") {
        return Place { country: "US", state: "WA", city: "SEATTLE", zip: "98101" };
    }
    Place { country: number::country(e164), state: "", city: "", zip: "" }
}
