//! `POST /twilio/events`: a sink of Event Streams. Each event is taken by itself; one that cannot be read waits in
//! quarantine while the others are stored.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Request, Response, Setup};
use shared::media::Media;
use shared::store::{Arrival, Received, Report};
use shared::twilio::event::{self, Told};

use crate::app::{App, Build, public};
use crate::messages::receive::{Desk, file};
use crate::messages::record_delivery::{report, unknown_message};
use crate::messages::webhook::{Reason, Signed, quarantine};

/// The route, as Twilio is told it.
pub const PATH: &str = "/twilio/events";

/// How many events of a batch are stored at once: Twilio waits five seconds.
const AT_ONCE: usize = 8;

const PARAMETERS: &[Parameter] =
    &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];

/// What an event means to this desk.
#[derive(Debug)]
pub enum News {
    /// A message that arrives.
    Message(Box<Arrival>),
    /// News of a message of ours.
    Report(Box<Report>),
    /// Nothing.
    None,
}

/// What became of an event.
#[derive(Debug)]
pub enum Taken {
    /// A message arrived, now or before.
    Received(Received),
    /// A report was added.
    Reported,
    /// It concerns no message of ours.
    Nothing,
}

/// Reads an event; or why it cannot be filed.
pub fn read(app: &App, desk: &Desk, event: &Value) -> Result<News, Reason> {
    let told = event::read(event).map_err(Reason::unreadable)?;
    match told {
        Told::Nothing => Ok(News::None),
        Told::Inbound(inbound) => {
            // The event counts the media and tells nothing else that came: the webhook of the same message does.
            let announced = inbound.announced;
            let mut arrival = desk.arrival(app, *inbound)?;
            arrival.partial = true;
            arrival.message.media = vec![Media::announced(); announced];
            Ok(News::Message(Box::new(arrival)))
        }
        Told::Status(callback) if callback.account != desk.door.account.account_sid => {
            Err(Reason::foreign_account())
        }
        Told::Status(callback) => Ok(News::Report(Box::new(report(app, *callback)))),
    }
}

/// Stores what an event told.
pub async fn take(app: &App, news: News) -> Result<Taken> {
    match news {
        News::None => Ok(Taken::Nothing),
        News::Message(arrival) => file(app, *arrival).await.map(Taken::Received),
        News::Report(report) => {
            let known = match app.store.message_by_sid(&report.sid).await? {
                Some((conversation, message)) => {
                    app.store.record_report(&conversation, message, &report).await?
                }
                None => false,
            };
            Ok(if known { Taken::Reported } else { Taken::Nothing })
        }
    }
}

/// Takes one kept event in again.
pub async fn again(app: &App, desk: &Desk, event: &Value) -> Result<Taken> {
    let news = read(app, desk, event).map_err(|reason| Error::Refused(reason.sentence))?;
    match take(app, news).await? {
        Taken::Nothing => Err(Error::Refused(unknown_message().sentence)),
        taken => Ok(taken),
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Desk::open, handle)
}

async fn handle(app: Arc<App>, desk: Arc<Desk>, request: Request) -> Result<Response> {
    let sent = Signed::of(&request, PATH);
    if let Err(refusal) = desk.door.admit_json(&app, &sent).await {
        return Ok(refusal);
    }
    let events = match event::split(sent.body) {
        Ok(events) => events,
        Err(wrong) => {
            quarantine(&app, &sent, &Reason::unreadable(wrong)).await?;
            return Ok(Response::empty(204));
        }
    };
    futures_util::stream::iter(events)
        .map(|event| {
            let (app, desk, sent) = (app.clone(), desk.clone(), &sent);
            async move { one(&app, &desk, sent, &event).await }
        })
        .buffered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(Response::empty(204))
}

async fn one(app: &App, desk: &Desk, sent: &Signed<'_>, event: &Value) -> Result<()> {
    match read(app, desk, event) {
        Ok(news) => {
            let taken = take(app, news).await?;
            tracing::info!(event.taken = !matches!(taken, Taken::Nothing), "An event came");
        }
        Err(reason) => {
            let alone = event.to_string();
            let alone = sent.part(alone.as_bytes());
            quarantine(app, &alone, &reason).await?;
        }
    }
    Ok(())
}
