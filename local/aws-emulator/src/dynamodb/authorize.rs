//! Who may do what: the question the front asks before each action.

use std::sync::Arc;

/// The policies of all callers, asked once for each action on each resource.
pub trait Authorize: Send + Sync + 'static {
    /// Whether `caller` (a function's name) may do `action` (`dynamodb:PutItem`) on `resource`, the
    /// ARN of a table or of one of its indexes (`<table arn>/index/<name>`).
    fn allow(&self, caller: &str, action: &str, resource: &str) -> bool;
}

impl<F: Fn(&str, &str, &str) -> bool + Send + Sync + 'static> Authorize for F {
    fn allow(&self, caller: &str, action: &str, resource: &str) -> bool {
        self(caller, action, resource)
    }
}

/// Asks for everything in `needs`, in order; the first that is refused is the answer.
pub(super) fn first_denied<'a>(
    permissions: &Arc<dyn Authorize>,
    caller: &str,
    required: &'a [RequiredPermission],
) -> Option<&'a RequiredPermission> {
    required
        .iter()
        .find(|permission| !permissions.allow(caller, permission.action, &permission.resource))
}

/// One action on one resource that a request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequiredPermission {
    /// For example `dynamodb:ConditionCheckItem`.
    pub action: &'static str,
    /// The ARN.
    pub resource: String,
}
