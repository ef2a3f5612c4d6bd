//! The SAM template, parsed: the only list of resources.
//!
//! - [`model`]: the resources in plain types.
//! - `node`, `scope`, `view`: YAML with line numbers, resolved names, and rejected unknown ones.
//! - `resources`, `bucket`, `function`, `event`: one part of the template each.
//! - [`error`]: the errors and their lines.

mod bucket;
mod context;
pub mod error;
mod event;
mod function;
pub mod model;
mod node;
mod resources;
mod scope;
mod view;

use std::path::Path;

pub use error::TemplateError;
pub use model::{
    BucketSpec, FunctionSpec, Grant, HttpApiSpec, IndexSpec, QueueSpec, SocketApiSpec, StreamSpec,
    TableSpec, Template, TriggerSpec,
};
pub use scope::{ACCOUNT, REGION, STACK};

use context::FunctionContext;
use node::{Entry, Node};
use scope::Scope;
use view::MapView;

const SECTIONS: &[&str] =
    &["AWSTemplateFormatVersion", "Transform", "Description", "Globals", "Resources", "Outputs"];
const KINDS: &[&str] = &[
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::WebSocketApi",
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::IAM::Role",
];
const ROLE: &[&str] = &["AssumeRolePolicyDocument", "Policies"];
const RESOURCE: &[&str] =
    &["Type", "Metadata", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"];

impl Template {
    /// Loads the template at `path`.
    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        let source = std::fs::read_to_string(path)
            .map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
        Self::parse(&source)
    }

    /// Parses a template.
    ///
    /// Everything that is not supported is an error that names its line.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let root = Node::parse(source)?;
        let empty_scope = Scope::default();
        let sections = MapView::new(&empty_scope, &root, "the template", SECTIONS)?;
        let resources = sections.required("Resources")?.entries("Resources")?;
        let scope = Scope::from_resources(resources);
        let globals = match sections.get("Globals") {
            Some(globals) => {
                MapView::new(&scope, globals, "Globals", &["Function"])?.get("Function")
            }
            None => None,
        };
        if let Some(globals) = globals {
            function::check_globals(&scope, globals)?;
        }
        if let Some(outputs) = sections.get("Outputs") {
            scope.resolve(outputs)?;
        }
        TemplateReader { scope: &scope, globals, resources }.build()
    }

    /// Returns the function `name` (`verb-noun`).
    pub fn function(&self, name: &str) -> Option<&FunctionSpec> {
        self.functions.iter().find(|function| function.name == name)
    }
}

struct TemplateReader<'a> {
    scope: &'a Scope,
    globals: Option<&'a Node>,
    resources: &'a [Entry],
}

impl TemplateReader<'_> {
    fn build(&self) -> Result<Template, TemplateError> {
        self.check_kinds()?;
        let scope = self.scope;
        let tables =
            self.parse_each("AWS::DynamoDB::Table", |id, node| resources::table(scope, id, node))?;
        let queues =
            self.parse_each("AWS::SQS::Queue", |id, node| resources::queue(scope, id, node))?;
        let buckets =
            self.parse_each("AWS::S3::Bucket", |id, node| bucket::bucket(scope, id, node))?;
        let http_api = self
            .parse_each("AWS::Serverless::HttpApi", |id, node| {
                resources::http_api(scope, id, node)
            })?
            .pop();
        let socket_api = self
            .parse_each("AWS::Serverless::WebSocketApi", |id, node| {
                resources::socket_api(scope, id, node)
            })?
            .pop();
        let context = FunctionContext {
            scope,
            globals: self.globals,
            tables: &tables,
            queues: &queues,
            http_api: http_api.as_ref().map(|api| api.id.as_str()),
        };
        let mut functions = Vec::new();
        for entry in self.resources_of_kind("AWS::Serverless::Function") {
            let node = entry.value.get("Properties").unwrap_or(&entry.value);
            let metadata = entry.value.get("Metadata");
            functions.push(function::function(context, &entry.key, metadata, node)?);
        }
        let socket_api = socket_api.map(|(api, routes)| {
            self.attach_routes(&mut functions, routes);
            api
        });
        Ok(Template { functions, tables, buckets, queues, http_api, socket_api })
    }

    fn check_kinds(&self) -> Result<(), TemplateError> {
        for entry in self.resources {
            let view = MapView::new(self.scope, &entry.value, "a resource", RESOURCE)?;
            let kind = view.required_text("Type")?;
            if !KINDS.contains(&kind.as_str()) {
                return Err(TemplateError::unknown(entry.line, "resource type", &kind, KINDS));
            }
            if kind == "AWS::IAM::Role" {
                MapView::new(self.scope, view.required("Properties")?, &kind, ROLE)?;
            }
        }
        Ok(())
    }

    fn resources_of_kind(&self, kind: &str) -> impl Iterator<Item = &Entry> {
        self.resources
            .iter()
            .filter(move |entry| entry.value.get("Type").and_then(Node::as_text) == Some(kind))
    }

    fn parse_each<T>(
        &self,
        kind: &str,
        parse: impl Fn(&str, &Node) -> Result<T, TemplateError>,
    ) -> Result<Vec<T>, TemplateError> {
        let empty = Node { line: 0, kind: node::NodeKind::Map(Vec::new()) };
        self.resources_of_kind(kind)
            .map(|entry| parse(&entry.key, entry.value.get("Properties").unwrap_or(&empty)))
            .collect()
    }

    /// Adds each socket route to its function.
    fn attach_routes(&self, functions: &mut [FunctionSpec], routes: Vec<(String, String)>) {
        for (route_key, arn) in routes {
            let function = functions
                .iter_mut()
                .find(|function| self.scope.attribute(&function.logical_id, "Arn") == Some(&arn));
            if let Some(function) = function {
                function.triggers.push(TriggerSpec::Socket { route_key });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../../template.yaml");

    fn parse_error(source: &str) -> String {
        Template::parse(source).unwrap_err().to_string()
    }

    #[test]
    fn the_whole_template_is_parsed() {
        let template = Template::parse(TEMPLATE).unwrap();
        assert_eq!(template.tables.len(), 2);
        let table = &template.tables[0];
        assert_eq!((table.hash_key.as_str(), table.range_key.as_deref()), ("pk", Some("sk")));
        assert_eq!(table.indexes[0].projection, "KEYS_ONLY");
        assert!(table.stream);
        assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
        assert!(!template.tables[1].stream);
        assert!(template.http_api.is_some());
        assert_eq!(template.socket_api.unwrap().stage, "live");
    }

    #[test]
    fn function_settings_are_merged_with_the_globals() {
        let template = Template::parse(TEMPLATE).unwrap();
        let push = template.function("push").unwrap();
        assert_eq!(push.logical_id, "Push");
        assert_eq!(push.timeout.as_secs(), 30);
        assert_eq!(push.memory_mb, 256);
        assert_eq!(push.environment["TABLE_NAME"], "partyline-Table");
        assert_eq!(push.environment["PARAMETERS"], "/partyline");
        let management_url = &template.socket_api.as_ref().unwrap().management_url;
        assert_eq!(push.environment["SOCKET_ENDPOINT"], *management_url);
    }

    #[test]
    fn stream_settings_include_filters_and_the_failure_queue() {
        let template = Template::parse(TEMPLATE).unwrap();
        let dispatch = template.function("dispatch").unwrap();
        let [TriggerSpec::Stream(stream)] = dispatch.triggers.as_slice() else {
            panic!("dispatch reads the stream");
        };
        assert_eq!((stream.batch_size, stream.parallelization_factor), (10, 4));
        assert_eq!(stream.retries, Some(3));
        assert_eq!(stream.record_age.unwrap().as_secs(), 3600);
        assert!(stream.bisect && stream.partial_failures && stream.from_start);
        assert_eq!(stream.on_failure.as_deref(), Some("partyline-DispatchFailures"));
        assert_eq!(stream.filters[0]["dynamodb"]["NewImage"]["outbox_state"]["S"][0], "ready");
    }

    #[test]
    fn socket_routes_belong_to_their_functions() {
        let template = Template::parse(TEMPLATE).unwrap();
        let connect = template.function("connect").unwrap();
        assert!(matches!(
            connect.triggers.as_slice(),
            [TriggerSpec::Socket { route_key }] if route_key == "$connect"
        ));
    }

    #[test]
    fn an_unknown_property_is_rejected_with_its_line_and_the_known_ones() {
        let source = TEMPLATE.replacen("BillingMode", "BillingMood", 1);
        let line = 1 + source.lines().position(|line| line.contains("BillingMood")).unwrap();
        let message = parse_error(&source);
        assert!(message.starts_with(&format!("template line {line}:")), "{message}");
        assert!(message.contains("`BillingMood`") && message.contains("BillingMode"), "{message}");
    }

    #[test]
    fn an_unknown_resource_type_is_rejected_with_its_line() {
        let source = TEMPLATE.replacen("AWS::SQS::Queue", "AWS::SNS::Topic", 1);
        // The line of the resource's name, above its type.
        let line = source.lines().position(|line| line.contains("AWS::SNS::Topic")).unwrap();
        let message = parse_error(&source);
        assert!(message.starts_with(&format!("template line {line}:")), "{message}");
        assert!(message.contains("unknown resource type `AWS::SNS::Topic`"), "{message}");
        assert!(message.contains("AWS::SQS::Queue"), "{message}");
    }

    #[test]
    fn an_unknown_intrinsic_or_name_is_rejected() {
        let message =
            parse_error(&TEMPLATE.replacen("!GetAtt DispatchFailures.Arn", "!ImportValue x", 1));
        assert!(message.contains("unknown intrinsic function `ImportValue`"), "{message}");
        let message = parse_error(&TEMPLATE.replacen(
            "!GetAtt DispatchFailures.Arn",
            "!GetAtt Nowhere.Arn",
            1,
        ));
        assert!(
            message.contains("`Nowhere.Arn` is not a resource, attribute or parameter"),
            "{message}"
        );
    }

    #[test]
    fn long_and_short_intrinsics_are_equivalent() {
        let long = TEMPLATE.replace(
            "TABLE_NAME: !Ref Table",
            "TABLE_NAME: { \"Fn::Join\": [\"-\", [a, { Ref: Table }]] }",
        );
        let template = Template::parse(&long).unwrap();
        assert_eq!(template.functions[0].environment["TABLE_NAME"], "a-partyline-Table");
    }
}
