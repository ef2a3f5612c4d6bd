//! The one decision, `can_send`, with what the functions know of its circumstances.

use std::time::Duration;

use shared::address::Address;
use shared::can_send::{Attachment, Circumstances, Decision, Draft, Reason, Verdict, can_send};
use shared::config::{Parameter, Sender};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::Caller;
use shared::phone::PhoneNumber;

use crate::app::App;

/// The parameters that it needs.
pub const PARAMETERS: &[Parameter] = &[Parameter::Senders];

/// How long sends are counted together.
const MINUTE: Duration = Duration::from_mins(1);

/// How many one person may send in a minute: far more than anybody types, far less than a script would.
const BY_USER: u64 = 600;

/// How many one sender of ours may send in a minute; what it really does is Twilio's to queue.
const BY_SENDER: u64 = 1_200;

/// Our senders.
#[derive(Debug)]
pub struct Senders(Vec<Sender>);

/// Whether a look at the counters counts as a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Something is about to be sent.
    Send,
    /// Somebody only asks.
    Question,
}

impl Senders {
    /// From the parameter.
    pub fn open(app: &App) -> Result<Self> {
        app.parameters.senders().map(Self)
    }

    /// What the conversation does not know of itself.
    pub async fn circumstances(
        &self,
        app: &App,
        caller: &Caller,
        conversation: &Conversation,
        counting: Counting,
    ) -> Result<Circumstances> {
        let business = conversation.business.as_ref();
        let sender = self.0.iter().find(|sender| Some(&sender.address) == business);
        let business = business.map(Address::as_str).unwrap_or_default();
        let by_user = waits(app, &format!("send#{}", caller.username), BY_USER, counting).await?;
        let by_sender = waits(app, &format!("send-from#{business}"), BY_SENDER, counting).await?;
        Ok(Circumstances {
            sender: sender.is_some(),
            countries: sender.map(|sender| self.countries(sender)),
            user_waits: by_user,
            sender_waits: by_sender,
        })
    }

    fn countries(&self, sender: &Sender) -> Vec<String> {
        let own = || {
            let phones = self.0.iter().filter_map(|sender| sender.address.phone());
            phones.filter_map(PhoneNumber::region).collect()
        };
        sender.countries.clone().unwrap_or_else(own)
    }
}

async fn waits(
    app: &App,
    what: &str,
    most: u64,
    counting: Counting,
) -> Result<Option<jiff::Timestamp>> {
    let over = match counting {
        Counting::Send => app.store.count(what, MINUTE).await? > most,
        Counting::Question => app.store.counted(what, MINUTE).await? >= most,
    };
    Ok(over.then(|| app.store.window_ends(MINUTE)))
}

/// The decision on `body` and `media` in `conversation`.
pub fn decide(
    app: &App,
    circumstances: &Circumstances,
    conversation: &Conversation,
    body: &str,
    media: &[Attachment],
) -> Decision {
    can_send(conversation, Draft { body, media }, circumstances, app.clock.now())
}

/// The answer to a send that may not go.
pub fn refusal(app: &App, decision: &Decision) -> Error {
    let sentences = decision.sentences();
    if decision.verdict == Verdict::WaitUntil {
        let now = app.clock.now().as_second();
        let until = decision.until.map_or(now, jiff::Timestamp::as_second);
        let retry_after = u64::try_from(until - now).unwrap_or(0).max(1);
        return Error::TooMany { sentences, retry_after };
    }
    let reasons: Vec<_> = decision.reasons.iter().map(Reason::view).collect();
    match serde_json::to_value(&reasons) {
        Ok(reasons) => Error::MayNotSend { sentences, reasons: Box::new(reasons) },
        Err(error) => Error::failed(error),
    }
}
