//! Whether a message may go: one decision, with its reasons, for the composer, the API and `dispatch`.

use jiff::Timestamp;

use crate::address::{Address, Channel};
use crate::consent::ConsentState;
use crate::conversation::Conversation;
use crate::media_limits::{MediaLimits, is_image};
use crate::message::LONGEST_BODY;
use crate::phone::PhoneNumber;
use crate::sentences::{Sentence, cannot_send as say};
pub use crate::verdict::{Reason, ReasonCode, ReasonView, Verdict};

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

    /// Everything that is in the way and what to do, for people.
    pub fn sentences(&self) -> Vec<Sentence> {
        let said = |reason: &Reason| [reason.text.clone(), reason.advice.clone()];
        self.reasons.iter().flat_map(said).collect()
    }
}

fn reason(code: ReasonCode, text: Sentence, advice: Sentence) -> Reason {
    Reason { code, text, advice }
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
        let (text, advice) = (say::sender_gone(), say::sender_gone_advice());
        found.push((Verdict::No, reason(ReasonCode::SenderCannot, text, advice)));
    }
    if let Some(reason) = of_country(conversation, circumstances) {
        found.push((Verdict::No, reason));
    }
    let rates = [
        (ReasonCode::RateUser, circumstances.user_waits, say::rate_user()),
        (ReasonCode::RateSender, circumstances.sender_waits, say::rate_sender()),
    ];
    for (code, waits, text) in rates {
        if waits.is_some_and(|until| until > now) {
            found.push((Verdict::WaitUntil, reason(code, text, say::rate_advice())));
        }
    }
    let until = circumstances.user_waits.max(circumstances.sender_waits);
    Decision::of(found, until)
}

fn standing(conversation: &Conversation, now: Timestamp) -> Vec<(Verdict, Reason)> {
    let mut found = Vec::new();
    if conversation.consent.as_ref().is_some_and(|c| c.state == ConsentState::OptedOut) {
        let (text, advice) = (say::opted_out(), say::opted_out_advice());
        found.push((Verdict::No, reason(ReasonCode::OptedOut, text, advice)));
    }
    let closed = |text, advice| reason(ReasonCode::WindowClosed, text, advice);
    let over = conversation.window_ends().is_none_or(|ends| ends <= now);
    match conversation.contact.as_ref().map(Address::channel) {
        Some(Channel::WhatsApp) if over => {
            let (text, advice) = (say::whatsapp_window(), say::whatsapp_window_advice());
            found.push((Verdict::NeedsTemplate, closed(text, advice)));
        }
        Some(Channel::Messenger) if over => {
            let (text, advice) = (say::messenger_window(), say::messenger_window_advice());
            found.push((Verdict::No, closed(text, advice)));
        }
        _ => {}
    }
    found
}

fn of_draft(conversation: &Conversation, draft: Draft<'_>) -> Vec<Reason> {
    let mut found = Vec::new();
    let length = draft.body.chars().count();
    if draft.body.trim().is_empty() && draft.media.is_empty() {
        found.push(reason(ReasonCode::Empty, say::empty(), say::empty_advice()));
    }
    if length > LONGEST_BODY {
        found.push(reason(ReasonCode::TooLong, say::too_long(length), say::too_long_advice()));
    }
    let channel = conversation.contact.as_ref().map_or(Channel::Sms, Address::channel);
    let limits = MediaLimits::of(channel);
    if draft.media.len() > limits.count {
        let text = match limits.count {
            1 => say::one_attachment(),
            count => say::attachments(count),
        };
        found.push(reason(ReasonCode::TooManyMedia, text, say::attachments_advice()));
    }
    if draft.media.iter().any(|one| !limits.takes(&one.content_type)) {
        let (text, advice) = (say::media_type(), say::media_type_advice());
        found.push(reason(ReasonCode::MediaNotAllowed, text, advice));
    }
    found.extend(too_large(&limits, draft.media));
    found
}

/// One file that is too large is told its own limit; the total is told only where each of them alone could go.
fn too_large(limits: &MediaLimits, media: &[Attachment]) -> Option<Reason> {
    let large = media.iter().find(|one| one.size > limits.largest(&one.content_type));
    let all: u64 = media.iter().map(|one| one.size).fold(0, u64::saturating_add);
    let (text, advice) = match large {
        Some(one) => {
            let most = limits.largest(&one.content_type);
            let picture = is_image(&one.content_type);
            let text = if picture { say::picture_too_large } else { say::media_too_large };
            (text(most), say::media_too_large_advice())
        }
        None if all > limits.total => {
            let text = say::media_too_large_together(limits.total);
            (text, say::media_too_large_together_advice())
        }
        None => return None,
    };
    Some(reason(ReasonCode::MediaTooLarge, text, advice))
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
    let (text, advice) = (say::country(region), say::country_advice());
    Some(reason(ReasonCode::CountryNotAllowed, text, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Consent, ConsentSource};
    use crate::conversation::ConversationId;
    use crate::sentences::joined;

    const SMS: &str = "+12065550143";
    const WHATSAPP: &str = "whatsapp:+12065550143";
    const MESSENGER: &str = "messenger:200000000000143";
    const RCS: &str = "rcs:+12065550143";

    fn now() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    /// A conversation in which the contact wrote `hours` ago, or never.
    fn with(contact: &str, hours: Option<i64>) -> Conversation {
        let id = ConversationId::parse("abcdefghijklmnopqrstuvwxyz").unwrap();
        let business = Address::parse("+18555080989").unwrap();
        let mut with =
            Conversation::direct(id, "main", &business, Address::parse(contact).unwrap());
        with.inbound_at = hours.map(|hours| now() - jiff::SignedDuration::from_hours(hours));
        with
    }

    fn consented(mut conversation: Conversation, state: ConsentState) -> Conversation {
        let source = ConsentSource::Keyword;
        conversation.consent = Some(Consent { state, at: now(), source });
        conversation
    }

    fn file(content_type: &str, size: u64) -> Attachment {
        Attachment { content_type: content_type.to_owned(), size }
    }

    fn usual() -> Circumstances {
        Circumstances { sender: true, ..Circumstances::default() }
    }

    fn only(regions: &[&str]) -> Circumstances {
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        Circumstances { countries: Some(regions), ..usual() }
    }

    #[track_caller]
    fn decides(decision: &Decision, verdict: Verdict, codes: &[ReasonCode]) {
        let found: Vec<ReasonCode> = decision.reasons.iter().map(|reason| reason.code).collect();
        assert_eq!((decision.verdict, &*found), (verdict, codes), "{decision:?}");
        assert_eq!(decision.yes(), codes.is_empty());
        for sentence in decision.sentences() {
            assert!(sentence.to_string().ends_with('.'), "{sentence:?}");
        }
    }

    #[test]
    fn who_may_be_written_to_depends_on_consent_and_window() {
        use ReasonCode::{OptedOut, WindowClosed};
        use Verdict::{NeedsTemplate, No, Yes};
        let stopped = |contact| consented(with(contact, Some(1)), ConsentState::OptedOut);
        let welcome = |contact| consented(with(contact, None), ConsentState::OptedIn);
        let late = |contact| consented(with(contact, Some(24)), ConsentState::OptedOut);
        let table: [(Conversation, Verdict, &[ReasonCode]); 15] = [
            (with(SMS, None), Yes, &[]),
            (with(SMS, Some(1_000)), Yes, &[]),
            (with(RCS, None), Yes, &[]),
            (with(WHATSAPP, Some(23)), Yes, &[]),
            (with(WHATSAPP, Some(24)), NeedsTemplate, &[WindowClosed]),
            (with(WHATSAPP, None), NeedsTemplate, &[WindowClosed]),
            (with(MESSENGER, Some(23)), Yes, &[]),
            (with(MESSENGER, Some(24)), No, &[WindowClosed]),
            (with(MESSENGER, None), No, &[WindowClosed]),
            (stopped(SMS), No, &[OptedOut]),
            (stopped(WHATSAPP), No, &[OptedOut]),
            (late(WHATSAPP), No, &[OptedOut, WindowClosed]),
            (late(MESSENGER), No, &[OptedOut, WindowClosed]),
            (welcome(SMS), Yes, &[]),
            // Consent opens no window.
            (welcome(WHATSAPP), NeedsTemplate, &[WindowClosed]),
        ];
        let draft = Draft { body: "Hi", media: &[] };
        for (conversation, verdict, codes) in table {
            decides(&may_write(&conversation, now()), verdict, codes);
            decides(&can_send(&conversation, draft, &usual(), now()), verdict, codes);
        }
    }

    #[test]
    fn what_may_go_depends_on_the_channel() {
        use ReasonCode::{Empty, MediaNotAllowed, MediaTooLarge, TooLong, TooManyMedia};
        let mb = 1024 * 1024;
        let longest = "ü".repeat(LONGEST_BODY);
        let longer = "ü".repeat(LONGEST_BODY + 1);
        let png = file("image/png", 10);
        let svg = file("image/svg+xml", 10);
        let table: [(&str, &str, Vec<Attachment>, &[ReasonCode]); 20] = [
            (SMS, "", vec![], &[Empty]),
            (SMS, " \n\t", vec![], &[Empty]),
            (SMS, "", vec![png.clone()], &[]),
            (SMS, &longest, vec![], &[]),
            (SMS, &longer, vec![], &[TooLong]),
            (SMS, "", vec![png.clone(); 10], &[]),
            (SMS, "", vec![png.clone(); 11], &[TooManyMedia]),
            (SMS, "", vec![svg.clone()], &[MediaNotAllowed]),
            (SMS, "", vec![file("image/png", 5 * mb)], &[]),
            (SMS, "", vec![file("image/png", 5 * mb + 1)], &[MediaTooLarge]),
            (SMS, "", vec![file("image/png", 3 * mb); 2], &[MediaTooLarge]),
            (SMS, "", vec![file("application/pdf", 500 * 1024 + 1)], &[MediaTooLarge]),
            (WHATSAPP, "", vec![png.clone(); 2], &[TooManyMedia]),
            (WHATSAPP, "", vec![file("image/gif", 10)], &[MediaNotAllowed]),
            (WHATSAPP, "", vec![file("video/mp4", 16 * mb)], &[]),
            (MESSENGER, "", vec![png.clone(); 10], &[]),
            (MESSENGER, "", vec![file("image/png", 8 * mb + 1)], &[MediaTooLarge]),
            (RCS, "", vec![png.clone(); 2], &[TooManyMedia]),
            (RCS, "", vec![file("video/mp4", 16 * mb)], &[]),
            (SMS, &longer, vec![svg; 11], &[TooLong, TooManyMedia, MediaNotAllowed]),
        ];
        for (contact, body, media, codes) in table {
            let verdict = if codes.is_empty() { Verdict::Yes } else { Verdict::No };
            let draft = Draft { body, media: &media };
            let decision = can_send(&with(contact, Some(1)), draft, &usual(), now());
            decides(&decision, verdict, codes);
        }
    }

    #[test]
    fn a_country_counts_for_those_alone_who_have_a_number_and_never_wrote() {
        use ReasonCode::CountryNotAllowed;
        let uk = "+447400123456";
        // A freephone number of no country.
        let nowhere = "+80012345678";
        let table: [(&str, Option<i64>, Circumstances, &[ReasonCode]); 8] = [
            (uk, None, usual(), &[]),
            (uk, None, only(&["US", "GB"]), &[]),
            (uk, None, only(&["US"]), &[CountryNotAllowed]),
            (uk, None, only(&[]), &[CountryNotAllowed]),
            (uk, Some(9_000), only(&["US"]), &[]),
            (SMS, None, only(&["US"]), &[]),
            (SMS, None, only(&["DE"]), &[CountryNotAllowed]),
            (nowhere, None, only(&["US"]), &[]),
        ];
        let draft = Draft { body: "Hi", media: &[] };
        for (contact, hours, circumstances, codes) in table {
            let verdict = if codes.is_empty() { Verdict::Yes } else { Verdict::No };
            let decision = can_send(&with(contact, hours), draft, &circumstances, now());
            decides(&decision, verdict, codes);
        }
        let person = with(MESSENGER, Some(1));
        decides(&can_send(&person, draft, &only(&["DE"]), now()), Verdict::Yes, &[]);
    }

    #[test]
    fn rates_put_off_until_the_later_end_and_a_no_is_not_put_off() {
        use ReasonCode::{Empty, RateSender, RateUser};
        use Verdict::{No, WaitUntil};
        let after = |seconds| Some(now() + jiff::SignedDuration::from_secs(seconds));
        let waits =
            |user, sender| Circumstances { user_waits: user, sender_waits: sender, ..usual() };
        let (short, long) = (after(10), after(20));
        let table: [(Circumstances, &str, Verdict, &[ReasonCode]); 6] = [
            (waits(short, None), "Hi", WaitUntil, &[RateUser]),
            (waits(None, long), "Hi", WaitUntil, &[RateSender]),
            (waits(short, long), "Hi", WaitUntil, &[RateUser, RateSender]),
            (waits(long, short), "Hi", WaitUntil, &[RateUser, RateSender]),
            (waits(after(0), after(-1)), "Hi", Verdict::Yes, &[]),
            (waits(short, None), "", No, &[Empty, RateUser]),
        ];
        let untils = [short, long, long, long, None, None];
        for ((circumstances, body, verdict, codes), until) in table.into_iter().zip(untils) {
            let draft = Draft { body, media: &[] };
            let decision = can_send(&with(SMS, None), draft, &circumstances, now());
            decides(&decision, verdict, codes);
            assert_eq!(decision.until, until);
        }
    }

    #[test]
    fn a_sender_that_is_no_longer_set_up_sends_nothing() {
        let gone = Circumstances::default();
        let decision =
            can_send(&with(SMS, Some(1)), Draft { body: "Hi", media: &[] }, &gone, now());
        decides(&decision, Verdict::No, &[ReasonCode::SenderCannot]);
        assert_eq!(
            joined(&decision.sentences()),
            "The number that this conversation was held with is no longer set up. Ask an admin, or start a new \
             conversation from another number."
        );
        decides(&Decision::granted(), Verdict::Yes, &[]);
    }
}
