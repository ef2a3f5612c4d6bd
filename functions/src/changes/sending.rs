//! One claimed send: called once, settled, deferred, or left unknown.

use std::time::Duration;

use shared::address::{Address, Channel};
use shared::can_send::{ReasonCode, may_write};
use shared::codes;
use shared::config::{Sender, Urls};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::intent::{Intent, deferral, later};
use shared::media::Media;
use shared::media_type::short_name;
use shared::message::Message;
use shared::retry;
use shared::secret::Secret;
use shared::sid::MessagingServiceSid;
use shared::store::Settled;
use shared::twilio::client::{Client, ClientOptions, CreateError, CreateMessage};

use super::handing::Hands;
use crate::app::App;
use crate::media::bucket;
use crate::messages::record_delivery;

/// What a call that Twilio did not process is first waited for in place, in all.
const IN_PLACE: Duration = Duration::from_secs(5);

/// The longest first wait in place; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// How long Twilio may read what goes with a message, which may wait in its queue.
const MEDIA_LIFE: Duration = Duration::from_hours(4);

/// The line to Twilio.
pub(super) struct Line {
    /// Calls.
    pub(super) client: Client,
    /// Who does what takes long.
    pub(super) hands: Hands,
    /// The bucket.
    pub(super) files: Files,
    urls: Urls,
    senders: Vec<Sender>,
}

/// How a message goes out.
pub(super) struct Route {
    /// The receiver as Twilio is told it.
    pub(super) to: Address,
    /// Our sender; none where the Messaging Service chooses it.
    pub(super) from: Option<Address>,
    service: Option<MessagingServiceSid>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Line")
    }
}

/// The calls to Twilio, as the account's API key or its own token.
pub(crate) fn client(app: &App) -> Result<Client> {
    let account = app.parameters.twilio()?;
    let own = || -> Result<(String, Secret)> {
        let token = account.auth_tokens.first().cloned();
        let token = token.ok_or_else(|| Error::configuration("twilio", "has no auth token"))?;
        Ok((account.account_sid.to_string(), token))
    };
    let key = account.api_key_sid.clone().zip(account.api_key_secret.clone());
    let (user, password) = key.map_or_else(own, Ok)?;
    Ok(Client::new(ClientOptions {
        base: app.variable("TWILIO_API_URL").unwrap_or_else(|| "https://api.twilio.com".to_owned()),
        account: account.account_sid.clone(),
        user,
        password,
        clock: app.clock.clone(),
        faults: app.faults.clone(),
    }))
}

impl Line {
    /// From the parameters.
    pub(super) fn open(app: &App) -> Result<Self> {
        Ok(Self {
            client: client(app)?,
            files: bucket(app)?,
            hands: Hands::of(app),
            urls: app.parameters.urls()?,
            senders: app.parameters.senders()?,
        })
    }

    /// The way of a message: through the sender's Messaging Service where it has one. RCS then goes to the plain
    /// number, so that the service can fall back to SMS.
    pub(super) fn route(&self, message: &Message) -> Route {
        let sender = self.senders.iter().find(|sender| sender.address == message.business);
        let service = sender.and_then(|sender| sender.messaging_service_sid.clone());
        match (message.contact.phone(), message.contact.channel(), service) {
            (Some(phone), Channel::Rcs, Some(service)) => {
                Route { to: Address::sms(phone.clone()), from: None, service: Some(service) }
            }
            (_, _, service) => {
                Route { to: message.contact.clone(), from: Some(message.business.clone()), service }
            }
        }
    }

    /// Where Twilio reads what goes with a message.
    fn media(&self, message: &Message) -> Vec<String> {
        let base = self.urls.public.first().map_or("", String::as_str);
        let read = |media: &Media| {
            let name = short_name(&media.content_type, media.name.as_deref());
            let disposition = format!("inline; filename=\"{name}\"");
            let object = media.object.as_deref()?;
            let path = self.files.reading(object, &media.content_type, &disposition, MEDIA_LIFE);
            Some(format!("{base}{path}"))
        };
        message.media.iter().filter_map(read).collect()
    }

    fn callback(&self, message: &Message) -> String {
        let base = self.urls.public.first().map_or("", String::as_str);
        // A fragment asks Twilio to repeat what was not answered 2xx; it is no part of what is signed.
        let path = record_delivery::path(&message.conversation, message.id);
        format!("{base}{path}#rc=5&rp=all")
    }
}

/// Does what a claimed intent says.
pub(super) async fn send(app: &App, twilio: &Line, claimed: &Intent) -> Result<()> {
    let message = app.store.message(&claimed.conversation, claimed.target).await?;
    let conversation = app.store.conversation(&claimed.conversation).await?;
    let cleared = conversation.as_ref().and_then(|conversation| conversation.cleared);
    let Some(message) = message.filter(|message| cleared.is_none_or(|c| message.id > c)) else {
        return app.store.settle(claimed, None, &Settled::Dropped).await.map(|_| ());
    };
    if let Some(code) = conversation.as_ref().and_then(|seen| forbidden(app, seen)) {
        // What was allowed at the click is not any more: Twilio's own words for it.
        return app.store.settle(claimed, None, &Settled::Refused { code }).await.map(|_| ());
    }
    match create(app, twilio, &message).await {
        Ok(how) => {
            app.store.settle(claimed, None, &how).await?;
        }
        Err(CreateError::NotProcessed { retry_after }) => {
            let wait = deferral(claimed.attempts, retry_after);
            app.store.defer(claimed, later(app.clock.now(), wait)).await?;
            tracing::info!(message.id = %message.id, seconds = wait.as_secs(), "A send waits");
        }
        Err(CreateError::Ambiguous(why)) => {
            tracing::warn!(message.id = %message.id, why, "Nobody knows whether Twilio took a send");
            app.store.give_to_lookup(claimed).await?;
        }
        Err(CreateError::Refused { code, .. }) => {
            app.store.settle(claimed, None, &Settled::Refused { code }).await?;
            app.store.learn(&message.conversation, message.created(), code).await?;
        }
    }
    Ok(())
}

/// The code for what stands against writing to this contact now.
fn forbidden(app: &App, conversation: &Conversation) -> Option<u32> {
    let decision = may_write(conversation, app.clock.now());
    decision.reasons.first().map(|reason| match reason.code {
        ReasonCode::OptedOut => codes::OPTED_OUT,
        _ => codes::WINDOW_CLOSED,
    })
}

/// Creates the message; what Twilio did not process is tried again in place for five seconds.
async fn create(app: &App, twilio: &Line, message: &Message) -> Result<Settled, CreateError> {
    let callback = twilio.callback(message);
    let route = twilio.route(message);
    let create = CreateMessage {
        from: route.from.as_ref(),
        service: route.service.as_ref(),
        to: &route.to,
        body: &message.body,
        media: &twilio.media(message),
        status_callback: &callback,
    };
    let mut pauses = retry::pauses(FIRST_WAIT, IN_PLACE, &*app.ids);
    let until = later(app.clock.now(), IN_PLACE);
    loop {
        match twilio.client.create_message(&create).await {
            Ok(created) => {
                let segments = created.num_segments;
                return Ok(Settled::Sent { sid: created.sid, segments, price: None });
            }
            Err(CreateError::NotProcessed { retry_after }) => {
                let pause = pauses.next().max(retry_after).unwrap_or(IN_PLACE);
                // The time that the calls themselves took counts too.
                if later(app.clock.now(), pause) > until {
                    return Err(CreateError::NotProcessed { retry_after });
                }
                app.clock.sleep(pause).await;
            }
            Err(other) => return Err(other),
        }
    }
}
