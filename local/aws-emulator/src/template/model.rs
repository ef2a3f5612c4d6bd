//! The resources of a template in plain types, with resolved names and parsed durations.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// The resources of a template.
#[derive(Debug, Clone)]
pub struct Template {
    /// The functions, in the order of the file.
    pub functions: Vec<FunctionSpec>,
    /// The tables.
    pub tables: Vec<TableSpec>,
    /// The buckets.
    pub buckets: Vec<BucketSpec>,
    /// The queues.
    pub queues: Vec<QueueSpec>,
    /// The HTTP API, if there is one.
    pub http_api: Option<HttpApiSpec>,
    /// The WebSocket API, if there is one.
    pub socket_api: Option<SocketApiSpec>,
}

/// One S3 bucket.
#[derive(Debug, Clone)]
pub struct BucketSpec {
    /// The logical ID in the template.
    pub logical_id: String,
    /// The resolved name.
    pub name: String,
    /// The resolved ARN.
    pub arn: String,
    /// Key prefixes, and after how many days their objects are deleted.
    pub expirations: Vec<(String, u32)>,
}

/// One SQS queue.
#[derive(Debug, Clone)]
pub struct QueueSpec {
    /// The logical ID in the template.
    pub logical_id: String,
    /// The resolved name.
    pub name: String,
    /// The resolved ARN.
    pub arn: String,
}

/// The `AWS::Serverless::HttpApi`.
#[derive(Debug, Clone)]
pub struct HttpApiSpec {
    /// The ID, as it is in events.
    pub id: String,
}

/// The `AWS::Serverless::WebSocketApi`.
///
/// Its routes are triggers of their functions.
#[derive(Debug, Clone)]
pub struct SocketApiSpec {
    /// The ID, as it is in events.
    pub id: String,
    /// The stage.
    pub stage: String,
    /// The field of a message's JSON body that selects the route (`$request.body.<field>`).
    pub route_field: String,
    /// The resolved ARN, `arn:aws:execute-api:{region}:{account}:{id}/{stage}`.
    pub arn: String,
    /// The URL of `@connections` at AWS.
    ///
    /// `https://{id}.execute-api.{region}.amazonaws.com/{stage}`
    pub management_url: String,
}

/// A permission of a function: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The action, for example `dynamodb:PutItem`.
    pub action: String,
    /// The resolved ARN of the resource.
    pub resource: String,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// The logical ID in the template, `VerbNoun`.
    pub logical_id: String,
    /// The binary's name, `verb-noun` (`Metadata.BuildProperties.Binary`).
    pub name: String,
    /// The resolved environment.
    pub environment: BTreeMap<String, String>,
    /// The timeout of an invocation.
    pub timeout: Duration,
    /// The memory in MB.
    pub memory_mb: u32,
    /// The permissions of its role.
    pub grants: Vec<Grant>,
    /// What invokes it.
    pub triggers: Vec<TriggerSpec>,
}

/// A trigger of a function.
#[derive(Debug, Clone)]
pub enum TriggerSpec {
    /// A route of the HTTP API.
    Http {
        /// The method in upper case.
        method: String,
        /// The path with `{names}`.
        path: String,
    },
    /// A route of the WebSocket API.
    Socket {
        /// The route key: `$connect`, `$disconnect` or `$default`.
        route_key: String,
    },
    /// An event source mapping of a table's stream.
    Stream(StreamSpec),
    /// A schedule.
    Schedule {
        /// The interval.
        interval: Duration,
    },
}

/// An event source mapping of a DynamoDB stream.
#[derive(Debug, Clone)]
pub struct StreamSpec {
    /// The name of the table.
    pub table: String,
    /// The maximum number of records in one invocation.
    pub batch_size: usize,
    /// How long records of a batch may be collected.
    pub window: Duration,
    /// The number of concurrent invocations per shard.
    pub parallelization_factor: usize,
    /// Whether it starts with the oldest record (`TRIM_HORIZON`).
    pub from_start: bool,
    /// Whether a failing batch is bisected.
    pub bisect: bool,
    /// The number of retries.
    ///
    /// Without it, a batch is retried until its records are too old.
    pub retries: Option<u32>,
    /// The maximum age of delivered records.
    pub record_age: Option<Duration>,
    /// Whether the response names the failed items.
    pub partial_failures: bool,
    /// The parsed patterns of `FilterCriteria`.
    ///
    /// Without any, all records pass.
    pub filters: Vec<Value>,
    /// The queue for abandoned records.
    pub on_failure: Option<String>,
}

/// One secondary index.
#[derive(Debug, Clone)]
pub struct IndexSpec {
    /// The name.
    pub name: String,
    /// The attribute of the partition key, a string.
    pub hash_key: String,
    /// The attribute of the sort key, a string.
    pub range_key: Option<String>,
    /// The projection: `KEYS_ONLY`, `ALL` or `INCLUDE`.
    pub projection: String,
}

/// One DynamoDB table.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// The logical ID in the template.
    pub logical_id: String,
    /// The resolved name.
    pub name: String,
    /// The resolved ARN.
    pub arn: String,
    /// The attribute of the partition key, a string.
    pub hash_key: String,
    /// The attribute of the sort key, a string.
    pub range_key: Option<String>,
    /// The secondary indexes.
    pub indexes: Vec<IndexSpec>,
    /// Whether it has a stream with new and old images.
    pub stream: bool,
    /// The attribute with the expiry time, in seconds since 1970.
    pub ttl_attribute: Option<String>,
}
