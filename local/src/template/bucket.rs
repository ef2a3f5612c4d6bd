//! Buckets: private, encrypted, and what they do not keep for ever.

use super::error::TemplateError;
use super::model::BucketSpec;
use super::node::Node;
use super::scope::Scope;
use super::view::View;

const BUCKET: &[&str] = &[
    "BucketEncryption",
    "PublicAccessBlockConfiguration",
    "OwnershipControls",
    "LifecycleConfiguration",
    "Tags",
];

/// What keeps the public out; all of it is required.
const BLOCKED: &[&str] =
    &["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/// An `AWS::S3::Bucket`.
pub(super) fn bucket(scope: &Scope, id: &str, node: &Node) -> Result<BucketSpec, TemplateError> {
    let view = View::of(scope, node, "AWS::S3::Bucket", BUCKET)?;
    view.need("BucketEncryption")?;
    let what = "PublicAccessBlockConfiguration";
    let blocked = View::of(scope, view.need(what)?, what, BLOCKED)?;
    for name in BLOCKED {
        if !blocked.flag(name)? {
            return Err(TemplateError::at(blocked.line(), format!("`{name}` must be true")));
        }
    }
    let lives = match view.get("LifecycleConfiguration") {
        Some(node) => lives(scope, node)?,
        None => Vec::new(),
    };
    Ok(BucketSpec {
        logical_id: id.to_owned(),
        name: scope.reference(id).unwrap_or_default().to_owned(),
        arn: scope.attribute(id, "Arn").unwrap_or_default().to_owned(),
        lives,
    })
}

fn lives(scope: &Scope, node: &Node) -> Result<Vec<(String, u32)>, TemplateError> {
    let rules = View::of(scope, node, "LifecycleConfiguration", &["Rules"])?;
    let mut lives = Vec::new();
    for node in rules.list("Rules")? {
        let known = &["Id", "Status", "Prefix", "ExpirationInDays"];
        let rule = View::of(scope, node, "a lifecycle rule", known)?;
        let days = rule.number("ExpirationInDays")?.ok_or_else(|| {
            TemplateError::at(rule.line(), "a lifecycle rule needs `ExpirationInDays`")
        })?;
        if rule.need_text("Status")? == "Enabled" {
            lives.push((rule.text("Prefix")?.unwrap_or_default(), days));
        }
    }
    Ok(lives)
}
