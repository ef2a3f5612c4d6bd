//! The order in which the parts start, and who is told where whom to find.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use futures_util::FutureExt as _;
use shared::clock::Clock;
use url::Url;

use super::doors::{Doors, lan_address, port, serve};
use super::{System, SystemError, admin, buckets};
use crate::dynamodb::{DynamoDb, DynamoOptions};
use crate::gateway::guests::Guests;
use crate::gateway::hosts::Hosts;
use crate::gateway::media::Media;
use crate::gateway::socket::{Sockets, management};
use crate::gateway::{self, GatewayOptions};
use crate::invocations::Invocations;
use crate::lambda::{self, Endpoints, Functions, FunctionsOptions};
use crate::options::Options;
use crate::parameters::{Parameters, Urls};
use crate::permissions::Permissions;
use crate::schedule::Schedules;
use crate::streams::{Invoke, Streams};
use crate::template::{Template, TriggerSpec};
use crate::twilio::{Twilio, TwilioOptions};

/// What almost every part needs.
struct Ground {
    template: Template,
    options: Options,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
    /// The port of the front door, as it was really given.
    port: u16,
}

pub(super) async fn start(options: Options) -> Result<System, SystemError> {
    options.settings.check_secrets(options.lan)?;
    let path = options.template.clone().unwrap_or_else(|| options.root.join("template.yaml"));
    let template = Template::read(&path)?;
    let doors = Doors::open(options.lan, options.port).await?;
    let ground = Ground {
        permissions: Arc::new(Permissions::of(&template, &options.removed)),
        clock: Arc::new(options.clock.clone()),
        port: port(&doors.front),
        template,
        options,
    };
    let dynamodb = ground.tables().await?;
    let parameters = ground.parameters()?;
    let s3 = buckets::open(&ground.template, &ground.options, &ground.permissions)?;
    let twilio = ground.twilio().await?;
    let (template, options) = (&ground.template, &ground.options);
    admin::demo(template, options, ground.base_url(), &dynamodb, twilio.as_ref(), &s3).await?;
    let endpoints = ground.endpoints(&doors, &dynamodb, twilio.as_ref());
    let functions = ground.functions(&endpoints)?;
    let sockets = ground.sockets(&functions);
    let streams = ground.streams(&dynamodb, &functions).await?;
    let schedules = ground.schedules(&functions);
    let invocations = ground.invocations(&functions);
    let media = buckets::behind_origin(&ground.template, port(&doors.s3))?;
    let mut peers = vec![
        serve(doors.parameters, parameters.router())?,
        serve(doors.invocations, invocations.router())?,
        serve(doors.s3, s3.router())?,
    ];
    if let Some(sockets) = &sockets {
        let router = management::router(sockets.clone(), Arc::clone(&ground.permissions));
        peers.push(serve(doors.management, router)?);
    }
    let guests = Guests::new(ground.base_url(), Arc::clone(&ground.options.ids));
    let phones = twilio.as_ref().map(|twilio| (twilio.phones(), guests.clone()));
    let front = serve(doors.front, ground.front(&functions, sockets.clone(), phones, media))?;
    Ok(System {
        url: ground.base_url(),
        store: admin::store(&ground.template, &ground.options, &dynamodb),
        outside: lambda::outside(&ground.template, &endpoints),
        template: ground.template,
        settings: ground.options.settings,
        clock: ground.options.clock,
        ids: ground.options.ids,
        permissions: ground.permissions,
        functions,
        dynamodb,
        streams,
        schedules,
        invocations,
        s3,
        sockets,
        guests: ground.options.lan.then_some(guests),
        twilio,
        front,
        peers,
    })
}

impl Ground {
    async fn tables(&self) -> Result<DynamoDb, SystemError> {
        let permissions = Arc::clone(&self.permissions);
        let allow = move |caller: &str, action: &str, resource: &str| {
            permissions.check(caller, action, resource).is_ok()
        };
        Ok(DynamoDb::start(DynamoOptions {
            tables: &self.template.tables,
            folder: self.options.state.clone(),
            permissions: Arc::new(allow),
            clock: Arc::clone(&self.clock),
        })
        .await?)
    }

    /// Where the system stands, for its own pages and for Twilio.
    fn base_url(&self) -> String {
        let host = if self.options.lan { lan_address() } else { None };
        match host {
            Some(address) => format!("http://{address}:{}", self.port),
            None => format!("http://localhost:{}", self.port),
        }
    }

    /// The simulated Twilio, unless the settings name the real one.
    async fn twilio(&self) -> Result<Option<Twilio>, SystemError> {
        let settings = &self.options.settings;
        if settings.twilio_api_url.is_some() {
            return Ok(None);
        }
        let twilio = Twilio::start(TwilioOptions {
            folder: self.options.state.clone(),
            account_sid: settings.account_sid.clone(),
            auth_token: settings.auth_token.clone(),
            senders: settings.senders(),
            service: settings.messaging_service_sid.clone(),
            public_url: Url::parse(&self.base_url())?,
            clock: Arc::clone(&self.clock),
        });
        Ok(Some(twilio.await?))
    }

    /// The addresses that lead here, the one for Twilio first.
    fn public_urls(&self) -> Vec<String> {
        let settings = &self.options.settings;
        let given = settings.public_url.clone().filter(|_| settings.twilio_api_url.is_some());
        let own = [self.base_url(), format!("http://localhost:{}", self.port)];
        let mut urls: Vec<String> = given.into_iter().chain(own).collect();
        urls.dedup();
        urls
    }

    fn parameters(&self) -> Result<Parameters, SystemError> {
        let socket = format!("{}/ws", self.base_url().replacen("http", "ws", 1));
        let urls = Urls { public: self.public_urls(), socket };
        Ok(Parameters::of(&self.options.settings, &urls, Arc::clone(&self.permissions))?)
    }

    /// Where the functions find their peers.
    fn endpoints(&self, doors: &Doors, dynamodb: &DynamoDb, twilio: Option<&Twilio>) -> Endpoints {
        let here = |door| format!("http://127.0.0.1:{}", port(door));
        let mut variables = BTreeMap::from([
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), dynamodb.url().to_owned()),
            ("AWS_ENDPOINT_URL_SSM".to_owned(), here(&doors.parameters)),
            ("AWS_ENDPOINT_URL_LAMBDA".to_owned(), here(&doors.invocations)),
            ("AWS_ENDPOINT_URL_S3".to_owned(), here(&doors.s3)),
        ]);
        let real = self.options.settings.twilio_api_url.clone();
        if let Some(url) = twilio.map(Twilio::url).or(real) {
            variables.insert("TWILIO_API_URL".to_owned(), url);
        }
        let here = port(&doors.management);
        let instead = self.template.socket_api.iter().map(|api| {
            (api.management_url.clone(), format!("http://127.0.0.1:{here}/{}", api.stage))
        });
        Endpoints { variables, instead: instead.collect() }
    }

    fn functions(&self, endpoints: &Endpoints) -> Result<Arc<Functions>, SystemError> {
        Ok(Arc::new(Functions::new(FunctionsOptions {
            template: &self.template,
            table: &self.options.functions,
            endpoints,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.options.ids),
            faults: self.options.faults.clone(),
            invoke_url: self.options.invoke_url.clone(),
        })?))
    }

    fn invocations(&self, functions: &Arc<Functions>) -> Invocations {
        let (permissions, clock) = (Arc::clone(&self.permissions), Arc::clone(&self.clock));
        Invocations::new(&self.template, Arc::clone(functions), permissions, clock)
    }

    fn schedules(&self, functions: &Arc<Functions>) -> Schedules {
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.options.ids));
        Schedules::start(&self.template, Arc::clone(functions), clock, ids)
    }

    fn sockets(&self, functions: &Arc<Functions>) -> Option<Sockets> {
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.options.ids));
        Sockets::of(&self.template, Arc::clone(functions), clock, ids)
    }

    async fn streams(
        &self,
        dynamodb: &DynamoDb,
        functions: &Arc<Functions>,
    ) -> Result<Streams, SystemError> {
        let mut mappings = Vec::new();
        for function in &self.template.functions {
            for trigger in &function.triggers {
                if let TriggerSpec::Stream(stream) = trigger {
                    mappings.push((function.clone(), stream.clone()));
                }
            }
        }
        let functions = Arc::clone(functions);
        let invoke: Invoke = Arc::new(move |name, event| {
            let functions = Arc::clone(&functions);
            async move { functions.invoke(&name, event).await.map_err(|e| e.to_string()) }.boxed()
        });
        Ok(Streams::start(dynamodb, mappings, invoke, Arc::clone(&self.clock)).await?)
    }

    fn front(
        &self,
        functions: &Arc<Functions>,
        sockets: Option<Sockets>,
        phones: Option<(Router, Guests)>,
        media: Option<Media>,
    ) -> Router {
        let settings = &self.options.settings;
        let reached_from_outside = self.options.lan || settings.twilio_api_url.is_some();
        let options = GatewayOptions {
            template: &self.template,
            functions: Arc::clone(functions),
            sockets,
            phones,
            media,
            files: &self.options.root.join("frontend"),
            hosts: if reached_from_outside { Hosts::Any } else { Hosts::Loopback },
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.options.ids),
        };
        gateway::router(options, self.port)
    }
}
