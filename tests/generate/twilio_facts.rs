//! Writes `tests/vectors/twilio_facts.json`: facts from Twilio's OpenAPI documents, without its texts.
//!
//! Run it by hand when Twilio publishes a version, with a checkout of <https://github.com/twilio/twilio-oai>:
//!
//! ```sh
//! cargo run --package partyline-tests --bin twilio-facts -- twilio-oai/spec/json "$(git -C twilio-oai rev-parse HEAD)"
//! ```

use std::error::Error;
use std::path::Path;

use serde_json::{Map, Value, json};

/// Twilio's documents and the operations of each that Partyline or the simulator's tests use.
const OPERATIONS: [(&str, &[&str]); 2] = [
    (
        "twilio_api_v2010.json",
        &[
            "CreateMessage",
            "ListMessage",
            "FetchMessage",
            "UpdateMessage",
            "DeleteMessage",
            "ListMedia",
            "FetchMedia",
            "DeleteMedia",
        ],
    ),
    (
        "twilio_events_v1.json",
        &[
            "CreateSink",
            "ListSink",
            "FetchSink",
            "DeleteSink",
            "CreateSinkTest",
            "CreateSinkValidate",
            "CreateSubscription",
            "ListSubscription",
            "FetchSubscription",
            "DeleteSubscription",
            "ListSubscribedEvent",
        ],
    ),
];

/// The keywords of a schema that are copied unchanged.
const KEYWORDS: [&str; 7] =
    ["type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength"];

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The prefix of a reference to a named schema, in Twilio's documents and in the facts.
const DOCUMENT_SCHEMAS: &str = "#/components/schemas/";
const FACTS_SCHEMAS: &str = "#/schemas/";

/// Collects the facts of one document.
struct Facts<'a> {
    document: &'a Value,
    /// The named schemas that the responses refer to.
    schemas: &'a mut Map<String, Value>,
}

impl<'a> Facts<'a> {
    fn operation(&mut self, id: &str) -> Option<Value> {
        let paths = self.document["paths"].as_object()?;
        let (path, method, operation) = paths.iter().find_map(|(path, item)| {
            let method = METHODS.iter().find(|method| item[**method]["operationId"] == id)?;
            Some((path, *method, &item[*method]))
        })?;
        let mut facts = Map::new();
        facts.insert("method".to_owned(), json!(method.to_uppercase()));
        facts.insert("path".to_owned(), json!(path));
        facts.insert("query".to_owned(), self.query(operation));
        facts.insert("body".to_owned(), self.body(operation));
        let responses = operation["responses"].as_object()?.iter().map(|(status, response)| {
            let schema = &response["content"]["application/json"]["schema"];
            (status.clone(), if schema.is_null() { Value::Null } else { self.schema(schema) })
        });
        facts.insert("responses".to_owned(), responses.collect::<Map<_, _>>().into());
        Some(facts.into())
    }

    fn query(&self, operation: &Value) -> Value {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.filter(|parameter| parameter["in"] == "query");
        let facts = parameters.map(|parameter| {
            let required = parameter["required"] == true;
            (text(&parameter["name"]), self.parameter(&parameter["schema"], required))
        });
        facts.collect::<Map<_, _>>().into()
    }

    fn body(&self, operation: &Value) -> Value {
        let schema =
            &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
        let is_required = |name: &str| {
            schema["required"].as_array().into_iter().flatten().any(|required| required == name)
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        let facts = properties
            .map(|(name, schema)| (name.clone(), self.parameter(schema, is_required(name))));
        facts.collect::<Map<_, _>>().into()
    }

    /// Returns the rules of one request parameter, with its reference resolved.
    fn parameter(&self, schema: &Value, required: bool) -> Value {
        let schema = match schema["$ref"].as_str() {
            Some(reference) => self.named(reference),
            None => schema,
        };
        let mut facts = keywords(schema);
        if let Some(format) = schema.get("format") {
            facts.insert("format".to_owned(), format.clone());
        }
        if let Some(items) = schema.get("items") {
            facts.insert("items".to_owned(), self.parameter(items, false));
        }
        if required {
            facts.insert("required".to_owned(), json!(true));
        }
        facts.into()
    }

    /// Returns the schema of a response in the JSON Schema dialect: a nullable value has two types.
    ///
    /// Formats are left out: Twilio calls its relative paths URIs, and JSON Schema doesn't know its own formats.
    fn schema(&mut self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.trim_start_matches(DOCUMENT_SCHEMAS).to_owned();
            if !self.schemas.contains_key(&name) {
                // Inserted before the schema is read, because a schema can contain itself.
                self.schemas.insert(name.clone(), Value::Null);
                let resolved = self.schema(self.named(reference));
                self.schemas.insert(name.clone(), resolved);
            }
            return json!({ "$ref": format!("{FACTS_SCHEMAS}{name}") });
        }
        let mut facts = keywords(schema);
        if schema["nullable"] == true {
            if let Some(single_type) = facts.get("type").cloned() {
                facts.insert("type".to_owned(), json!([single_type, "null"]));
            }
            if let Some(Value::Array(values)) = facts.get_mut("enum") {
                values.push(Value::Null);
            }
        }
        if let Some(required) = schema.get("required") {
            facts.insert("required".to_owned(), required.clone());
        }
        if let Some(items) = schema.get("items") {
            facts.insert("items".to_owned(), self.schema(items));
        }
        if let Some(properties) = schema["properties"].as_object() {
            let properties =
                properties.iter().map(|(name, schema)| (name.clone(), self.schema(schema)));
            facts.insert("properties".to_owned(), properties.collect::<Map<_, _>>().into());
        }
        facts.into()
    }

    fn named(&self, reference: &str) -> &'a Value {
        &self.document["components"]["schemas"][reference.trim_start_matches(DOCUMENT_SCHEMAS)]
    }
}

fn keywords(schema: &Value) -> Map<String, Value> {
    let present = |keyword: &&str| Some(((*keyword).to_owned(), schema.get(*keyword)?.clone()));
    KEYWORDS.iter().filter_map(present).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn facts(folder: &Path, commit: &str) -> Result<Value, Box<dyn Error>> {
    let mut operations = Map::new();
    let mut schemas = Map::new();
    for (file, ids) in OPERATIONS {
        let document: Value = serde_json::from_slice(&std::fs::read(folder.join(file))?)?;
        let mut facts = Facts { document: &document, schemas: &mut schemas };
        for id in ids {
            let operation = facts.operation(id).ok_or_else(|| format!("{file} has no {id}"))?;
            operations.insert((*id).to_owned(), operation);
        }
    }
    Ok(json!({
        "source": {
            "repository": "https://github.com/twilio/twilio-oai",
            "commit": commit,
            "license": "MIT, Copyright (C) 2023, Twilio, Inc.",
        },
        "operations": operations,
        "schemas": schemas,
    }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, commit] = arguments.as_slice() else {
        return Err("Usage: twilio-facts FOLDER COMMIT".into());
    };
    let text = serde_json::to_string_pretty(&facts(Path::new(folder), commit)?)? + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/twilio_facts.json");
    std::fs::write(path, text)?;
    Ok(())
}
