//! `POST /twilio/messages` stores an inbound message before it is acknowledged.

use std::collections::BTreeMap;

use shared::config::{InstallKey, Parameter};
use shared::consent::keywords::{OptOutRequest, OptOutWords, parse_keyword};
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::MessageId;
use shared::lambda::{Request, Response, Setup};
use shared::localized;
use shared::media::Media;
use shared::message::extras::{MessageExtras, ReplyTo};
use shared::message::{Direction, Message};
use shared::sid::MessageSid;
use shared::store::{InboundOutcome, NewInbound};
use shared::twilio::webhook::{InboundMessage, TwilioMedia};

use crate::app::{App, Build, Cx, Needs, public};
use crate::senders::directory::SenderDirectory;
use crate::webhooks::quarantine::{QuarantineReason, quarantine_request};
use crate::webhooks::signed_request::SignedRequest;
use crate::webhooks::verify::{FormResult, WebhookVerifier};

/// The path of the route, as configured at Twilio.
pub const PATH: &str = "/twilio/messages";

/// The maximum size of a stored message, in bytes. DynamoDB allows 400 KB for an item; later changes need room too.
const MAX_MESSAGE_BYTES: usize = 300 * 1024;

const PARAMETERS: &[Parameter] =
    &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];

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

    /// Parses the message in a form. The error is the reason for quarantine.
    pub fn parse_form(&self, app: &App, form: FormResult) -> Result<NewInbound, QuarantineReason> {
        let form = form.map_err(QuarantineReason::invalid_form)?;
        let inbound = InboundMessage::parse(&form).map_err(QuarantineReason::invalid_webhook)?;
        self.to_new_inbound(app, inbound)
    }

    /// Converts a message from Twilio to one that can be stored. The error is the reason for quarantine.
    pub fn to_new_inbound(
        &self,
        app: &App,
        inbound: InboundMessage,
    ) -> Result<NewInbound, QuarantineReason> {
        if inbound.account != self.verifier.account.account_sid {
            return Err(QuarantineReason::foreign_account());
        }
        let sender = self.senders.find(&inbound.to);
        let sender = sender.ok_or_else(|| {
            QuarantineReason::new("unknown_number", localized::quarantine::unknown_number())
        })?;
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
        Ok(new_inbound)
    }
}

/// Returns about how many bytes the item of a message has.
fn stored_bytes(message: &Message) -> usize {
    serde_json::to_vec(message).map_or(usize::MAX, |json| json.len())
}

/// Stores an inbound message, with the ID of the message that it quotes if that is known.
pub async fn store_inbound(app: &App, mut inbound: NewInbound) -> Result<InboundOutcome> {
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

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

async fn handle(Cx { app, state: intake, .. }: Cx<Intake>, request: Request) -> Result<Response> {
    let signed_request = SignedRequest::from_request(&request, PATH);
    let form = match intake.verifier.verify_form(&app, &signed_request).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let inbound = match intake.parse_form(&app, form) {
        Ok(inbound) => inbound,
        Err(reason) => return quarantine_request(&app, &signed_request, &reason).await,
    };
    match store_inbound(&app, inbound).await? {
        InboundOutcome::Stored(message) => {
            tracing::info!(
                conversation.id = %message.conversation,
                message.id = %message.id,
                "Message stored"
            );
        }
        InboundOutcome::Duplicate => tracing::info!("Duplicate message ignored"),
    }
    Ok(Response::twiml())
}
