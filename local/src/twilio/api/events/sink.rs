//! What a new sink may be.

use std::net::IpAddr;

use serde_json::Value;
use url::{Host, Url};

use super::super::form::Form;
use super::super::refusal::Refusal;
use super::required;
use crate::twilio::exchange::Exchange;
use crate::twilio::store::streams::Configuration;

/// How the sink that `form` asks for is reached.
pub(super) fn configuration(exchange: &Exchange, form: &Form) -> Result<Configuration, Refusal> {
    match required(form, "SinkType")? {
        "webhook" => {}
        kind @ ("kinesis" | "segment" | "email") => {
            return Err(refused(&format!(
                "this simulator has sinks of SinkType webhook, none of {kind}"
            )));
        }
        kind => return Err(refused(&format!("{kind} is no SinkType"))),
    }
    let given = required(form, "SinkConfiguration")?;
    let given: Value = serde_json::from_str(given).unwrap_or_default();
    if !given.is_object() {
        return Err(refused("SinkConfiguration must be a JSON object"));
    }
    let text = |name: &str| {
        let text = given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| refused(&format!("SinkConfiguration {name} is empty")))
    };
    let destination = destination(exchange, text("destination")?)?;
    let method = text("method")?;
    if !method.eq_ignore_ascii_case("POST") {
        return Err(refused(&format!("this simulator posts; it has no method {method}")));
    }
    let batch_events = given
        .get("batch_events")
        .and_then(Value::as_bool)
        .ok_or_else(|| refused("SinkConfiguration batch_events must be true or false"))?;
    Ok(Configuration { destination, method: method.to_owned(), batch_events })
}

/// A web address on this machine or the desk's. Twilio posts anywhere; the simulator keeps to itself what is typed on its
/// phones, and a sink gets all of it, for as long as it stands.
fn destination(exchange: &Exchange, given: &str) -> Result<String, Refusal> {
    let illegal = || refused(&format!("destination {given} is not a valid URL"));
    let url = Url::parse(given).map_err(|_| illegal())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(illegal());
    }
    let desk = Url::parse(&exchange.inbound_url).ok();
    let own = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => return Err(illegal()),
    };
    if own || desk.is_some_and(|desk| desk.origin() == url.origin()) {
        return Ok(given.to_owned());
    }
    let words = format!(
        "this simulator posts events to this machine and to its desk only, and {given} is elsewhere"
    );
    Err(refused(&words))
}

fn refused(why: &str) -> Refusal {
    Refusal::bad(91000, format!("Sink could not be created: {why}"))
}
