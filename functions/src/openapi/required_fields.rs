//! Marks the fields that responses always contain as required.
//!
//! A nullable field is always written, as null if there is no value. A field that is left out is not nullable.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::Modify;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

const SCHEMAS: &str = "#/components/schemas/";

/// Marks nullable fields as required in all schemas that no request body contains.
#[derive(Debug)]
pub(super) struct RequiredFields;

impl Modify for RequiredFields {
    fn modify(&self, document: &mut OpenApi) {
        let requests = request_schemas(document);
        if let Some(components) = document.components.as_mut() {
            for (name, schema) in &mut components.schemas {
                if !requests.contains(name) {
                    require_nullable_fields(schema);
                }
            }
        }
    }
}

fn require_nullable_fields(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let nullable = object.properties.iter().filter(|(_, schema)| is_nullable(schema));
            let names: Vec<String> = nullable.map(|(name, _)| name.clone()).collect();
            object.required.extend(names);
            object.required.sort();
            object.required.dedup();
        }
        RefOr::T(Schema::OneOf(variants)) => {
            variants.items.iter_mut().for_each(require_nullable_fields);
        }
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(require_nullable_fields),
        _ => {}
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(variants)) => variants.items.iter().any(is_nullable),
        _ => false,
    }
}

fn has_null(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(single) => *single == Type::Null,
        SchemaType::Array(types) => types.contains(&Type::Null),
        SchemaType::AnyValue => false,
    }
}

/// Returns the names of the schemas that request bodies contain.
fn request_schemas(document: &OpenApi) -> BTreeSet<String> {
    let Ok(document) = serde_json::to_value(document) else { return BTreeSet::new() };
    let paths = fields(document.get("paths"));
    let operations = paths.flat_map(|item| fields(Some(item)));
    let mut found = BTreeSet::new();
    for operation in operations {
        if let Some(body) = operation.get("requestBody") {
            collect_schemas(body, &document, &mut found);
        }
    }
    found
}

/// Returns the values in an object.
fn fields(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_object).into_iter().flat_map(|fields| fields.values())
}

fn collect_schemas(value: &Value, document: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str);
            if let Some(name) = reference.and_then(|text| text.strip_prefix(SCHEMAS))
                && found.insert(name.to_owned())
                && let Some(schema) = document.pointer(&format!("/components/schemas/{name}"))
            {
                collect_schemas(schema, document, found);
            }
            fields.values().for_each(|field| collect_schemas(field, document, found));
        }
        Value::Array(items) => items.iter().for_each(|it| collect_schemas(it, document, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::ApiDocument;
    use utoipa::OpenApi as _;

    fn required(schema: &str) -> Vec<String> {
        let document = serde_json::to_value(ApiDocument::openapi()).unwrap();
        let required = &document["components"]["schemas"][schema]["required"];
        serde_json::from_value(required.clone()).unwrap_or_default()
    }

    #[test]
    fn nullable_fields_of_responses_are_required() {
        let conversation = required("Conversation");
        for field in ["contact_name", "preview", "window_expires_at"] {
            assert!(conversation.iter().any(|name| name == field), "{field}");
        }
    }

    #[test]
    fn fields_that_are_left_out_and_fields_of_requests_stay_optional() {
        assert!(!required("Problem").iter().any(|name| name == "current"));
        assert!(!required("StatusRecord").iter().any(|name| name == "error_code"));
        assert_eq!(required("UpdateConversation"), [""; 0]);
    }
}
