//! Whether a message may go: one decision, with its reasons, for the composer, the API and `dispatch`.

use jiff::Timestamp;

use crate::address::{Address, Channel};
use crate::consent::ConsentState;
use crate::conversation::Conversation;
use crate::media_limits::{MediaLimits, in_words};
use crate::message::LONGEST_BODY;
use crate::phone::PhoneNumber;
pub use crate::verdict::{Reason, ReasonCode, Verdict};

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// When it may go, if it has to wait.
    pub until: Option<Timestamp>,
    /// Everything that is in the way.
    pub reasons: Vec<Reason>,
}

/// Something to be sent beside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its type.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The text.
    pub body: &'a str,
    /// What goes with it.
    pub media: &'a [Attachment],
}

/// One of the sender's and contact's circumstances that the conversation does not know.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// Whether the conversation's sender is set up.
    pub sender: bool,
    /// Regions that it may write to first; none: any.
    pub countries: Option<Vec<String>>,
    /// Until when this person must wait.
    pub user_waits: Option<Timestamp>,
    /// Until when this sender must wait.
    pub sender_waits: Option<Timestamp>,
}

impl Decision {
    fn of(reasons: Vec<(Verdict, Reason)>, until: Option<Timestamp>) -> Self {
        let verdict = reasons.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Yes);
        let until = until.filter(|_| verdict == Verdict::WaitUntil);
        Self { verdict, until, reasons: reasons.into_iter().map(|(_, reason)| reason).collect() }
    }

    /// Nothing is in the way.
    pub fn granted() -> Self {
        Self::of(Vec::new(), None)
    }

    /// Whether it may go now.
    pub fn yes(&self) -> bool {
        self.verdict == Verdict::Yes
    }

    /// Everything that is in the way, as one text for people.
    pub fn sentence(&self) -> String {
        let parts: Vec<String> = self
            .reasons
            .iter()
            .map(|reason| format!("{} {}", reason.text, reason.advice))
            .collect();
        parts.join(" ")
    }
}

fn reason(code: ReasonCode, text: impl Into<String>, advice: &str) -> Reason {
    Reason { code, text: text.into(), advice: advice.to_owned() }
}

/// Whether the contact may be written to at all, whatever it is: consent and window. What `dispatch` asks again before
/// it calls Twilio.
pub fn may_write(conversation: &Conversation, now: Timestamp) -> Decision {
    Decision::of(standing(conversation, now), None)
}

/// Whether `draft` may go.
pub fn can_send(
    conversation: &Conversation,
    draft: Draft<'_>,
    circumstances: &Circumstances,
    now: Timestamp,
) -> Decision {
    let mut found = standing(conversation, now);
    found.extend(of_draft(conversation, draft).into_iter().map(|reason| (Verdict::No, reason)));
    if !circumstances.sender {
        let text = "The number that this conversation was held with is no longer set up.";
        let advice = "Ask an admin, or start a new conversation from another number.";
        found.push((Verdict::No, reason(ReasonCode::SenderCannot, text, advice)));
    }
    if let Some(reason) = of_country(conversation, circumstances) {
        found.push((Verdict::No, reason));
    }
    let rates = [
        (
            ReasonCode::RateUser,
            circumstances.user_waits,
            "You have sent very many messages in a minute.",
        ),
        (
            ReasonCode::RateSender,
            circumstances.sender_waits,
            "This number has sent very many messages in a minute.",
        ),
    ];
    for (code, waits, text) in rates {
        if waits.is_some_and(|until| until > now) {
            found.push((
                Verdict::WaitUntil,
                reason(code, text, "Wait a moment, then send it again."),
            ));
        }
    }
    let until = circumstances.user_waits.max(circumstances.sender_waits);
    Decision::of(found, until)
}

fn standing(conversation: &Conversation, now: Timestamp) -> Vec<(Verdict, Reason)> {
    let mut found = Vec::new();
    if conversation.consent.as_ref().is_some_and(|c| c.state == ConsentState::OptedOut) {
        let text = "The contact asked not to be written to.";
        let advice = "They can write START to hear from you again.";
        found.push((Verdict::No, reason(ReasonCode::OptedOut, text, advice)));
    }
    let closed = |text: &str, advice: &str| reason(ReasonCode::WindowClosed, text, advice);
    let over = conversation.window_ends().is_none_or(|ends| ends <= now);
    match conversation.contact.as_ref().map(Address::channel) {
        Some(Channel::WhatsApp) if over => {
            let text = "WhatsApp lets you write freely only within 24 hours of the contact's last message.";
            let advice = "Send an approved template, or wait until they write.";
            found.push((Verdict::NeedsTemplate, closed(text, advice)));
        }
        Some(Channel::Messenger) if over => {
            let text =
                "Messenger lets you write only within 24 hours of the contact's last message.";
            found.push((Verdict::No, closed(text, "Wait until they write.")));
        }
        _ => {}
    }
    found
}

fn of_draft(conversation: &Conversation, draft: Draft<'_>) -> Vec<Reason> {
    let mut found = Vec::new();
    let length = draft.body.chars().count();
    if draft.body.trim().is_empty() && draft.media.is_empty() {
        found.push(reason(ReasonCode::Empty, "The message is empty.", "Write something first."));
    }
    if length > LONGEST_BODY {
        let text = format!("The message has {length} characters; at most 1,600 can be sent.");
        found.push(reason(ReasonCode::TooLong, text, "Shorten it, or send it in parts."));
    }
    let channel = conversation.contact.as_ref().map_or(Channel::Sms, Address::channel);
    let limits = MediaLimits::of(channel);
    if draft.media.len() > limits.count {
        let text = match limits.count {
            1 => "This channel takes one attachment a message.".to_owned(),
            count => format!("This channel takes at most {count} attachments a message."),
        };
        found.push(reason(
            ReasonCode::TooManyMedia,
            text,
            "Send the others in messages of their own.",
        ));
    }
    if draft.media.iter().any(|one| !limits.takes(&one.content_type)) {
        let text = "This channel does not take files of this type.";
        found.push(reason(ReasonCode::MediaNotAllowed, text, "Send another type, or a link."));
    }
    let all: u64 = draft.media.iter().map(|one| one.size).fold(0, u64::saturating_add);
    let large = draft.media.iter().any(|one| one.size > limits.largest(&one.content_type));
    if large || all > limits.total {
        let text =
            format!("Attachments on this channel may have {} at most.", in_words(limits.total));
        let advice =
            "Send a smaller file, or a link. Files that are no pictures may be limited further.";
        found.push(reason(ReasonCode::MediaTooLarge, text, advice));
    }
    found
}

/// Who has written to us may be answered wherever they are; whom we write to first has to be in a country that is allowed.
fn of_country(conversation: &Conversation, circumstances: &Circumstances) -> Option<Reason> {
    let allowed = circumstances.countries.as_ref()?;
    if conversation.inbound_at.is_some() {
        return None;
    }
    let region = conversation.contact.as_ref()?.phone().and_then(PhoneNumber::region)?;
    if allowed.contains(&region) {
        return None;
    }
    let text = format!("Messages to this country ({region}) are not allowed.");
    let advice = "An admin can allow it in the configuration of the sender.";
    Some(reason(ReasonCode::CountryNotAllowed, text, advice))
}
