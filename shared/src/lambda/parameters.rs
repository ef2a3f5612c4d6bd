//! Loading of parameters from the parameter store, once at init.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::aws_request::{AwsService, AwsServiceOptions};
use super::function::Setup;
use crate::config::{Parameter, Parameters};
use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::store::AwsAccess;

/// The time for all attempts. Lambda gives a function ten seconds to start.
const TIMEOUT: Duration = Duration::from_secs(8);
/// The number of attempts. A thousand environments may start at once; jittered delays spread their requests.
const ATTEMPTS: usize = 5;

/// The response of `GetParameters`. It omits parameters that do not exist.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParametersOutput {
    parameters: Vec<NamedValue>,
}

/// A parameter.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedValue {
    name: String,
    value: String,
}

/// Loads the parameters in one call.
pub async fn load(
    setup: &Setup,
    access: &AwsAccess,
    requested: &[Parameter],
) -> Result<Parameters> {
    let prefix = setup
        .environment
        .get("PARAMETERS")
        .ok_or_else(|| Error::configuration("PARAMETERS", "is not set"))?;
    if requested.is_empty() {
        return Ok(Parameters::new(&prefix, HashMap::new()));
    }
    if let Some(Fault::RefuseConnection | Fault::DropResponse) =
        setup.faults.check("parameters.get").await
    {
        return Err(Error::Unavailable("fault point parameters.get".into()));
    }
    let path = |parameter: &Parameter| format!("{prefix}/{}", parameter.name());
    let names: Vec<String> = requested.iter().map(path).collect();
    let body = json!({ "Names": names, "WithDecryption": true }).to_string();
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "AmazonSSM.GetParameters"),
    ];
    let response = service(setup, access).post("/", &headers, body.as_bytes()).await;
    let response = response.map_err(Error::internal)?;
    let response: GetParametersOutput = serde_json::from_slice(&response).map_err(|error| {
        // The text of the error can contain a secret.
        Error::internal(format!(
            "the ssm response is not a GetParameters result: column {}",
            error.column()
        ))
    })?;
    let mut values = HashMap::new();
    for stored in response.parameters {
        if let Some(parameter) = requested.iter().find(|parameter| path(parameter) == stored.name) {
            values.insert(parameter.name(), stored.value);
        }
    }
    Ok(Parameters::new(&prefix, values))
}

fn service(setup: &Setup, access: &AwsAccess) -> AwsService {
    AwsService::new(AwsServiceOptions {
        name: "ssm",
        endpoint: setup.environment.get("AWS_ENDPOINT_URL_SSM"),
        region: access.region.clone(),
        credentials: access.credentials(),
        clock: setup.clock.clone(),
        ids: setup.ids.clone(),
        attempts: ATTEMPTS,
        timeout: TIMEOUT,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::fault::FaultPoints;
    use crate::lambda::Environment;
    use crate::lambda::aws_request::tests::{NoJitter, Server};
    use crate::secret::Secret;

    async fn read_from(server: &Server, wanted: &[Parameter]) -> Result<Parameters> {
        let variables = [("PARAMETERS", "/partyline"), ("AWS_ENDPOINT_URL_SSM", &*server.url)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let setup = Setup {
            environment: Environment::from_map(HashMap::from(variables)),
            clock: Arc::new(SystemClock),
            ids: Arc::new(NoJitter),
            faults: FaultPoints::default(),
        };
        let access = AwsAccess {
            region: "eu-central-1".to_owned(),
            access_key: "AKID".to_owned(),
            secret_key: Secret::new("x"),
            session_token: Some(Secret::new("token")),
        };
        load(&setup, &access, wanted).await
    }

    #[tokio::test]
    async fn parameters_are_loaded_in_one_call_by_the_last_part_of_their_names() {
        let answer = r#"{"Parameters":[{"Name":"/partyline/install","Value":"00ff","Type":"SecureString"},
            {"Name":"/other/urls","Value":"x"}],"InvalidParameters":["/partyline/urls"]}"#;
        let mut server = Server::start(&[(200, answer)]).await;
        let wanted = [Parameter::Install, Parameter::Urls];
        let parameters = read_from(&server, &wanted).await.unwrap();
        let request = server.request().await;
        assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nx-amz-target: AmazonSSM.GetParameters\r\n"), "{request}");
        assert!(request.contains("\r\nx-amz-security-token: token\r\n"), "{request}");
        let body = r#"{"Names":["/partyline/install","/partyline/urls"],"WithDecryption":true}"#;
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
        // A missing parameter is an error only when it is used.
        let missing = parameters.urls().unwrap_err().to_string();
        assert_eq!(missing, "/partyline/urls: is missing in the parameter store");
    }

    #[tokio::test]
    async fn an_error_response_has_the_error_type_of_aws() {
        let denied = r#"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#;
        let server = Server::start(&[(400, denied)]).await;
        let error = read_from(&server, &[Parameter::Urls]).await.unwrap_err();
        let text =
            "ssm responded with 400 Bad Request: AccessDeniedException: User is not authorized";
        assert_eq!((error.status(), error.cause_chain()), (500, text.to_owned()));
    }

    #[tokio::test]
    async fn an_invalid_response_is_an_error_without_the_content() {
        for answer in ["secret", "[]", r#"{"Parameters":"secret"}"#, "{}", ""] {
            let server = Server::start(&[(200, answer)]).await;
            let error = read_from(&server, &[Parameter::Urls]).await.unwrap_err();
            assert_eq!(error.status(), 500);
            let causes = error.cause_chain();
            assert!(
                causes.starts_with("the ssm response is not a GetParameters result"),
                "{causes}"
            );
            assert!(!causes.contains("secret"), "{causes}");
        }
    }

    #[tokio::test]
    async fn a_throttled_request_is_attempted_five_times() {
        let throttled = (400, r#"{"__type":"ThrottlingException","Message":"Rate exceeded"}"#);
        let mut answers = vec![throttled; 4];
        answers.push((200, r#"{"Parameters":[]}"#));
        let server = Server::start(&answers).await;
        read_from(&server, &[Parameter::Urls]).await.unwrap();
        assert_eq!(server.further_requests(), 5);
    }
}
