//! The environments of functions: the template's, what Lambda adds, and where the peers are.

use std::collections::{BTreeMap, HashMap};

use crate::permissions::LOCAL_ADMIN;
use crate::template::{FunctionSpec, REGION, Template};

/// The secret of every access key.
pub const LOCAL_SECRET: &str = "local";

/// Where this machine answers for AWS, as the functions' environments say it.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// Variables that every function gets beside its template's (`AWS_ENDPOINT_URL_DYNAMODB`, …).
    pub variables: BTreeMap<String, String>,
    /// An address of AWS, and the local one that takes its place wherever the template names it.
    pub replacements: Vec<(String, String)>,
}

/// The environment for functions in a process of their own. They share it, so they all sign as the local system itself:
/// least privilege is enforced only where each function runs here.
pub fn remote_environment(template: &Template, endpoints: &Endpoints) -> BTreeMap<String, String> {
    let functions = template.functions.iter();
    let mut variables: BTreeMap<_, _> =
        functions.flat_map(|spec| environment(spec, endpoints)).collect();
    variables.insert("AWS_ACCESS_KEY_ID".to_owned(), LOCAL_ADMIN.to_owned());
    variables.remove("AWS_LAMBDA_FUNCTION_NAME");
    variables
}

/// The environment of a function: the template's, what Lambda adds, and where the peers are.
pub(super) fn environment(spec: &FunctionSpec, endpoints: &Endpoints) -> HashMap<String, String> {
    let lambda = [
        ("AWS_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        // Every client signs with its function's name: that is how the peers know who asks.
        ("AWS_ACCESS_KEY_ID", &spec.name),
        ("AWS_SECRET_ACCESS_KEY", LOCAL_SECRET),
    ];
    let lambda = lambda.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template_variables = spec.environment.iter().map(|(name, value)| {
        let mut value = value.clone();
        for (aws, local) in &endpoints.replacements {
            value = value.replace(aws, local);
        }
        (name.clone(), value)
    });
    let peers = endpoints.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
    lambda.into_iter().chain(peers).chain(template_variables).collect()
}
