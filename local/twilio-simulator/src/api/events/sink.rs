//! The validation of a new sink.

use std::net::IpAddr;

use serde_json::Value;
use url::{Host, Url};

use super::super::error::TwilioApiError;
use super::super::form::Form;
use super::params::required;
use crate::state::SimulatorState;
use crate::store::streams::SinkConfig;

/// Parses the configuration of the sink in `form`.
pub(super) fn parse_sink_config(
    state: &SimulatorState,
    form: &Form,
) -> Result<SinkConfig, TwilioApiError> {
    match required(form, "SinkType")? {
        "webhook" => {}
        kind @ ("kinesis" | "segment" | "email") => {
            return Err(sink_error(&format!(
                "the simulator supports only the SinkType webhook, not {kind}"
            )));
        }
        kind => return Err(sink_error(&format!("unknown SinkType {kind}"))),
    }
    let config_text = required(form, "SinkConfiguration")?;
    let config: Value = serde_json::from_str(config_text).unwrap_or_default();
    if !config.is_object() {
        return Err(sink_error("SinkConfiguration must be a JSON object"));
    }
    let text = |name: &str| {
        let text = config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| sink_error(&format!("SinkConfiguration {name} is empty")))
    };
    let destination = parse_destination(state, text("destination")?)?;
    let method = text("method")?;
    if !method.eq_ignore_ascii_case("POST") {
        return Err(sink_error(&format!(
            "the simulator supports only the method POST, not {method}"
        )));
    }
    let batch_events = config
        .get("batch_events")
        .and_then(Value::as_bool)
        .ok_or_else(|| sink_error("SinkConfiguration batch_events must be true or false"))?;
    Ok(SinkConfig { destination, method: method.to_owned(), batch_events })
}

/// Accepts an HTTP URL on this machine or with Partyline's origin.
///
/// Twilio posts anywhere. Here, a sink receives everything that is typed on the phones, so it must not be elsewhere.
fn parse_destination(state: &SimulatorState, destination: &str) -> Result<String, TwilioApiError> {
    let invalid = || sink_error(&format!("destination {destination} is not a valid URL"));
    let url = Url::parse(destination).map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid());
    }
    let public_url = Url::parse(&state.inbound_url).ok();
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => return Err(invalid()),
    };
    if is_local || public_url.is_some_and(|public_url| public_url.origin() == url.origin()) {
        return Ok(destination.to_owned());
    }
    let message = format!(
        "the simulator posts events only to this machine and to the public URL, not to {destination}"
    );
    Err(sink_error(&message))
}

fn sink_error(reason: &str) -> TwilioApiError {
    TwilioApiError::bad_request(91000, format!("Sink could not be created: {reason}"))
}
