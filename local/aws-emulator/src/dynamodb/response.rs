//! The responses that the service makes itself, in DynamoDB's format and words.

use serde_json::{Value, json};

use super::authorize::RequiredPermission;

/// An HTTP status and a JSON body.
#[derive(Debug, Clone)]
pub(super) struct DynamoResponse {
    pub status: u16,
    pub body: Vec<u8>,
}

impl DynamoResponse {
    pub(super) fn ok(body: &Value) -> Self {
        Self { status: 200, body: body.to_string().into_bytes() }
    }

    fn new_error(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string().into_bytes() }
    }

    pub(super) fn unknown_operation() -> Self {
        Self::new_error(
            400,
            &json!({ "__type": "com.amazon.coral.service#UnknownOperationException" }),
        )
    }

    pub(super) fn serialization_error() -> Self {
        Self::new_error(
            400,
            &json!({ "__type": "com.amazon.coral.service#SerializationException" }),
        )
    }

    pub(super) fn missing_token() -> Self {
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazon.coral.service#MissingAuthenticationTokenException",
                "message": "Request is missing Authentication Token",
            }),
        )
    }

    pub(super) fn access_denied(
        account: &str,
        caller: &str,
        permission: &RequiredPermission,
    ) -> Self {
        let RequiredPermission { action, resource } = permission;
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/{caller}/{caller} is not authorized to perform: {action} \
             on resource: {resource} because no identity-based policy allows the {action} action"
        );
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazon.coral.service#AccessDeniedException",
                "Message": message,
            }),
        )
    }

    /// Returns the error of a single write to an item that a transaction has locked.
    pub(super) fn transaction_conflict() -> Self {
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
                "message": "Transaction is ongoing for the item",
            }),
        )
    }

    /// Returns the error of a transaction whose marked items are locked.
    pub(super) fn transaction_canceled(conflicts: &[bool]) -> Self {
        let codes: Vec<&str> = conflicts
            .iter()
            .map(|conflict| if *conflict { "TransactionConflict" } else { "None" })
            .collect();
        let reasons: Vec<Value> = conflicts
            .iter()
            .map(|conflict| {
                if *conflict {
                    json!({
                        "Code": "TransactionConflict",
                        "Message": "Transaction is ongoing for the item",
                    })
                } else {
                    json!({ "Code": "None" })
                }
            })
            .collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": message,
                "CancellationReasons": reasons,
            }),
        )
    }

    pub(super) fn token_mismatch() -> Self {
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
                "message": "An error occurred (IdempotentParameterMismatchException)",
            }),
        )
    }

    pub(super) fn token_in_progress() -> Self {
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionInProgressException",
                "Message": "The transaction with the given request token is already in progress.",
            }),
        )
    }

    pub(super) fn throttling() -> Self {
        Self::new_error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException",
                "message": "Throughput exceeds the current capacity of your table or index.",
            }),
        )
    }

    pub(super) fn internal_error() -> Self {
        Self::new_error(
            500,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
                "message": "Internal server error",
            }),
        )
    }
}

impl From<&dynoxide::DynoxideError> for DynamoResponse {
    fn from(error: &dynoxide::DynoxideError) -> Self {
        Self { status: error.status_code(), body: error.to_json().into_bytes() }
    }
}
