//! The start of the system: the order of its parts and their options.

use std::sync::Arc;

use axum::Router;
use futures_util::FutureExt as _;
use shared::clock::Clock;
use tokio::net::TcpListener;
use url::Url;

use super::listeners::{Listeners, port, serve};
use super::{System, SystemError, admin, buckets};
use crate::lan_access::LanAccess;
use crate::options::Options;
use crate::parameter_values::{Urls, parameter_values};
use aws_emulator::dynamodb::{DynamoDb, DynamoOptions};
use aws_emulator::gateway::bucket_proxy::BucketProxy;
use aws_emulator::gateway::hosts::Hosts;
use aws_emulator::gateway::socket::{Sockets, management};
use aws_emulator::gateway::{self, GatewayOptions};
use aws_emulator::invocations::AsyncInvocations;
use aws_emulator::lambda::{self, Endpoints, FunctionHost, FunctionHostOptions};
use aws_emulator::parameters::Parameters;
use aws_emulator::permissions::Permissions;
use aws_emulator::schedule::Schedules;
use aws_emulator::server::Server;
use aws_emulator::streams::{Invoke, Streams};
use aws_emulator::template::{Template, TriggerSpec};
use twilio_simulator::{Twilio, TwilioOptions};

/// The values that almost every part needs.
pub(super) struct StartContext {
    pub(super) template: Template,
    pub(super) options: Options,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
    /// The port of the gateway, after binding.
    pub(super) port: u16,
}

impl System {
    /// Starts all parts of the template.
    pub async fn start(options: Options) -> Result<Self, SystemError> {
        options.settings.check_secrets(options.lan)?;
        let path = options.template.clone().unwrap_or_else(|| options.root.join("template.yaml"));
        let template = Template::load(&path)?;
        let listeners = Listeners::bind(options.lan, options.port).await?;
        let context = StartContext {
            permissions: Arc::new(Permissions::from_template(&template, &options.removed_grants)),
            clock: Arc::new(options.clock.clone()),
            port: port(&listeners.gateway),
            template,
            options,
        };
        let dynamodb = context.tables().await?;
        let parameters = context.parameters()?;
        let s3 = buckets::open(&context.template, &context.options, &context.permissions)?;
        let twilio = context.twilio().await?;
        let (template, options) = (&context.template, &context.options);
        admin::load_demo(template, options, context.base_url(), &dynamodb, twilio.as_ref(), &s3)
            .await?;
        let endpoints = context.endpoints(&listeners, &dynamodb, twilio.as_ref());
        let functions = context.functions(&endpoints)?;
        let sockets = context.sockets(&functions);
        let streams = context.streams(&dynamodb, &functions).await?;
        let schedules = context.schedules(&functions);
        let invocations = context.invocations(&functions);
        let media = buckets::behind_origin(&context.template, port(&listeners.s3))?;
        let mut peers = vec![
            serve(listeners.parameters, parameters.clone().router())?,
            serve(listeners.invocations, invocations.router())?,
            serve(listeners.s3, s3.router())?,
        ];
        peers.extend(context.management(listeners.management, sockets.as_ref())?);
        let lan_access = LanAccess::new(context.base_url(), Arc::clone(&context.options.ids));
        let phones = twilio.as_ref().map(|twilio| lan_access.routes(twilio.phones()));
        let router = context.gateway_router(&functions, sockets.clone(), phones, media);
        let gateway = serve(listeners.gateway, router)?;
        Ok(Self {
            url: context.base_url(),
            store: admin::store(&context.template, &context.options, &dynamodb),
            remote_environment: lambda::remote_environment(&context.template, &endpoints),
            template: context.template,
            settings: context.options.settings,
            clock: context.options.clock,
            ids: context.options.ids,
            permissions: context.permissions,
            functions,
            dynamodb,
            streams,
            schedules,
            invocations,
            parameters,
            s3,
            sockets,
            lan_access: context.options.lan.then_some(lan_access),
            twilio,
            gateway,
            peers,
        })
    }
}

impl StartContext {
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

    /// Starts the simulated Twilio, unless the settings name the real one.
    async fn twilio(&self) -> Result<Option<Twilio>, SystemError> {
        let settings = &self.options.settings;
        if settings.twilio_api_url.is_some() {
            return Ok(None);
        }
        let twilio = Twilio::start(TwilioOptions {
            folder: self.options.state.clone(),
            account_sid: settings.account_sid.clone(),
            auth_token: settings.auth_token.clone(),
            senders: settings.senders.addresses(),
            service: settings.senders.messaging_service_sid.clone(),
            public_url: Url::parse(&self.base_url())?,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.options.ids),
        });
        Ok(Some(twilio.await?))
    }

    fn parameters(&self) -> Result<Parameters, SystemError> {
        let socket = format!("{}/ws", self.base_url().replacen("http", "ws", 1));
        let urls = Urls { public: self.public_urls(), socket };
        let values = parameter_values(&self.options.settings, &urls)?;
        Ok(Parameters::new(values, Arc::clone(&self.permissions)))
    }

    fn functions(&self, endpoints: &Endpoints) -> Result<Arc<FunctionHost>, SystemError> {
        Ok(Arc::new(FunctionHost::new(FunctionHostOptions {
            template: &self.template,
            table: &self.options.functions,
            endpoints,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.options.ids),
            faults: self.options.faults.clone(),
            invoke_url: self.options.invoke_url.clone(),
        })?))
    }

    fn invocations(&self, functions: &Arc<FunctionHost>) -> AsyncInvocations {
        let (permissions, clock) = (Arc::clone(&self.permissions), Arc::clone(&self.clock));
        AsyncInvocations::new(&self.template, Arc::clone(functions), permissions, clock)
    }

    fn schedules(&self, functions: &Arc<FunctionHost>) -> Schedules {
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.options.ids));
        Schedules::start(&self.template, Arc::clone(functions), clock, ids)
    }

    fn sockets(&self, functions: &Arc<FunctionHost>) -> Option<Sockets> {
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.options.ids));
        Sockets::from_template(&self.template, Arc::clone(functions), clock, ids)
    }

    /// Serves `@connections`, if the template has a WebSocket API.
    fn management(
        &self,
        listener: TcpListener,
        sockets: Option<&Sockets>,
    ) -> Result<Option<Server>, SystemError> {
        let permissions = Arc::clone(&self.permissions);
        let router = sockets.map(|sockets| management::router(sockets.clone(), permissions));
        router.map(|router| serve(listener, router)).transpose()
    }

    async fn streams(
        &self,
        dynamodb: &DynamoDb,
        functions: &Arc<FunctionHost>,
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

    fn gateway_router(
        &self,
        functions: &Arc<FunctionHost>,
        sockets: Option<Sockets>,
        phones: Option<Router>,
        media: Option<BucketProxy>,
    ) -> Router {
        let settings = &self.options.settings;
        let is_exposed = self.options.lan || settings.twilio_api_url.is_some();
        let options = GatewayOptions {
            template: &self.template,
            functions: Arc::clone(functions),
            sockets,
            extra_routes: phones,
            bucket: media,
            page_dir: &self.options.root.join("frontend"),
            hosts: if is_exposed { Hosts::Any } else { Hosts::Loopback },
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.options.ids),
        };
        gateway::router(options, self.port)
    }
}
