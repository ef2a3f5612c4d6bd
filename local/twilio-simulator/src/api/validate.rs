//! The validation of create requests.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use url::Url;

use super::error::TwilioApiError;
use super::form::Form;
use crate::address::{self, Channel};
use crate::extras::MessageExtras;
use crate::outbound::CreateRequest;
use crate::state::SimulatorState;
use crate::store::phones;

const MAX_FILES: usize = 10;

/// Validates a create request by Twilio's rules, in Twilio's order.
pub(super) fn validate_create(
    state: &SimulatorState,
    form: &Form,
) -> Result<CreateRequest, TwilioApiError> {
    let to = recipient(form)?;
    let service = service(state, form)?;
    let from = match (form.get("From"), &service) {
        (None, Some(_)) => sender_from_pool(state, &to)?,
        _ => sender(state, form)?,
    };
    if to == from {
        return Err(TwilioApiError::bad_request(
            21266,
            "'To' and 'From' number cannot be the same",
        ));
    }
    // A service may try RCS with a plain number.
    if form.get("From").is_some() && Channel::from_address(&to) != Channel::from_address(&from) {
        let message = "Invalid From and To pair. From and To should be of the same channel";
        return Err(TwilioApiError::bad_request(21910, message));
    }
    let media_urls = parse_media_urls(form)?;
    let content_sid = form.get("ContentSid").map(parse_content_sid).transpose()?;
    let body = form.get("Body").unwrap_or_default();
    if body.is_empty() && media_urls.is_empty() && content_sid.is_none() {
        return Err(TwilioApiError::bad_request(21602, "Message body is required."));
    }
    if body.chars().count() > 1600 {
        let message = "The concatenated message body exceeds the 1600 character limit.";
        return Err(TwilioApiError::bad_request(21617, message));
    }
    let status_callback = form.get("StatusCallback").map(parse_callback).transpose()?;
    let send_at = send_at(state, form, service.is_some())?;
    let key = state.opt_out_key(&from);
    if state.store.with(|db| phones::has_opted_out(db, &to, key))? {
        return Err(TwilioApiError::bad_request(
            21610,
            "Attempt to send to unsubscribed recipient",
        ));
    }
    let more =
        MessageExtras { media_urls, service, content_sid, send_at, ..MessageExtras::default() };
    Ok(CreateRequest {
        to,
        from,
        body: body.to_owned(),
        status_callback,
        extras: more,
        hurried: false,
        send_delay: Duration::ZERO,
    })
}

fn recipient(form: &Form) -> Result<String, TwilioApiError> {
    let to_param = form
        .get("To")
        .ok_or_else(|| TwilioApiError::bad_request(21604, "A 'To' phone number is required."))?;
    let invalid_to = || {
        TwilioApiError::bad_request(
            21211,
            format!("The 'To' number {to_param} is not a valid phone number."),
        )
    };
    let to = address::parse(to_param).ok_or_else(invalid_to)?;
    match to.as_str() {
        "+15005550001" => Err(invalid_to()),
        "+15005550002" => Err(TwilioApiError::bad_request(
            21612,
            "The 'To' phone number cannot be reached from this 'From'.",
        )),
        "+15005550003" => Err(TwilioApiError::bad_request(
            21408,
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
        )),
        "+15005550004" => {
            Err(TwilioApiError::bad_request(21610, "Attempt to send to unsubscribed recipient"))
        }
        "+15005550009" => Err(TwilioApiError::bad_request(
            21614,
            format!("'To' number {to} is not a valid mobile number"),
        )),
        _ => Ok(to),
    }
}

fn service(state: &SimulatorState, form: &Form) -> Result<Option<String>, TwilioApiError> {
    let Some(service_sid) = form.get("MessagingServiceSid") else { return Ok(None) };
    if state.service.as_deref() == Some(service_sid) {
        return Ok(Some(service_sid.to_owned()));
    }
    Err(TwilioApiError::bad_request(21701, "The Messaging Service resource does not exist."))
}

/// Returns the service's first sender on the recipient's channel.
///
/// For a plain number, returns the RCS agent if there is one.
fn sender_from_pool(state: &SimulatorState, to: &str) -> Result<String, TwilioApiError> {
    let first_on = |channel| {
        let is_on_channel = |sender: &&String| {
            Channel::from_address(sender) == channel && state.service_for(sender.as_str()).is_some()
        };
        state.senders.iter().find(is_on_channel)
    };
    let channel = Channel::from_address(to);
    let agent = if channel == Channel::Sms { first_on(Channel::Rcs) } else { None };
    agent.or_else(|| first_on(channel)).cloned().ok_or_else(|| {
        TwilioApiError::bad_request(
            21703,
            "The Messaging Service does not have a sender for this recipient.",
        )
    })
}

fn sender(state: &SimulatorState, form: &Form) -> Result<String, TwilioApiError> {
    let from_param = form
        .get("From")
        .ok_or_else(|| TwilioApiError::bad_request(21603, "A 'From' phone number is required."))?;
    let invalid_from = || {
        TwilioApiError::bad_request(
            21212,
            format!("The 'From' number {from_param} is not a valid phone number."),
        )
    };
    let from = address::parse(from_param).ok_or_else(invalid_from)?;
    match from.as_str() {
        "+15005550001" => Err(invalid_from()),
        "+15005550006" => Ok(from),
        "+15005550008" => Err(TwilioApiError::queue_full()),
        _ if state.senders.contains(&from) => Ok(from),
        _ if Channel::from_address(&from) != Channel::Sms => Err(TwilioApiError::bad_request(
            63007,
            "Twilio could not find a Channel with the specified From address",
        )),
        _ => Err(TwilioApiError::bad_request(
            21606,
            format!(
                "The 'From' phone number {from} is not a valid, message-capable Twilio phone number for this account."
            ),
        )),
    }
}

fn parse_media_urls(form: &Form) -> Result<Vec<String>, TwilioApiError> {
    let urls = form.all("MediaUrl");
    if urls.len() > MAX_FILES {
        let message = "Number of media files exceeds the limit of 10 per message.";
        return Err(TwilioApiError::bad_request(21623, message));
    }
    for url in &urls {
        let is_valid = Url::parse(url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_valid {
            return Err(TwilioApiError::bad_request(21620, format!("Invalid media URL(s): {url}")));
        }
    }
    Ok(urls)
}

fn parse_content_sid(content_sid: &str) -> Result<String, TwilioApiError> {
    let digits = content_sid.strip_prefix("HX").unwrap_or_default();
    if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(content_sid.to_owned());
    }
    Err(TwilioApiError::bad_request(21655, "The ContentSid is Invalid."))
}

/// Parses the time of a scheduled message: 5 minutes to 35 days ahead, with a Messaging Service.
fn send_at(
    state: &SimulatorState,
    form: &Form,
    with_service: bool,
) -> Result<Option<Timestamp>, TwilioApiError> {
    match form.get("ScheduleType") {
        None => return Ok(None),
        Some("fixed") => {}
        Some(_) => return Err(TwilioApiError::bad_request(35112, "ScheduleType must be 'fixed'.")),
    }
    if !with_service {
        let message = "MessagingServiceSid is required to schedule a message.";
        return Err(TwilioApiError::bad_request(35118, message));
    }
    let send_at_param = form.get("SendAt").ok_or_else(|| {
        TwilioApiError::bad_request(35111, "SendAt is required when ScheduleType is 'fixed'.")
    })?;
    let at: Timestamp = send_at_param.parse().map_err(|_| {
        TwilioApiError::bad_request(35114, "SendAt must be an ISO 8601 timestamp in UTC.")
    })?;
    let now = state.now();
    let (earliest, latest) = (now.checked_add(300.seconds()), now.checked_add((35 * 24).hours()));
    let in_range =
        earliest.is_ok_and(|earliest| earliest <= at) && latest.is_ok_and(|last| at <= last);
    if in_range {
        return Ok(Some(at));
    }
    Err(TwilioApiError::bad_request(
        35117,
        "SendAt must be between 300 seconds and 35 days in the future.",
    ))
}

/// Accepts an absolute HTTP URL whose host has no underscore.
fn parse_callback(callback_url: &str) -> Result<String, TwilioApiError> {
    let is_valid = Url::parse(callback_url).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.contains('_'))
    });
    if is_valid {
        return Ok(callback_url.to_owned());
    }
    Err(TwilioApiError::bad_request(
        21609,
        format!("The 'StatusCallback' URL {callback_url} is not a valid URL."),
    ))
}
