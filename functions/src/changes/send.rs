//! One claimed send: called once, settled, deferred, or left unknown.

use std::time::Duration;

use shared::address::{Address, Channel};
use shared::bucket::MediaBucket;
use shared::config::{Sender, Urls};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::media::Media;
use shared::media::file_type::short_file_name;
use shared::message::Message;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::retry;
use shared::secret::Secret;
use shared::sending::can_send::{ReasonCode, can_contact};
use shared::sid::MessagingServiceSid;
use shared::store::SendCompletion;
use shared::twilio::client::{Client, ClientOptions, CreateError, CreateMessage};
use shared::twilio_codes;

use super::hand_off::JobInvoker;
use crate::app::App;
use crate::media::media_bucket;
use crate::messages::record_delivery;

/// What a call that Twilio did not process is first waited for in place, in all.
const IN_PLACE_RETRY_BUDGET: Duration = Duration::from_secs(5);

/// The longest first wait in place; it doubles with each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How long Twilio may read what goes with a message, which may wait in its queue.
const OUTBOUND_MEDIA_TTL: Duration = Duration::from_hours(4);

/// The line to Twilio.
pub(super) struct DispatchContext {
    /// Calls.
    pub(super) twilio: Client,
    /// Who does what takes long.
    pub(super) job_invoker: JobInvoker,
    /// The bucket.
    pub(super) bucket: MediaBucket,
    urls: Urls,
    senders: Vec<Sender>,
}

/// How a message goes out.
pub(super) struct SendRoute {
    /// The receiver as Twilio is told it.
    pub(super) to: Address,
    /// Our sender; none where the Messaging Service chooses it.
    pub(super) from: Option<Address>,
    service: Option<MessagingServiceSid>,
}

impl std::fmt::Debug for DispatchContext {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DispatchContext")
    }
}

/// The calls to Twilio, as the account's API key or its own token.
pub(crate) fn twilio_client(app: &App) -> Result<Client> {
    let account = app.parameters.twilio()?;
    let auth_token_credentials = || -> Result<(String, Secret)> {
        let token = account.auth_tokens.first().cloned();
        let token = token.ok_or_else(|| Error::configuration("twilio", "has no auth token"))?;
        Ok((account.account_sid.to_string(), token))
    };
    let api_key = account.api_key_sid.clone().zip(account.api_key_secret.clone());
    let (user, password) = api_key.map_or_else(auth_token_credentials, Ok)?;
    Ok(Client::new(ClientOptions {
        base_url: app.env("TWILIO_API_URL").unwrap_or_else(|| "https://api.twilio.com".to_owned()),
        account: account.account_sid.clone(),
        user,
        password,
        clock: app.clock.clone(),
        faults: app.faults.clone(),
    }))
}

impl DispatchContext {
    /// From the parameters.
    pub(super) fn from_app(app: &App) -> Result<Self> {
        Ok(Self {
            twilio: twilio_client(app)?,
            bucket: media_bucket(app)?,
            job_invoker: JobInvoker::from_app(app),
            urls: app.parameters.urls()?,
            senders: app.parameters.senders()?,
        })
    }

    /// The way of a message: through the sender's Messaging Service where it has one. RCS then goes to the plain
    /// number, so that the service can fall back to SMS.
    pub(super) fn route(&self, message: &Message) -> SendRoute {
        let sender = self.senders.iter().find(|sender| sender.address == message.business);
        let service = sender.and_then(|sender| sender.messaging_service_sid.clone());
        match (message.contact.phone(), message.contact.channel(), service) {
            (Some(phone), Channel::Rcs, Some(service)) => {
                SendRoute { to: Address::sms(phone.clone()), from: None, service: Some(service) }
            }
            (_, _, service) => SendRoute {
                to: message.contact.clone(),
                from: Some(message.business.clone()),
                service,
            },
        }
    }

    /// Where Twilio reads what goes with a message.
    fn media_urls(&self, message: &Message) -> Vec<String> {
        let base = self.urls.public.first().map_or("", String::as_str);
        let presign = |media: &Media| {
            let name = short_file_name(&media.content_type, media.name.as_deref());
            let disposition = format!("inline; filename=\"{name}\"");
            let object_key = media.object_key.as_deref()?;
            let path = self.bucket.presign_get_path(
                object_key,
                &media.content_type,
                &disposition,
                OUTBOUND_MEDIA_TTL,
            );
            Some(format!("{base}{path}"))
        };
        message.media.iter().filter_map(presign).collect()
    }

    fn callback_url(&self, message: &Message) -> String {
        let base = self.urls.public.first().map_or("", String::as_str);
        // A fragment asks Twilio to repeat what was not answered 2xx; it is no part of what is signed.
        let path = record_delivery::callback_path(&message.conversation, message.id);
        format!("{base}{path}#rc=5&rp=all")
    }
}

/// Does what a claimed intent says.
pub(super) async fn send_claimed(
    app: &App,
    context: &DispatchContext,
    entry: &OutboxEntry,
) -> Result<()> {
    let message = app.store.get_message(&entry.conversation_id, entry.message_id).await?;
    let conversation = app.store.get_conversation(&entry.conversation_id).await?;
    let deleted_through =
        conversation.as_ref().and_then(|conversation| conversation.deleted_through);
    let Some(message) = message.filter(|message| deleted_through.is_none_or(|c| message.id > c))
    else {
        return app.store.complete_send(entry, None, &SendCompletion::Discarded).await.map(|_| ());
    };
    if let Some(code) =
        conversation.as_ref().and_then(|conversation| blocked_code(app, conversation))
    {
        // What was allowed at the click is not any more: Twilio's own words for it.
        return app
            .store
            .complete_send(entry, None, &SendCompletion::Rejected { code })
            .await
            .map(|_| ());
    }
    match create_with_retries(app, context, &message).await {
        Ok(completion) => {
            app.store.complete_send(entry, None, &completion).await?;
        }
        Err(CreateError::NotProcessed { retry_after }) => {
            let wait = backoff(entry.attempts, retry_after);
            app.store.defer(entry, add(app.clock.now(), wait)).await?;
            tracing::info!(message.id = %message.id, seconds = wait.as_secs(), "Send deferred");
        }
        Err(CreateError::Ambiguous(error)) => {
            tracing::warn!(message.id = %message.id, error, "Send result unknown");
            app.store.mark_unknown(entry).await?;
        }
        Err(CreateError::Rejected { code, .. }) => {
            app.store.complete_send(entry, None, &SendCompletion::Rejected { code }).await?;
            app.store.apply_error_code(&message.conversation, message.created_at(), code).await?;
        }
    }
    Ok(())
}

/// The code for what stands against writing to this contact now.
fn blocked_code(app: &App, conversation: &Conversation) -> Option<u32> {
    let check = can_contact(conversation, app.clock.now());
    check.reasons.first().map(|reason| match reason.code {
        ReasonCode::OptedOut => twilio_codes::OPTED_OUT,
        _ => twilio_codes::WINDOW_CLOSED,
    })
}

/// Creates the message; what Twilio did not process is tried again in place for five seconds.
async fn create_with_retries(
    app: &App,
    context: &DispatchContext,
    message: &Message,
) -> Result<SendCompletion, CreateError> {
    let status_callback = context.callback_url(message);
    let route = context.route(message);
    let request = CreateMessage {
        from: route.from.as_ref(),
        service: route.service.as_ref(),
        to: &route.to,
        body: &message.body,
        media: &context.media_urls(message),
        status_callback: &status_callback,
    };
    let mut pauses = retry::pauses(FIRST_RETRY_DELAY, IN_PLACE_RETRY_BUDGET, &*app.ids);
    let retry_until = add(app.clock.now(), IN_PLACE_RETRY_BUDGET);
    loop {
        match context.twilio.create_message(&request).await {
            Ok(created) => {
                let segments = created.num_segments;
                return Ok(SendCompletion::Accepted { sid: created.sid, segments, price: None });
            }
            Err(CreateError::NotProcessed { retry_after }) => {
                let pause = pauses.next().max(retry_after).unwrap_or(IN_PLACE_RETRY_BUDGET);
                // The time that the calls themselves took counts too.
                if add(app.clock.now(), pause) > retry_until {
                    return Err(CreateError::NotProcessed { retry_after });
                }
                app.clock.sleep(pause).await;
            }
            Err(error) => return Err(error),
        }
    }
}
