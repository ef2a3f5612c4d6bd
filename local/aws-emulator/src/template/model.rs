//! What a template says, in plain types: names resolved, durations parsed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// Everything that a template says.
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
    /// Its name in the template.
    pub logical_id: String,
    /// Its resolved name.
    pub name: String,
    /// Its resolved ARN.
    pub arn: String,
    /// Prefixes of keys, and after how many days their objects are deleted.
    pub expirations: Vec<(String, u32)>,
}

/// One SQS queue.
#[derive(Debug, Clone)]
pub struct QueueSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its resolved name.
    pub name: String,
    /// Its resolved ARN.
    pub arn: String,
}

/// The `AWS::Serverless::HttpApi`.
#[derive(Debug, Clone)]
pub struct HttpApiSpec {
    /// Its id, as it stands in events.
    pub id: String,
}

/// The `AWS::Serverless::WebSocketApi`. Its routes are triggers of their functions.
#[derive(Debug, Clone)]
pub struct SocketApiSpec {
    /// Its id, as it stands in events.
    pub id: String,
    /// Its stage.
    pub stage: String,
    /// The field of a frame's JSON body that chooses the route (`$request.body.<field>`).
    pub route_field: String,
    /// Its resolved ARN, `arn:aws:execute-api:{region}:{account}:{id}/{stage}`.
    pub arn: String,
    /// Where AWS would take `@connections` calls: `https://{id}.execute-api.{region}.amazonaws.com/{stage}`.
    pub management_url: String,
}

/// One action on one resource that a function's role allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// For example `dynamodb:PutItem`.
    pub action: String,
    /// The resolved ARN.
    pub resource: String,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// Its name in the template, `VerbNoun`.
    pub logical_id: String,
    /// Its bin, `verb-noun` (`Metadata.BuildProperties.Binary`).
    pub name: String,
    /// Its environment, resolved.
    pub environment: BTreeMap<String, String>,
    /// When an invocation is cut off.
    pub timeout: Duration,
    /// Memory in MB.
    pub memory_mb: u32,
    /// What its role allows.
    pub grants: Vec<Grant>,
    /// What invokes it.
    pub triggers: Vec<TriggerSpec>,
}

/// One event of a function.
#[derive(Debug, Clone)]
pub enum TriggerSpec {
    /// A route of the HTTP API.
    Http {
        /// Upper case.
        method: String,
        /// With `{names}`.
        path: String,
    },
    /// A route of the WebSocket API.
    Socket {
        /// `$connect`, `$disconnect`, `$default`.
        route_key: String,
    },
    /// An event source mapping on a table's stream.
    Stream(StreamSpec),
    /// A schedule.
    Schedule {
        /// How often.
        interval: Duration,
    },
}

/// An event source mapping on a DynamoDB stream.
#[derive(Debug, Clone)]
pub struct StreamSpec {
    /// The table's name.
    pub table: String,
    /// Most records in one invocation.
    pub batch_size: usize,
    /// How long a batch may be gathered.
    pub window: Duration,
    /// Concurrent invocations per shard.
    pub parallelization_factor: usize,
    /// Whether it begins with the oldest record kept (`TRIM_HORIZON`).
    pub from_start: bool,
    /// Whether a failing batch is halved.
    pub bisect: bool,
    /// Tries after the first; none means until the record is too old.
    pub retries: Option<u32>,
    /// Older records are not delivered.
    pub record_age: Option<Duration>,
    /// Whether the answer names the failed items.
    pub partial_failures: bool,
    /// `FilterCriteria` patterns, parsed; empty means all pass.
    pub filters: Vec<Value>,
    /// The queue that takes what failed.
    pub on_failure: Option<String>,
}

/// One secondary index.
#[derive(Debug, Clone)]
pub struct IndexSpec {
    /// Its name.
    pub name: String,
    /// Partition key attribute (a string).
    pub hash_key: String,
    /// Sort key attribute (a string).
    pub range_key: Option<String>,
    /// `KEYS_ONLY`, `ALL` or `INCLUDE`.
    pub projection: String,
}

/// One DynamoDB table.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its resolved name.
    pub name: String,
    /// Its resolved ARN.
    pub arn: String,
    /// Partition key attribute (a string).
    pub hash_key: String,
    /// Sort key attribute (a string).
    pub range_key: Option<String>,
    /// Its indexes.
    pub indexes: Vec<IndexSpec>,
    /// Whether it has a stream with new and old images.
    pub stream: bool,
    /// The attribute that holds the time of expiry, seconds since 1970.
    pub ttl_attribute: Option<String>,
}
