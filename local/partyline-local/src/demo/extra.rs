//! The extras of a message: a location, a button or a quoted reply.

use twilio_simulator::extras;

/// What a line contains besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessageExtra {
    /// Nothing.
    None,
    /// A location instead of a text.
    Location(extras::Location),
    /// The text is the label of a tapped button.
    Button,
    /// It is a reply to the previous line.
    Reply,
}

/// Parses the extra at the beginning of a line, and returns it with the rest.
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
