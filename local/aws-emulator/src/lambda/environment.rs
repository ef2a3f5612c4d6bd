//! The environments of functions: the template's variables, Lambda's variables, and local endpoints.

use std::collections::{BTreeMap, HashMap};

use crate::permissions::{LOCAL_ADMIN, LOCAL_SECRET};
use crate::template::{FunctionSpec, REGION, Template};

/// The local endpoints that replace AWS in the functions' environments.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// Variables of every function besides the template's, such as `AWS_ENDPOINT_URL_DYNAMODB`.
    pub variables: BTreeMap<String, String>,
    /// URLs of AWS in the template, each with the local one that replaces it.
    pub replacements: Vec<(String, String)>,
}

/// Returns the environment for functions in another process.
///
/// They share one environment, so all of them sign as the local system. Permissions are enforced only for functions
/// that run in this process.
pub fn remote_environment(template: &Template, endpoints: &Endpoints) -> BTreeMap<String, String> {
    let functions = template.functions.iter();
    let mut variables: BTreeMap<_, _> =
        functions.flat_map(|spec| environment(spec, endpoints)).collect();
    variables.insert("AWS_ACCESS_KEY_ID".to_owned(), LOCAL_ADMIN.to_owned());
    variables.remove("AWS_LAMBDA_FUNCTION_NAME");
    variables
}

/// Returns the environment of a function: the template's, Lambda's, and the local endpoints.
pub(super) fn environment(spec: &FunctionSpec, endpoints: &Endpoints) -> HashMap<String, String> {
    let lambda = [
        ("AWS_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        // Every client signs with its function's name, so that the services know the caller.
        ("AWS_ACCESS_KEY_ID", &spec.name),
        ("AWS_SECRET_ACCESS_KEY", LOCAL_SECRET),
    ];
    let lambda = lambda.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template_variables = spec.environment.iter().map(|(name, value)| {
        let mut value = value.clone();
        for (aws, local_url) in &endpoints.replacements {
            value = value.replace(aws, local_url);
        }
        (name.clone(), value)
    });
    let local = endpoints.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
    lambda.into_iter().chain(local).chain(template_variables).collect()
}
