//! Reads and checks the environment variables of a function before it does anything else.

use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::Environment;
use shared::secret::Secret;
use shared::store::AwsAccess;
use shared::twilio::product::ProductUrls;

/// The parameters and environment variables that a function requires.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    parameters: &'static [Parameter],
    /// The parameter that this kind of function requires.
    added: Option<Parameter>,
    /// The required variables besides those of every function.
    pub(super) variables: &'static [Variable],
}

/// An environment variable that only some functions need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The name of the media bucket.
    MediaBucket,
    /// The endpoint for posting to sockets.
    SocketEndpoint,
    /// The functions that run jobs.
    JobFunctions,
}

/// The functions that run jobs, by name or ARN.
#[derive(Debug, Clone)]
pub struct JobFunctions {
    /// `fetch-media`.
    pub fetch_media: String,
    /// `erase-conversation`.
    pub erase_conversation: String,
}

/// The values of a function's environment variables.
pub(super) struct Variables {
    /// Credentials and region.
    pub(super) access: AwsAccess,
    /// The name of the table.
    pub(super) table: String,
    /// The name of the connections table.
    pub(super) connections: String,
    /// The endpoints that replace the standard ones.
    pub(super) endpoints: Endpoints,
    media_bucket: Option<String>,
    socket_endpoint: Option<String>,
    job_functions: Option<JobFunctions>,
}

/// Endpoints that replace those of AWS and Twilio, for example in the local system.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) dynamodb: Option<String>,
    pub(super) lambda: Option<String>,
    pub(super) s3: Option<String>,
    pub(super) twilio: ProductUrls,
}

impl Needs {
    /// Requires no parameters, and only the variables of every function.
    pub const NONE: Self = Self::parameters(&[]);

    /// Requires these parameters.
    pub const fn parameters(parameters: &'static [Parameter]) -> Self {
        Self { parameters, added: None, variables: &[] }
    }

    /// Also requires these variables.
    #[must_use]
    pub const fn variables(self, variables: &'static [Variable]) -> Self {
        Self { variables, ..self }
    }

    /// Also requires this parameter.
    pub(super) const fn with_parameter(self, parameter: Parameter) -> Self {
        Self { added: Some(parameter), ..self }
    }

    /// Returns the parameters to load.
    pub(super) fn all_parameters(&self) -> Vec<Parameter> {
        self.parameters.iter().copied().chain(self.added).collect()
    }
}

impl Variables {
    /// Reads the variables of every function and those of `needed`. The error names a missing variable.
    pub(super) fn read(environment: &Environment, needed: &[Variable]) -> Result<Self> {
        let required = |name: &str| {
            let value = environment.get(name);
            value.ok_or_else(|| Error::configuration(name, "is not set"))
        };
        let needs = |variable| needed.contains(&variable);
        let if_needed = |variable, name| needs(variable).then(|| required(name)).transpose();
        let job_functions = || -> Result<JobFunctions> {
            Ok(JobFunctions {
                fetch_media: required("FETCH_MEDIA_FUNCTION")?,
                erase_conversation: required("ERASE_CONVERSATION_FUNCTION")?,
            })
        };
        Ok(Self {
            access: AwsAccess {
                region: required("AWS_REGION")?,
                access_key: required("AWS_ACCESS_KEY_ID")?,
                secret_key: Secret::new(required("AWS_SECRET_ACCESS_KEY")?),
                session_token: environment.get("AWS_SESSION_TOKEN").map(Secret::new),
            },
            table: required("TABLE_NAME")?,
            connections: required("CONNECTIONS_TABLE")?,
            endpoints: Endpoints {
                dynamodb: environment.get("AWS_ENDPOINT_URL_DYNAMODB"),
                lambda: environment.get("AWS_ENDPOINT_URL_LAMBDA"),
                s3: environment.get("AWS_ENDPOINT_URL_S3"),
                twilio: environment
                    .get("TWILIO_API_URL")
                    .map_or_else(|| Ok(ProductUrls::default()), |url| parse_twilio_urls(&url))?,
            },
            media_bucket: if_needed(Variable::MediaBucket, "MEDIA_BUCKET")?,
            socket_endpoint: if_needed(Variable::SocketEndpoint, "SOCKET_ENDPOINT")?,
            job_functions: needs(Variable::JobFunctions).then(job_functions).transpose()?,
        })
    }

    /// Returns the name of the media bucket.
    pub(super) fn media_bucket(&self) -> Result<String> {
        declared(self.media_bucket.as_ref(), "MEDIA_BUCKET")
    }

    /// Returns the endpoint for posting to sockets.
    pub(super) fn socket_endpoint(&self) -> Result<String> {
        declared(self.socket_endpoint.as_ref(), "SOCKET_ENDPOINT")
    }

    /// Returns the functions that run jobs.
    pub(super) fn job_functions(&self) -> Result<JobFunctions> {
        declared(self.job_functions.as_ref(), "FETCH_MEDIA_FUNCTION")
    }
}

fn parse_twilio_urls(url: &str) -> Result<ProductUrls> {
    let invalid = || Error::configuration("TWILIO_API_URL", ProductUrls::EXPECTED);
    ProductUrls::parse(url).ok_or_else(invalid)
}

/// Returns a value that the function has declared in [`Needs`].
fn declared<T: Clone>(value: Option<&T>, name: &str) -> Result<T> {
    value.cloned().ok_or_else(|| Error::configuration(name, "is not declared by the function"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const SET: [&str; 9] = [
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "TABLE_NAME",
        "CONNECTIONS_TABLE",
        "MEDIA_BUCKET",
        "SOCKET_ENDPOINT",
        "FETCH_MEDIA_FUNCTION",
        "ERASE_CONVERSATION_FUNCTION",
    ];
    const ALL: [Variable; 3] =
        [Variable::MediaBucket, Variable::SocketEndpoint, Variable::JobFunctions];

    fn environment_without(missing: &str) -> Environment {
        let set = SET.iter().filter(|name| **name != missing);
        let variables: HashMap<String, String> =
            set.map(|name| ((*name).to_owned(), format!("value of {name}"))).collect();
        Environment::from_map(variables)
    }

    #[test]
    fn each_missing_variable_is_named() {
        Variables::read(&environment_without(""), &ALL).unwrap();
        for missing in SET {
            let error = Variables::read(&environment_without(missing), &ALL).err().unwrap();
            assert_eq!(error.to_string(), format!("{missing}: is not set"));
        }
    }

    #[test]
    fn a_variable_that_is_not_declared_is_neither_required_nor_available() {
        let variables = Variables::read(&environment_without("MEDIA_BUCKET"), &[]).unwrap();
        let error = variables.media_bucket().unwrap_err();
        assert_eq!(error.to_string(), "MEDIA_BUCKET: is not declared by the function");
        assert!(variables.socket_endpoint().is_err());
        assert!(variables.job_functions().is_err());
    }
}
