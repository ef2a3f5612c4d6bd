//! The permission check before each operation.

use std::sync::Arc;

/// Decides which caller may do what.
pub trait Authorize: Send + Sync + 'static {
    /// Returns whether `caller` (a function's name) may perform `action` on `resource`.
    ///
    /// For example `dynamodb:PutItem`. The resource is the ARN of a table or of an index (`<table arn>/index/<name>`).
    fn allow(&self, caller: &str, action: &str, resource: &str) -> bool;
}

impl<F: Fn(&str, &str, &str) -> bool + Send + Sync + 'static> Authorize for F {
    fn allow(&self, caller: &str, action: &str, resource: &str) -> bool {
        self(caller, action, resource)
    }
}

/// Returns the first required permission that the caller does not have.
pub(super) fn first_denied<'a>(
    permissions: &Arc<dyn Authorize>,
    caller: &str,
    required: &'a [RequiredPermission],
) -> Option<&'a RequiredPermission> {
    required
        .iter()
        .find(|permission| !permissions.allow(caller, permission.action, &permission.resource))
}

/// A permission that a request requires: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequiredPermission {
    /// The action, for example `dynamodb:ConditionCheckItem`.
    pub action: &'static str,
    /// The ARN of the resource.
    pub resource: String,
}
