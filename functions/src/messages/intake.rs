//! Intake: converts inbound messages of webhooks and events to messages that can be stored, and stores them.

use std::collections::BTreeMap;

use shared::config::{InstallKey, Parameter, Sender};
use shared::consent::keywords::{OptOutRequest, OptOutWords, parse_keyword};
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::MessageId;
use shared::localized;
use shared::media::Media;
use shared::message::extras::{MessageExtras, ReplyTo};
use shared::message::{Direction, Message};
use shared::sid::MessageSid;
use shared::store::{InboundOutcome, NewInbound};
use shared::twilio::webhook::{InboundMessage, TwilioMedia};

use crate::app::App;
use crate::senders::directory::SenderDirectory;
use crate::webhooks::quarantine::QuarantineReason;
use crate::webhooks::verify::WebhookVerifier;

/// The parameters of [`Intake::from_app`].
pub const PARAMETERS: &[Parameter] =
    &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];

/// The maximum size of a stored message, in bytes. DynamoDB allows 400 KB for an item; later changes need room too.
const MAX_MESSAGE_BYTES: usize = 300 * 1024;

/// Configuration for storing inbound messages.
#[derive(Debug)]
pub struct Intake {
    /// Verifies the signatures of webhooks.
    pub verifier: WebhookVerifier,
    senders: SenderDirectory,
    key: InstallKey,
    opt_out_words: OptOutWords,
}

impl Intake {
    /// Creates the configuration from the parameters.
    pub fn from_app(app: &App) -> Result<Self> {
        let verifier = WebhookVerifier::from_app(app)?;
        Ok(Self {
            opt_out_words: verifier.account.opt_out_words.clone().unwrap_or_default(),
            verifier,
            senders: SenderDirectory::from_app(app)?,
            key: app.parameters.install_key()?,
        })
    }

    /// Converts a message from Twilio to one that can be stored. The error is the reason for quarantine.
    pub fn to_new_inbound(
        &self,
        app: &App,
        inbound: InboundMessage,
    ) -> Result<NewInbound, QuarantineReason> {
        let sender = self.recipient(&inbound)?;
        let pending =
            |media: &TwilioMedia| Media::pending(&media.url, media.content_type.as_deref());
        let mut message = Message {
            id: MessageId::generate(&*app.ids, app.clock.now()),
            conversation: ConversationId::direct(&self.key, &inbound.to, &inbound.from),
            inbox: sender.inbox.clone(),
            direction: Direction::Inbound,
            business: inbound.to,
            contact: inbound.from,
            author: None,
            body: inbound.body,
            statuses: BTreeMap::new(),
            send_result: None,
            rev: 1,
            sid: Some(inbound.sid),
            idempotency_key: None,
            retried_by: None,
            segments: inbound.num_segments,
            media: inbound.media.iter().map(pending).collect(),
            extras: MessageExtras {
                location: inbound.location,
                button: inbound.button,
                reply_to: inbound.reply_to.map(|sid| ReplyTo { sid, message_id: None }),
                referral: inbound.referral,
                other_recipients: inbound.other_recipients.into_iter().map(Into::into).collect(),
                forwarded: inbound.forwarded,
                opt_out: inbound
                    .opt_out_type
                    .as_deref()
                    .and_then(|keyword| parse_keyword(keyword, false)),
                may_be_opt_out: false,
            },
            price: None,
            sms_fallback: false,
            redacted: false,
        };
        if stored_bytes(&message) > MAX_MESSAGE_BYTES {
            return Err(QuarantineReason::new("too_large", localized::quarantine::too_large()));
        }
        let request = self.opt_out_words.request(message.contact.channel(), &message.body);
        message.extras.may_be_opt_out =
            message.extras.opt_out.is_none() && request == OptOutRequest::Possible;
        let mut new_inbound = NewInbound::new(message, inbound.profile_name, false);
        new_inbound.opts_out = request == OptOutRequest::Certain;
        new_inbound.user_id = inbound.user_id;
        Ok(new_inbound)
    }

    /// Returns our sender that got the message. The error is the reason for quarantine.
    fn recipient(&self, inbound: &InboundMessage) -> Result<&Sender, QuarantineReason> {
        if inbound.account != self.verifier.account.account_sid {
            return Err(QuarantineReason::foreign_account());
        }
        let unknown =
            || QuarantineReason::new("unknown_number", localized::quarantine::unknown_number());
        let sender = self.senders.find(&inbound.to).ok_or_else(unknown)?;
        if self.senders.find(&inbound.from).is_some() {
            return Err(QuarantineReason::new("own_number", localized::quarantine::own_number()));
        }
        let service = inbound.messaging_service_sid.as_deref();
        if service.is_some_and(|service| !self.senders.knows_service(service)) {
            let text = localized::quarantine::unknown_service();
            return Err(QuarantineReason::new("unknown_service", text));
        }
        Ok(sender)
    }
}

/// Returns about how many bytes the item of a message has.
fn stored_bytes(message: &Message) -> usize {
    serde_json::to_vec(message).map_or(usize::MAX, |json| json.len())
}

/// Stores an inbound message, with the ID of the message that it quotes if that is known.
///
/// A message from a user ID belongs to the conversation with the phone number, if a message has named both.
pub async fn store_inbound(app: &App, mut inbound: NewInbound) -> Result<InboundOutcome> {
    app.store.resolve_user_id(&mut inbound.message).await?;
    let conversation = &inbound.message.conversation;
    if let Some(reply_to) = &mut inbound.message.extras.reply_to
        && let Some(sid) = MessageSid::parse(&reply_to.sid)
    {
        match app.store.find_message_by_sid(&sid).await {
            Ok(Some((conversation_id, id))) if conversation_id == *conversation => {
                reply_to.message_id = Some(id.to_string());
            }
            Ok(_) => {}
            // Store the message even if the quoted one cannot be read.
            Err(error) => tracing::warn!(%error, "Quoted message look-up failed"),
        }
    }
    app.store.put_inbound(inbound).await
}
