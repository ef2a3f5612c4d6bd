//! What a call that would create a message may ask for.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use url::Url;

use super::form::Form;
use super::refusal::Refusal;
use crate::twilio::address::{self, Channel};
use crate::twilio::exchange::{Exchange, Order};
use crate::twilio::more::More;
use crate::twilio::store::phones;

const MOST_FILES: usize = 10;

/// Twilio's rules for a new message, in its order.
pub(super) fn check(exchange: &Exchange, form: &Form) -> Result<Order, Refusal> {
    let to = recipient(form)?;
    let service = service(exchange, form)?;
    let from = match (form.get("From"), &service) {
        (None, Some(_)) => from_pool(exchange, &to)?,
        _ => sender(exchange, form)?,
    };
    if to == from {
        return Err(Refusal::bad(21266, "'To' and 'From' number cannot be the same"));
    }
    // A service may try RCS with a plain number.
    if form.get("From").is_some() && Channel::of(&to) != Channel::of(&from) {
        let message = "Invalid From and To pair. From and To should be of the same channel";
        return Err(Refusal::bad(21910, message));
    }
    let media_urls = media(form)?;
    let content_sid = form.get("ContentSid").map(content).transpose()?;
    let body = form.get("Body").unwrap_or_default();
    if body.is_empty() && media_urls.is_empty() && content_sid.is_none() {
        return Err(Refusal::bad(21602, "Message body is required."));
    }
    if body.chars().count() > 1600 {
        let message = "The concatenated message body exceeds the 1600 character limit.";
        return Err(Refusal::bad(21617, message));
    }
    let status_callback = form.get("StatusCallback").map(callback).transpose()?;
    let send_at = send_at(exchange, form, service.is_some())?;
    let key = exchange.opt_out_key(&from);
    if exchange.store.with(|db| phones::has_opted_out(db, &to, key))? {
        return Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient"));
    }
    let more = More { media_urls, service, content_sid, send_at, ..More::default() };
    Ok(Order {
        to,
        from,
        body: body.to_owned(),
        status_callback,
        more,
        hurried: false,
        wait: Duration::ZERO,
    })
}

fn recipient(form: &Form) -> Result<String, Refusal> {
    let given =
        form.get("To").ok_or_else(|| Refusal::bad(21604, "A 'To' phone number is required."))?;
    let invalid =
        || Refusal::bad(21211, format!("The 'To' number {given} is not a valid phone number."));
    let to = address::parse(given).ok_or_else(invalid)?;
    match to.as_str() {
        "+15005550001" => Err(invalid()),
        "+15005550002" => {
            Err(Refusal::bad(21612, "The 'To' phone number cannot be reached from this 'From'."))
        }
        "+15005550003" => Err(Refusal::bad(
            21408,
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
        )),
        "+15005550004" => Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient")),
        "+15005550009" => {
            Err(Refusal::bad(21614, format!("'To' number {to} is not a valid mobile number")))
        }
        _ => Ok(to),
    }
}

fn service(exchange: &Exchange, form: &Form) -> Result<Option<String>, Refusal> {
    let Some(given) = form.get("MessagingServiceSid") else { return Ok(None) };
    if exchange.service.as_deref() == Some(given) {
        return Ok(Some(given.to_owned()));
    }
    Err(Refusal::bad(21701, "The Messaging Service resource does not exist."))
}

/// The first sender of the service on the recipient's channel; for a plain number its RCS agent, if it has one.
fn from_pool(exchange: &Exchange, to: &str) -> Result<String, Refusal> {
    let first = |channel| {
        let fits = |own: &&String| {
            Channel::of(own) == channel && exchange.service_of(own.as_str()).is_some()
        };
        exchange.numbers.iter().find(fits)
    };
    let wanted = Channel::of(to);
    let agent = if wanted == Channel::Sms { first(Channel::Rcs) } else { None };
    agent.or_else(|| first(wanted)).cloned().ok_or_else(|| {
        Refusal::bad(21703, "The Messaging Service does not have a sender for this recipient.")
    })
}

fn sender(exchange: &Exchange, form: &Form) -> Result<String, Refusal> {
    let given = form
        .get("From")
        .ok_or_else(|| Refusal::bad(21603, "A 'From' phone number is required."))?;
    let invalid =
        || Refusal::bad(21212, format!("The 'From' number {given} is not a valid phone number."));
    let from = address::parse(given).ok_or_else(invalid)?;
    match from.as_str() {
        "+15005550001" => Err(invalid()),
        "+15005550006" => Ok(from),
        "+15005550008" => Err(Refusal::full()),
        _ if exchange.numbers.contains(&from) => Ok(from),
        _ if Channel::of(&from) != Channel::Sms => Err(Refusal::bad(
            63007,
            "Twilio could not find a Channel with the specified From address",
        )),
        _ => Err(Refusal::bad(
            21606,
            format!(
                "The 'From' phone number {from} is not a valid, message-capable Twilio phone number for this account."
            ),
        )),
    }
}

fn media(form: &Form) -> Result<Vec<String>, Refusal> {
    let urls = form.all("MediaUrl");
    if urls.len() > MOST_FILES {
        let message = "Number of media files exceeds the limit of 10 per message.";
        return Err(Refusal::bad(21623, message));
    }
    for url in &urls {
        let legal = Url::parse(url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !legal {
            return Err(Refusal::bad(21620, format!("Invalid media URL(s): {url}")));
        }
    }
    Ok(urls)
}

fn content(given: &str) -> Result<String, Refusal> {
    let digits = given.strip_prefix("HX").unwrap_or_default();
    if digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(given.to_owned());
    }
    Err(Refusal::bad(21655, "The ContentSid is Invalid."))
}

/// When a scheduled message goes: five minutes to 35 days ahead, through a Messaging Service.
fn send_at(
    exchange: &Exchange,
    form: &Form,
    with_service: bool,
) -> Result<Option<Timestamp>, Refusal> {
    match form.get("ScheduleType") {
        None => return Ok(None),
        Some("fixed") => {}
        Some(_) => return Err(Refusal::bad(35112, "ScheduleType must be 'fixed'.")),
    }
    if !with_service {
        let message = "MessagingServiceSid is required to schedule a message.";
        return Err(Refusal::bad(35118, message));
    }
    let given = form
        .get("SendAt")
        .ok_or_else(|| Refusal::bad(35111, "SendAt is required when ScheduleType is 'fixed'."))?;
    let at: Timestamp = given
        .parse()
        .map_err(|_| Refusal::bad(35114, "SendAt must be a moment by ISO 8601, in UTC."))?;
    let now = exchange.now();
    let (soonest, latest) = (now.checked_add(300.seconds()), now.checked_add((35 * 24).hours()));
    let within = soonest.is_ok_and(|soonest| soonest <= at) && latest.is_ok_and(|last| at <= last);
    if within {
        return Ok(Some(at));
    }
    Err(Refusal::bad(35117, "SendAt must be between 300 seconds and 35 days in the future."))
}

/// An absolute web address whose host has no underscore.
fn callback(given: &str) -> Result<String, Refusal> {
    let legal = Url::parse(given).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.contains('_'))
    });
    if legal {
        return Ok(given.to_owned());
    }
    Err(Refusal::bad(21609, format!("The 'StatusCallback' URL {given} is not a valid URL.")))
}
