//! `ClientRequestToken`: a transaction that is sent twice within ten minutes is executed once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

/// How long DynamoDB remembers a token.
const TOKEN_TTL: Duration = Duration::from_mins(10);

/// The state of a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenState {
    /// The token is new.
    ///
    /// The caller runs the transaction and then calls [`IdempotencyTokens::finish`].
    New(u64),
    /// The same transaction succeeded before.
    Done,
    /// The same transaction is running.
    InProgress,
    /// The token was used for other items.
    Mismatch,
}

#[derive(Debug, Default)]
struct Inner {
    tokens: HashMap<u64, (u64, bool)>,
    ages: VecDeque<(Timestamp, u64)>,
}

/// The tokens of the last ten minutes.
///
/// Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct IdempotencyTokens {
    inner: Arc<Mutex<Inner>>,
}

impl IdempotencyTokens {
    /// Claims the token of `body`.
    ///
    /// Returns `None` if it has no token.
    pub(super) fn claim(&self, body: &Value, now: Timestamp) -> Option<TokenState> {
        let token = hash(body.get("ClientRequestToken")?);
        let items = hash(body.get("TransactItems")?);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((since, old)) = inner.ages.front().copied() {
            if now.duration_since(since).unsigned_abs() < TOKEN_TTL {
                break;
            }
            inner.ages.pop_front();
            inner.tokens.remove(&old);
        }
        Some(match inner.tokens.entry(token) {
            Entry::Vacant(entry) => {
                entry.insert((items, false));
                inner.ages.push_back((now, token));
                TokenState::New(token)
            }
            Entry::Occupied(entry) => match entry.get() {
                (stored, _) if *stored != items => TokenState::Mismatch,
                (_, true) => TokenState::Done,
                (_, false) => TokenState::InProgress,
            },
        })
    }

    /// Ends a claim.
    ///
    /// A failed transaction may be retried with its token.
    pub(super) fn finish(&self, token: u64, done: bool) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if done {
            if let Some((_, finished)) = inner.tokens.get_mut(&token) {
                *finished = true;
            }
        } else {
            inner.tokens.remove(&token);
        }
    }
}

fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
