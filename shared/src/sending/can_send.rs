//! The decision whether a message may be sent, with reasons, for the composer, the API and `dispatch`.

use jiff::Timestamp;

use crate::address::phone::PhoneNumber;
use crate::address::{Address, Channel};
use crate::consent::ConsentState;
use crate::conversation::Conversation;
use crate::localized::{LocalizedText, cannot_send as texts};
use crate::media::limits::{MediaLimits, is_image};
use crate::message::MAX_BODY_CHARACTERS;
pub use crate::sending::send_check::{Reason, ReasonCode, ReasonView, SendDecision};

/// The answer to whether a message may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendCheck {
    /// The decision.
    pub decision: SendDecision,
    /// The time from which the message may be sent, if the decision is [`SendDecision::Wait`].
    pub retry_at: Option<Timestamp>,
    /// All reasons against sending.
    pub reasons: Vec<Reason>,
}

/// An attachment of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftAttachment {
    /// The content type.
    pub content_type: String,
    /// The size in bytes.
    pub size: u64,
}

/// The content of a message to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The text.
    pub body: &'a str,
    /// The attachments.
    pub media: &'a [DraftAttachment],
}

/// Facts for the decision that are not part of the conversation.
#[derive(Debug, Clone, Default)]
pub struct SendContext {
    /// Whether the conversation's sender is configured.
    pub sender_available: bool,
    /// The countries in which the sender may start conversations; `None` allows all.
    pub countries: Option<Vec<String>>,
    /// The time until which the user has reached the rate limit.
    pub user_retry_at: Option<Timestamp>,
    /// The time until which the sender has reached its rate limit.
    pub sender_retry_at: Option<Timestamp>,
}

impl SendCheck {
    fn new(reasons: Vec<(SendDecision, Reason)>, retry_at: Option<Timestamp>) -> Self {
        let decision =
            reasons.iter().map(|(decision, _)| *decision).max().unwrap_or(SendDecision::Allowed);
        let retry_at = retry_at.filter(|_| decision == SendDecision::Wait);
        Self {
            decision,
            retry_at,
            reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        }
    }

    /// Creates a send check without reasons against sending.
    pub fn allowed() -> Self {
        Self::new(Vec::new(), None)
    }

    /// Returns whether the message may be sent now.
    pub fn is_allowed(&self) -> bool {
        self.decision == SendDecision::Allowed
    }

    /// Returns the text and the advice of each reason, for the user.
    pub fn texts(&self) -> Vec<LocalizedText> {
        let texts = |reason: &Reason| [reason.text.clone(), reason.advice.clone()];
        self.reasons.iter().flat_map(texts).collect()
    }
}

fn reason(code: ReasonCode, text: LocalizedText, advice: LocalizedText) -> Reason {
    Reason { code, text, advice }
}

/// Returns whether the contact may get messages, by consent and 24-hour window.
///
/// `dispatch` checks this again before it creates the message at Twilio.
pub fn can_contact(conversation: &Conversation, now: Timestamp) -> SendCheck {
    SendCheck::new(contact_reasons(conversation, now), None)
}

/// Returns whether a first message may be sent, whatever its content and the rate limits are.
pub fn can_start(conversation: &Conversation, context: &SendContext, now: Timestamp) -> SendCheck {
    let mut reasons = contact_reasons(conversation, now);
    let country = country_reason(conversation, context);
    reasons.extend(country.map(|reason| (SendDecision::Denied, reason)));
    SendCheck::new(reasons, None)
}

/// Returns whether `draft` may be sent.
pub fn can_send(
    conversation: &Conversation,
    draft: Draft<'_>,
    context: &SendContext,
    now: Timestamp,
) -> SendCheck {
    let mut reasons = contact_reasons(conversation, now);
    reasons.extend(
        draft_reasons(conversation, draft).into_iter().map(|reason| (SendDecision::Denied, reason)),
    );
    if !context.sender_available {
        let (text, advice) = (texts::sender_gone(), texts::sender_gone_advice());
        reasons.push((SendDecision::Denied, reason(ReasonCode::SenderUnavailable, text, advice)));
    }
    if let Some(reason) = country_reason(conversation, context) {
        reasons.push((SendDecision::Denied, reason));
    }
    let rates = [
        (ReasonCode::UserRateLimit, context.user_retry_at, texts::user_rate_limit()),
        (ReasonCode::SenderRateLimit, context.sender_retry_at, texts::sender_rate_limit()),
    ];
    for (code, retry_at, text) in rates {
        if retry_at.is_some_and(|at| at > now) {
            reasons.push((SendDecision::Wait, reason(code, text, texts::rate_advice())));
        }
    }
    let retry_at = context.user_retry_at.max(context.sender_retry_at);
    SendCheck::new(reasons, retry_at)
}

fn contact_reasons(conversation: &Conversation, now: Timestamp) -> Vec<(SendDecision, Reason)> {
    let mut reasons = Vec::new();
    if conversation.consent.as_ref().is_some_and(|c| c.state == ConsentState::OptedOut) {
        let (text, advice) = (texts::opted_out(), texts::opted_out_advice());
        reasons.push((SendDecision::Denied, reason(ReasonCode::OptedOut, text, advice)));
    }
    if let Some(text) = no_replies(conversation) {
        let advice = texts::no_replies_advice();
        reasons.push((SendDecision::Denied, reason(ReasonCode::NoReplies, text, advice)));
    }
    let closed = |text, advice| reason(ReasonCode::WindowClosed, text, advice);
    let expired = conversation.window_expires_at().is_none_or(|expires_at| expires_at <= now);
    match conversation.contact.as_ref().map(Address::channel) {
        Some(Channel::WhatsApp) if expired => {
            let (text, advice) = (texts::whatsapp_window(), texts::whatsapp_window_advice());
            reasons.push((SendDecision::TemplateRequired, closed(text, advice)));
        }
        Some(Channel::Messenger) if expired => {
            let (text, advice) = (texts::messenger_window(), texts::messenger_window_advice());
            reasons.push((SendDecision::Denied, closed(text, advice)));
        }
        _ => {}
    }
    reasons
}

fn draft_reasons(conversation: &Conversation, draft: Draft<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let length = draft.body.chars().count();
    if draft.body.trim().is_empty() && draft.media.is_empty() {
        reasons.push(reason(ReasonCode::Empty, texts::empty(), texts::empty_advice()));
    }
    if length > MAX_BODY_CHARACTERS {
        reasons.push(reason(
            ReasonCode::TooLong,
            texts::too_long(length),
            texts::too_long_advice(),
        ));
    }
    let channel = conversation.contact.as_ref().map_or(Channel::Sms, Address::channel);
    let limits = MediaLimits::for_channel(channel);
    if draft.media.len() > limits.count {
        let text = match limits.count {
            1 => texts::one_attachment(),
            count => texts::attachments(count),
        };
        reasons.push(reason(ReasonCode::TooManyMedia, text, texts::attachments_advice()));
    }
    if draft.media.iter().any(|attachment| !limits.allows(&attachment.content_type)) {
        let (text, advice) = (texts::media_type(), texts::media_type_advice());
        reasons.push(reason(ReasonCode::MediaNotAllowed, text, advice));
    }
    reasons.extend(size_reason(&limits, draft.media));
    reasons
}

/// Returns the reason for attachments that are too large.
///
/// The limit of all attachments together is reported only if each attachment is within its own limit.
fn size_reason(limits: &MediaLimits, media: &[DraftAttachment]) -> Option<Reason> {
    let too_large =
        media.iter().find(|attachment| attachment.size > limits.max_size(&attachment.content_type));
    let total: u64 = media.iter().map(|attachment| attachment.size).fold(0, u64::saturating_add);
    let (text, advice) = match too_large {
        Some(attachment) => {
            let max = limits.max_size(&attachment.content_type);
            let is_picture = is_image(&attachment.content_type);
            let text = if is_picture { texts::picture_too_large } else { texts::media_too_large };
            (text(max), texts::media_too_large_advice())
        }
        None if total > limits.total => {
            let text = texts::media_too_large_together(limits.total);
            (text, texts::media_too_large_together_advice())
        }
        None => return None,
    };
    Some(reason(ReasonCode::MediaTooLarge, text, advice))
}

/// Returns the reason if the contact's country is not allowed.
///
/// The rule applies only to contacts who have never sent a message.
/// Returns why an SMS contact without a phone number cannot get messages.
///
/// A short code works within one country: it can be answered by a number to which it has written.
fn no_replies(conversation: &Conversation) -> Option<LocalizedText> {
    let contact = conversation.contact.as_ref()?;
    if contact.channel() != Channel::Sms || contact.phone().is_some() {
        return None;
    }
    let by_number = conversation.business.as_ref().is_some_and(|it| it.phone().is_some());
    match contact.is_short_code() {
        true if by_number && conversation.last_inbound_at.is_some() => None,
        true => Some(texts::short_code()),
        false => Some(texts::no_replies()),
    }
}

fn country_reason(conversation: &Conversation, context: &SendContext) -> Option<Reason> {
    let allowed = context.countries.as_ref()?;
    if conversation.last_inbound_at.is_some() {
        return None;
    }
    let region = conversation.contact.as_ref()?.phone().and_then(PhoneNumber::region)?;
    if allowed.contains(&region) {
        return None;
    }
    let (text, advice) = (texts::country(region), texts::country_advice());
    Some(reason(ReasonCode::CountryNotAllowed, text, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Consent, ConsentSource};
    use crate::conversation::ConversationId;
    use crate::inbox_name::InboxName;
    use crate::localized::join;

    const SMS: &str = "+12065550143";
    const WHATSAPP: &str = "whatsapp:+12065550143";
    const MESSENGER: &str = "messenger:200000000000143";
    const RCS: &str = "rcs:+12065550143";

    fn now() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    /// Returns a conversation in which the contact wrote `hours` ago, or never.
    fn conversation_with(contact: &str, hours: Option<i64>) -> Conversation {
        let id = ConversationId::parse("abcdefghijklmnopqrstuvwxyz").unwrap();
        let business = Address::parse("+18555080989").unwrap();
        let mut conversation = Conversation::direct(
            id,
            &InboxName::main(),
            &business,
            Address::parse(contact).unwrap(),
        );
        conversation.last_inbound_at =
            hours.map(|hours| now() - jiff::SignedDuration::from_hours(hours));
        conversation
    }

    fn with_consent(mut conversation: Conversation, state: ConsentState) -> Conversation {
        let source = ConsentSource::Keyword;
        conversation.consent = Some(Consent { state, at: now(), source });
        conversation
    }

    fn file(content_type: &str, size: u64) -> DraftAttachment {
        DraftAttachment { content_type: content_type.to_owned(), size }
    }

    fn default_context() -> SendContext {
        SendContext { sender_available: true, ..SendContext::default() }
    }

    fn only_countries(regions: &[&str]) -> SendContext {
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        SendContext { countries: Some(regions), ..default_context() }
    }

    #[track_caller]
    fn assert_check(check: &SendCheck, decision: SendDecision, codes: &[ReasonCode]) {
        let found_codes: Vec<ReasonCode> = check.reasons.iter().map(|reason| reason.code).collect();
        assert_eq!((check.decision, &*found_codes), (decision, codes), "{check:?}");
        assert_eq!(check.is_allowed(), codes.is_empty());
        for text in check.texts() {
            assert!(text.to_string().ends_with('.'), "{text:?}");
        }
    }

    #[test]
    fn contact_depends_on_consent_and_window() {
        use ReasonCode::{OptedOut, WindowClosed};
        use SendDecision::{Allowed, Denied, TemplateRequired};
        let opted_out =
            |contact| with_consent(conversation_with(contact, Some(1)), ConsentState::OptedOut);
        let opted_in =
            |contact| with_consent(conversation_with(contact, None), ConsentState::OptedIn);
        let opted_out_and_late =
            |contact| with_consent(conversation_with(contact, Some(24)), ConsentState::OptedOut);
        let table: [(Conversation, SendDecision, &[ReasonCode]); 15] = [
            (conversation_with(SMS, None), Allowed, &[]),
            (conversation_with(SMS, Some(1_000)), Allowed, &[]),
            (conversation_with(RCS, None), Allowed, &[]),
            (conversation_with(WHATSAPP, Some(23)), Allowed, &[]),
            (conversation_with(WHATSAPP, Some(24)), TemplateRequired, &[WindowClosed]),
            (conversation_with(WHATSAPP, None), TemplateRequired, &[WindowClosed]),
            (conversation_with(MESSENGER, Some(23)), Allowed, &[]),
            (conversation_with(MESSENGER, Some(24)), Denied, &[WindowClosed]),
            (conversation_with(MESSENGER, None), Denied, &[WindowClosed]),
            (opted_out(SMS), Denied, &[OptedOut]),
            (opted_out(WHATSAPP), Denied, &[OptedOut]),
            (opted_out_and_late(WHATSAPP), Denied, &[OptedOut, WindowClosed]),
            (opted_out_and_late(MESSENGER), Denied, &[OptedOut, WindowClosed]),
            (opted_in(SMS), Allowed, &[]),
            // Consent does not open the window.
            (opted_in(WHATSAPP), TemplateRequired, &[WindowClosed]),
        ];
        let draft = Draft { body: "Hi", media: &[] };
        for (conversation, decision, codes) in table {
            assert_check(&can_contact(&conversation, now()), decision, codes);
            assert_check(
                &can_send(&conversation, draft, &default_context(), now()),
                decision,
                codes,
            );
        }
    }

    #[test]
    fn allowed_content_depends_on_the_channel() {
        use ReasonCode::{Empty, MediaNotAllowed, MediaTooLarge, TooLong, TooManyMedia};
        let mb = 1024 * 1024;
        let longest = "ü".repeat(MAX_BODY_CHARACTERS);
        let longer = "ü".repeat(MAX_BODY_CHARACTERS + 1);
        let png = file("image/png", 10);
        let svg = file("image/svg+xml", 10);
        let table: [(&str, &str, Vec<DraftAttachment>, &[ReasonCode]); 20] = [
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
            let decision =
                if codes.is_empty() { SendDecision::Allowed } else { SendDecision::Denied };
            let draft = Draft { body, media: &media };
            let check =
                can_send(&conversation_with(contact, Some(1)), draft, &default_context(), now());
            assert_check(&check, decision, codes);
        }
    }

    #[test]
    fn countries_are_checked_only_for_numbers_that_never_wrote() {
        use ReasonCode::CountryNotAllowed;
        let uk = "+447400123456";
        // An international freephone number, which belongs to no country.
        let nowhere = "+80012345678";
        let table: [(&str, Option<i64>, SendContext, &[ReasonCode]); 8] = [
            (uk, None, default_context(), &[]),
            (uk, None, only_countries(&["US", "GB"]), &[]),
            (uk, None, only_countries(&["US"]), &[CountryNotAllowed]),
            (uk, None, only_countries(&[]), &[CountryNotAllowed]),
            (uk, Some(9_000), only_countries(&["US"]), &[]),
            (SMS, None, only_countries(&["US"]), &[]),
            (SMS, None, only_countries(&["DE"]), &[CountryNotAllowed]),
            (nowhere, None, only_countries(&["US"]), &[]),
        ];
        let draft = Draft { body: "Hi", media: &[] };
        for (contact, hours, context, codes) in table {
            let decision =
                if codes.is_empty() { SendDecision::Allowed } else { SendDecision::Denied };
            let check = can_send(&conversation_with(contact, hours), draft, &context, now());
            assert_check(&check, decision, codes);
        }
        let messenger = conversation_with(MESSENGER, Some(1));
        assert_check(
            &can_send(&messenger, draft, &only_countries(&["DE"]), now()),
            SendDecision::Allowed,
            &[],
        );
    }

    #[test]
    fn rate_limits_wait_until_the_later_end_and_a_denial_has_no_retry_time() {
        use ReasonCode::{Empty, SenderRateLimit, UserRateLimit};
        use SendDecision::{Denied, Wait};
        let after = |seconds| Some(now() + jiff::SignedDuration::from_secs(seconds));
        let limited = |user, sender| SendContext {
            user_retry_at: user,
            sender_retry_at: sender,
            ..default_context()
        };
        let (short, long) = (after(10), after(20));
        let table: [(SendContext, &str, SendDecision, &[ReasonCode]); 6] = [
            (limited(short, None), "Hi", Wait, &[UserRateLimit]),
            (limited(None, long), "Hi", Wait, &[SenderRateLimit]),
            (limited(short, long), "Hi", Wait, &[UserRateLimit, SenderRateLimit]),
            (limited(long, short), "Hi", Wait, &[UserRateLimit, SenderRateLimit]),
            (limited(after(0), after(-1)), "Hi", SendDecision::Allowed, &[]),
            (limited(short, None), "", Denied, &[Empty, UserRateLimit]),
        ];
        let expected_times = [short, long, long, long, None, None];
        for ((context, body, decision, codes), retry_at) in table.into_iter().zip(expected_times) {
            let draft = Draft { body, media: &[] };
            let check = can_send(&conversation_with(SMS, None), draft, &context, now());
            assert_check(&check, decision, codes);
            assert_eq!(check.retry_at, retry_at);
        }
    }

    #[test]
    fn a_missing_sender_denies_the_send() {
        let no_sender = SendContext::default();
        let check = can_send(
            &conversation_with(SMS, Some(1)),
            Draft { body: "Hi", media: &[] },
            &no_sender,
            now(),
        );
        assert_check(&check, SendDecision::Denied, &[ReasonCode::SenderUnavailable]);
        assert_eq!(
            join(&check.texts()),
            "The sender of this conversation is no longer configured. Ask an admin or start a new \
             conversation from another sender."
        );
        assert_check(&SendCheck::allowed(), SendDecision::Allowed, &[]);
    }
}
