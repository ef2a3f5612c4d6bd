//! Extras of a message: a location, a button, a quoted reply.

use twilio_simulator::extras;

/// What a line has beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessageExtra {
    /// Nothing.
    None,
    /// A place, in place of a text.
    Location(extras::Location),
    /// The text stood on a button.
    Button,
    /// It answers the line before it.
    Reply,
}

/// Reads it off the beginning of a line, and what follows it.
pub(super) fn parse(text: &str) -> Option<(MessageExtra, &str)> {
    if let Some(location) = text.strip_prefix('@') {
        let mut parts = location.split('|').map(|part| part.trim().to_owned());
        let degrees = parts.next()?;
        let (latitude, longitude) = degrees.split_once(',')?;
        let (latitude, longitude) = (latitude.to_owned(), longitude.to_owned());
        let (label, address) = (parts.next(), parts.next());
        return Some((
            MessageExtra::Location(extras::Location { latitude, longitude, label, address }),
            "",
        ));
    }
    let extra_and_text = [('#', MessageExtra::Button), ('^', MessageExtra::Reply)]
        .into_iter()
        .find_map(|(mark, extra)| Some((extra, text.strip_prefix(mark)?)));
    Some(extra_and_text.unwrap_or((MessageExtra::None, text)))
}
