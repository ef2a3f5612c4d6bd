//! The permissions of functions: the template's policies, which every local service enforces.
//!
//! Every client signs with its function's name as the access key, so each service knows the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::template::{Grant, Template};

/// The caller with all permissions: the local system itself.
pub const LOCAL_ADMIN: &str = "local-admin";

/// The secret of every access key.
pub const LOCAL_SECRET: &str = "local";

/// A call that no policy allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{caller} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
)]
pub struct Denied {
    /// The caller.
    pub caller: String,
    /// The action, for example `dynamodb:PutItem`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
}

/// The policies of all functions, and which of their grants were used.
#[derive(Debug, Default)]
pub struct Permissions {
    grants: BTreeMap<String, Vec<Grant>>,
    used: Mutex<BTreeSet<(String, Grant)>>,
    denied: Mutex<Vec<Denied>>,
}

impl Permissions {
    /// Returns the policies of `template` without the `removed` grants (function and grant).
    pub fn from_template(template: &Template, removed: &[(String, Grant)]) -> Self {
        let mut grants = BTreeMap::new();
        for function in &template.functions {
            let remaining = function.grants.iter().filter(|grant| {
                !removed.iter().any(|(name, gone)| *name == function.name && gone == *grant)
            });
            grants.insert(function.name.clone(), remaining.cloned().collect());
        }
        Self { grants, ..Self::default() }
    }

    /// Checks that `caller` may perform `action` on `resource`.
    ///
    /// The grant that allows it counts as used.
    pub fn check(&self, caller: &str, action: &str, resource: &str) -> Result<(), Denied> {
        if caller == LOCAL_ADMIN {
            return Ok(());
        }
        let allowing = self
            .grants
            .get(caller)
            .into_iter()
            .flatten()
            .find(|grant| grant.action == action && matches(&grant.resource, resource));
        if let Some(grant) = allowing {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.insert((caller.to_owned(), grant.clone()));
            return Ok(());
        }
        let denied = Denied {
            caller: caller.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
        };
        let mut denials = self.denied.lock().unwrap_or_else(PoisonError::into_inner);
        denials.push(denied.clone());
        Err(denied)
    }

    /// Returns the grants that were never used, each with its function.
    pub fn unused(&self) -> Vec<(String, Grant)> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.grants.iter().flat_map(|(function, grants)| {
            grants.iter().map(|grant| (function.clone(), grant.clone()))
        });
        all.filter(|grant| !used.contains(grant)).collect()
    }

    /// Returns all denied calls.
    pub fn denied_calls(&self) -> Vec<Denied> {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Returns the caller of a request: the access key in its AWS `Authorization` header.
pub fn caller(authorization: Option<&str>) -> Option<&str> {
    let (_, credential) = authorization?.split_once("Credential=")?;
    credential.split('/').next().filter(|key| !key.is_empty())
}

/// Returns whether `pattern` matches `resource`.
///
/// A `*` matches any text.
fn matches(pattern: &str, resource: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| resource.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(removed: &[(String, Grant)]) -> Permissions {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        Permissions::from_template(&template, removed)
    }

    const SENDERS: &str = "arn:aws:ssm:eu-central-1:000000000000:parameter/partyline/senders";

    #[test]
    fn a_function_may_do_only_what_its_policy_allows() {
        let permissions = permissions(&[]);
        assert_eq!(permissions.check("list-senders", "ssm:GetParameters", SENDERS), Ok(()));
        let denied = permissions.check("get-health", "ssm:GetParameters", SENDERS).unwrap_err();
        assert!(denied.to_string().starts_with("get-health is not authorized to perform: ssm:"));
        assert!(permissions.check("unknown", "ssm:GetParameters", SENDERS).is_err());
        assert!(permissions.check(LOCAL_ADMIN, "anything", "anywhere").is_ok());
        assert_eq!(permissions.denied_calls().len(), 2);
    }

    #[test]
    fn a_permission_added_to_the_template_is_granted() {
        let template = include_str!("../../../template.yaml");
        let health = template.find("\n  GetHealth:").unwrap();
        let events = health + template[health..].find("      Events:").unwrap();
        let (before, after) = template.split_at(events);
        let policies = format!(
            "      Policies:\n        - Statement:\n            - {{ Effect: Allow, Action: ssm:GetParameters, Resource: \
             {SENDERS} }}\n"
        );
        let changed = Template::parse(&format!("{before}{policies}{after}")).unwrap();
        let permissions = Permissions::from_template(&changed, &[]);
        assert_eq!(permissions.check("get-health", "ssm:GetParameters", SENDERS), Ok(()));
        let resource = "arn:aws:ssm:eu-central-1:000000000000:parameter/partyline/twilio";
        assert!(permissions.check("get-health", "ssm:GetParameters", resource).is_err());
    }

    #[test]
    fn a_removed_grant_is_denied() {
        let grant = Grant { action: "ssm:GetParameters".to_owned(), resource: SENDERS.to_owned() };
        let permissions = permissions(&[("list-senders".to_owned(), grant)]);
        assert!(permissions.check("list-senders", "ssm:GetParameters", SENDERS).is_err());
        assert!(permissions.check("check-number", "ssm:GetParameters", SENDERS).is_ok());
    }

    #[test]
    fn a_grant_is_reported_until_it_is_used() {
        let permissions = permissions(&[]);
        let unused = |permissions: &Permissions| {
            permissions
                .unused()
                .iter()
                .any(|(name, grant)| name == "list-senders" && grant.resource == SENDERS)
        };
        assert!(unused(&permissions));
        permissions.check("list-senders", "ssm:GetParameters", SENDERS).unwrap();
        assert!(!unused(&permissions));
    }

    #[test]
    fn a_star_matches_any_text_and_other_text_only_itself() {
        assert!(matches("arn:x/*/POST/@connections/*", "arn:x/live/POST/@connections/abc="));
        assert!(!matches("arn:x/live/POST/*", "arn:x/live/GET/@connections/abc="));
        assert!(matches("arn:table", "arn:table"));
        assert!(!matches("arn:table", "arn:table/index/list"));
    }

    #[test]
    fn the_caller_is_the_access_key_of_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=push/20261120/eu-central-1/ssm/aws4_request, SignedHeaders=host";
        assert_eq!(caller(Some(header)), Some("push"));
        assert_eq!(caller(Some("Bearer x")), None);
        assert_eq!(caller(None), None);
    }
}
