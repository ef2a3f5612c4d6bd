//! The URLs of the parts: for browsers, for Twilio and for the functions.

use std::collections::BTreeMap;

use aws_emulator::dynamodb::DynamoDb;
use aws_emulator::lambda::Endpoints;
use twilio_simulator::Twilio;

use super::listeners::{Listeners, lan_address, port};
use super::start::StartContext;

impl StartContext {
    /// Returns the URL of the system for its own pages and for Twilio.
    pub(super) fn base_url(&self) -> String {
        let host = if self.options.lan { lan_address() } else { None };
        match host {
            Some(address) => format!("http://{address}:{}", self.port),
            None => format!("http://localhost:{}", self.port),
        }
    }

    /// Returns the URLs at which the system is reached.
    ///
    /// The one for Twilio is the first.
    pub(super) fn public_urls(&self) -> Vec<String> {
        let settings = &self.options.settings;
        let configured = settings.public_url.clone().filter(|_| settings.twilio_api_url.is_some());
        let local_urls = [self.base_url(), format!("http://localhost:{}", self.port)];
        let mut urls: Vec<String> = configured.into_iter().chain(local_urls).collect();
        urls.dedup();
        urls
    }

    /// Returns the endpoints that the functions use.
    pub(super) fn endpoints(
        &self,
        listeners: &Listeners,
        dynamodb: &DynamoDb,
        twilio: Option<&Twilio>,
    ) -> Endpoints {
        let url_of = |listener| format!("http://127.0.0.1:{}", port(listener));
        let mut variables = BTreeMap::from([
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), dynamodb.url().to_owned()),
            ("AWS_ENDPOINT_URL_SSM".to_owned(), url_of(&listeners.parameters)),
            ("AWS_ENDPOINT_URL_LAMBDA".to_owned(), url_of(&listeners.invocations)),
            ("AWS_ENDPOINT_URL_S3".to_owned(), url_of(&listeners.s3)),
        ]);
        let configured_url = self.options.settings.twilio_api_url.clone();
        if let Some(url) = twilio.map(Twilio::url_pattern).or(configured_url) {
            variables.insert("TWILIO_API_URL".to_owned(), url);
        }
        let management_port = port(&listeners.management);
        let replacements = self.template.socket_api.iter().map(|api| {
            (
                api.management_url.clone(),
                format!("http://127.0.0.1:{management_port}/{}", api.stage),
            )
        });
        Endpoints { variables, replacements: replacements.collect() }
    }
}
