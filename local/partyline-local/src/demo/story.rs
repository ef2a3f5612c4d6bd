//! A story and its text format.
//!
//! ```text
//! +12065550101 | Maya Lindqvist | 4m | phone
//! < a message of the customer
//! > our reply
//! ~ 5h
//! >[undelivered 30003] a message that was not delivered
//! >[retry] the same message sent again
//! <{bike.jpg} a message with a file of `files/`
//! <@47.6101,-122.3421 | a place | its address
//! <# the label of the button that the customer tapped
//! <^ a reply to the previous line
//! ```
//!
//! The first line has the address, the name (which may be empty), the age of the last message, and flags: `phone` (the
//! Phones page shows it), `airplane` (and it is in airplane mode), `closed`, `read` (nothing is unread). The address
//! has its channel as a prefix, except on SMS. `~` is a pause before the next message. `\n`
//! is a line break.

use std::time::Duration;

use jiff::Timestamp;

use super::error::DemoError;
use super::extra::{self, MessageExtra};
use super::files::{self, File};
use super::story_clock::{pseudo_random, subtract};

const STORIES: [(&str, &str); 6] = [
    ("other channels", include_str!("stories/channels.txt")),
    ("English", include_str!("stories/english.txt")),
    ("German", include_str!("stories/german.txt")),
    ("Spanish", include_str!("stories/spanish.txt")),
    ("Japanese", include_str!("stories/japanese.txt")),
    ("Arabic", include_str!("stories/arabic.txt")),
];

/// One conversation.
#[derive(Debug)]
pub(super) struct Story {
    /// The customer's address in Twilio's format.
    pub(super) number: String,
    /// The customer's name.
    pub(super) name: Option<String>,
    /// The age of the last message.
    pub(super) last_message_age: Duration,
    /// The flags: `phone`, `airplane`, `closed`, `read`.
    pub(super) flags: Vec<&'static str>,
    /// The messages, in order.
    pub(super) messages: Vec<StoryMessage>,
}

/// One message.
#[derive(Debug)]
pub(super) struct StoryMessage {
    /// The pause before it, in addition to the usual one.
    pub(super) pause_before: Duration,
    /// The text.
    pub(super) body: String,
    /// The files.
    pub(super) files: Vec<&'static File>,
    /// The extra.
    pub(super) extra: MessageExtra,
    /// The outcome of an outbound message.
    ///
    /// `None` for an inbound one.
    pub(super) outbound: Option<OutboundStep>,
}

/// An outbound message.
#[derive(Debug, Clone, Copy)]
pub(super) struct OutboundStep {
    /// Its outcome.
    pub(super) outcome: StoryOutcome,
    /// Whether it is a retry of the previous outbound message.
    pub(super) retry: bool,
}

/// The outcome of an outbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StoryOutcome {
    /// Queued at Twilio.
    Queued,
    /// Sent to the carrier.
    Sent,
    /// Delivered to the phone.
    Delivered,
    /// Not delivered by the carrier, with Twilio's code.
    Undelivered(u32),
    /// Not accepted by a carrier, with Twilio's code.
    Failed(u32),
    /// Rejected by Twilio, with its code.
    Rejected(u32),
    /// Twilio may or may not have accepted it.
    Unknown,
    /// It was never found out whether Twilio accepted it.
    Unconfirmed,
}

impl Story {
    /// Returns whether the story has the flag.
    pub(super) fn has_flag(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// Returns the time of each message, counted back from the last.
    pub(super) fn message_times(&self, now: Timestamp) -> Vec<Timestamp> {
        let mut at = subtract(now, self.last_message_age);
        let mut times = Vec::with_capacity(self.messages.len());
        for (index, message) in self.messages.iter().enumerate().rev() {
            times.push(at);
            let earlier_message = index.checked_sub(1).and_then(|index| self.messages.get(index));
            let same = earlier_message.is_some_and(|earlier_message| {
                earlier_message.outbound.is_some() == message.outbound.is_some()
            });
            let random = pseudo_random(&self.number, index, 1);
            let seconds = if same { 12 + random % 50 } else { 40 + random % 380 };
            at = subtract(
                at,
                message.pause_before + Duration::from_millis(seconds * 1_000 + random % 997),
            );
        }
        times.reverse();
        times
    }
}

/// Parses all stories.
pub(super) fn load_all() -> Result<Vec<Story>, DemoError> {
    let mut stories = Vec::new();
    for (language, text) in STORIES {
        let error_at = |index: usize| DemoError::Story { language, line: index + 1 };
        let mut pause = Duration::ZERO;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if is_header(line) {
                stories.push(parse_header(line).ok_or_else(|| error_at(index))?);
            } else if let Some(duration) = line.strip_prefix('~') {
                pause += parse_duration(duration.trim()).ok_or_else(|| error_at(index))?;
            } else if !line.is_empty() {
                let message = parse_message(line, std::mem::take(&mut pause))
                    .ok_or_else(|| error_at(index))?;
                stories.last_mut().ok_or_else(|| error_at(index))?.messages.push(message);
            }
        }
    }
    Ok(stories)
}

fn is_header(line: &str) -> bool {
    line.starts_with('+') || line.starts_with("whatsapp:") || line.starts_with("messenger:")
}

fn parse_header(line: &'static str) -> Option<Story> {
    let mut parts = line.split('|').map(str::trim);
    let number = parts.next()?.to_owned();
    let name = Some(parts.next()?.to_owned()).filter(|name| !name.is_empty());
    let last_message_age = parse_duration(parts.next()?)?;
    let flags = parts.next().unwrap_or("").split_whitespace().collect();
    Some(Story { number, name, last_message_age, flags, messages: Vec::new() })
}

fn parse_message(line: &str, pause: Duration) -> Option<StoryMessage> {
    if let Some(text) = line.strip_prefix('<') {
        let (extra, text) = extra::parse(text)?;
        let (files, body) = parse_content(text)?;
        return Some(StoryMessage { pause_before: pause, body, files, extra, outbound: None });
    }
    let text = line.strip_prefix('>')?;
    let (mark, text) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", text),
    };
    let retry = mark == "retry";
    let outcome = if retry { StoryOutcome::Delivered } else { parse_outcome(mark)? };
    let (files, body) = parse_content(text)?;
    let outbound = Some(OutboundStep { outcome, retry });
    Some(StoryMessage { pause_before: pause, body, files, extra: MessageExtra::None, outbound })
}

/// Parses the files and the text.
fn parse_content(text: &str) -> Option<(Vec<&'static File>, String)> {
    let (names, text) = match text.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => ("", text),
    };
    let files: Option<Vec<_>> = names.split_whitespace().map(files::find).collect();
    Some((files?, text.trim().replace("\\n", "\n")))
}

fn parse_outcome(mark: &str) -> Option<StoryOutcome> {
    let (word, code) = mark.split_once(' ').unwrap_or((mark, ""));
    let code = || code.parse().ok();
    Some(match word {
        "" => StoryOutcome::Delivered,
        "queued" => StoryOutcome::Queued,
        "sent" => StoryOutcome::Sent,
        "undelivered" => StoryOutcome::Undelivered(code()?),
        "failed" => StoryOutcome::Failed(code()?),
        "rejected" => StoryOutcome::Rejected(code()?),
        "unknown" => StoryOutcome::Unknown,
        "unconfirmed" => StoryOutcome::Unconfirmed,
        _ => return None,
    })
}

/// Parses a duration such as `2d 3h 15m 20s`.
///
/// Each part is optional.
fn parse_duration(text: &str) -> Option<Duration> {
    text.split_whitespace().try_fold(Duration::ZERO, |sum, part| {
        let unit = part.chars().last()?;
        let count: u64 = part.strip_suffix(unit)?.parse().ok()?;
        let seconds = match unit {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        Some(sum + Duration::from_secs(count * seconds))
    })
}
