//! Sends a claimed message: completes, defers or marks the entry unknown after one create call.

use std::time::Duration;

use shared::conversation::Conversation;
use shared::error::Result;
use shared::message::Message;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::retry;
use shared::sending::can_send::{ReasonCode, can_contact};
use shared::store::SendCompletion;
use shared::twilio::error::CreateError;
use shared::twilio::message_resource::CreateMessage;
use shared::twilio_codes;

use super::context::DispatchContext;
use crate::app::App;

/// The total time for retrying a call that Twilio did not process, before the entry is deferred.
const IN_PLACE_RETRY_BUDGET: Duration = Duration::from_secs(5);

/// The upper limit of the first pause between retries. Each further pause doubles it.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Sends the message of a claimed entry and records the result.
///
/// Discards a deleted message. Rejects a message that the contact may no longer receive, with the error code that
/// Twilio would return.
pub(super) async fn send_claimed(
    app: &App,
    context: &DispatchContext,
    entry: &OutboxEntry,
) -> Result<()> {
    let (conversation_id, message_id) = entry.message()?;
    let Some(message) = app.store.get_message(conversation_id, message_id).await? else {
        return app.store.complete_send(entry, None, &SendCompletion::Discarded).await.map(|_| ());
    };
    match create_with_retries(app, context, &message).await? {
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

/// Returns how a send ends without a call: the message was deleted, the contact opted out, or the window closed after it
/// was stored.
async fn ended_by_now(app: &App, message: &Message) -> Result<Option<SendCompletion>> {
    let Some(conversation) = app.store.get_conversation(&message.conversation).await? else {
        return Ok(Some(SendCompletion::Discarded));
    };
    if conversation.deleted_through.is_some_and(|deleted_through| message.id <= deleted_through) {
        return Ok(Some(SendCompletion::Discarded));
    }
    Ok(blocked_code(app, &conversation).map(|code| SendCompletion::Rejected { code }))
}

/// Returns the error code for the first reason why the contact may not receive messages now.
fn blocked_code(app: &App, conversation: &Conversation) -> Option<u32> {
    let check = can_contact(conversation, app.clock.now());
    check.reasons.first().map(|reason| match reason.code {
        ReasonCode::OptedOut => twilio_codes::OPTED_OUT,
        _ => twilio_codes::WINDOW_CLOSED,
    })
}

/// Creates the message at Twilio. Retries calls that Twilio did not process for [`IN_PLACE_RETRY_BUDGET`].
///
/// Before each call it asks again whether the message may be sent: the contact may opt out during the pauses.
async fn create_with_retries(
    app: &App,
    context: &DispatchContext,
    message: &Message,
) -> Result<Result<SendCompletion, CreateError>> {
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
        if let Some(completion) = ended_by_now(app, message).await? {
            return Ok(Ok(completion));
        }
        match context.twilio.create_message(&request).await {
            Ok(created) => {
                let (sid, segments) = (created.sid, created.num_segments);
                return Ok(Ok(SendCompletion::Accepted { sid, segments, price: None }));
            }
            Err(CreateError::NotProcessed { retry_after }) => {
                let pause = pauses.next().max(retry_after).unwrap_or(IN_PLACE_RETRY_BUDGET);
                // The duration of the calls counts toward the budget.
                if add(app.clock.now(), pause) > retry_until {
                    return Ok(Err(CreateError::NotProcessed { retry_after }));
                }
                app.clock.sleep(pause).await;
            }
            Err(error) => return Ok(Err(error)),
        }
    }
}
