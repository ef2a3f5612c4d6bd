//! Buckets: private, encrypted, with expiration rules.

use super::error::TemplateError;
use super::model::BucketSpec;
use super::node::Node;
use super::scope::Scope;
use super::view::MapView;

const BUCKET: &[&str] = &[
    "BucketEncryption",
    "PublicAccessBlockConfiguration",
    "OwnershipControls",
    "LifecycleConfiguration",
    "Tags",
];

/// The settings that block public access.
///
/// All of them are required.
const BLOCKED: &[&str] =
    &["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/// Parses an `AWS::S3::Bucket`.
pub(super) fn bucket(scope: &Scope, id: &str, node: &Node) -> Result<BucketSpec, TemplateError> {
    let view = MapView::new(scope, node, "AWS::S3::Bucket", BUCKET)?;
    view.required("BucketEncryption")?;
    let what = "PublicAccessBlockConfiguration";
    let public_access = MapView::new(scope, view.required(what)?, what, BLOCKED)?;
    for name in BLOCKED {
        if !public_access.bool(name)? {
            return Err(TemplateError::at(public_access.line(), format!("`{name}` must be true")));
        }
    }
    let expirations = match view.get("LifecycleConfiguration") {
        Some(node) => expirations(scope, node)?,
        None => Vec::new(),
    };
    Ok(BucketSpec {
        logical_id: id.to_owned(),
        name: scope.reference(id).unwrap_or_default().to_owned(),
        arn: scope.attribute(id, "Arn").unwrap_or_default().to_owned(),
        expirations,
    })
}

fn expirations(scope: &Scope, node: &Node) -> Result<Vec<(String, u32)>, TemplateError> {
    let rules = MapView::new(scope, node, "LifecycleConfiguration", &["Rules"])?;
    let mut expirations = Vec::new();
    for node in rules.list("Rules")? {
        let known = &["Id", "Status", "Prefix", "ExpirationInDays"];
        let rule = MapView::new(scope, node, "a lifecycle rule", known)?;
        let days = rule.number("ExpirationInDays")?.ok_or_else(|| {
            TemplateError::at(rule.line(), "a lifecycle rule needs `ExpirationInDays`")
        })?;
        if rule.required_text("Status")? == "Enabled" {
            expirations.push((rule.text("Prefix")?.unwrap_or_default(), days));
        }
    }
    Ok(expirations)
}
