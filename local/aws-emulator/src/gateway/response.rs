//! The HTTP response from a function's result: payload format 2.0, explicit or inferred.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use data_encoding::BASE64;
use serde_json::{Value, json};

/// Converts a function's result to an HTTP response.
///
/// An invalid result is a 500, as at AWS.
pub fn to_response(value: &Value) -> Response {
    let parsed = if value.get("statusCode").is_some() {
        explicit_response(value)
    } else {
        inferred_response(value)
    };
    parsed.unwrap_or_else(|| {
        tracing::error!("Function returned an invalid HTTP response");
        gateway_error(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    })
}

/// Returns an error of API Gateway: `{"message": …}`.
pub fn gateway_error(status: StatusCode, message: &str) -> Response {
    let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn explicit_response(value: &Value) -> Option<Response> {
    let status = u16::try_from(value.get("statusCode")?.as_u64()?).ok()?;
    let body = value.get("body").and_then(Value::as_str).unwrap_or_default();
    let encoded = value.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body =
        if encoded { BASE64.decode(body.as_bytes()).ok()? } else { body.as_bytes().to_vec() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = response.headers_mut();
    for (name, value) in value.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        headers.insert(name, HeaderValue::try_from(value).ok()?);
    }
    for cookie in value.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie.as_str()?).ok()?);
    }
    let text_plain = HeaderValue::from_static("text/plain;charset=UTF-8");
    headers.entry(header::CONTENT_TYPE).or_insert(text_plain);
    // The gateway sets the length itself.
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    Some(response)
}

/// Returns the response to a result without `statusCode`: 200 with the result as JSON.
fn inferred_response(value: &Value) -> Option<Response> {
    let body = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    explicit_response(&json!({
        "statusCode": 200,
        "headers": { "content-type": "application/json" },
        "body": body,
    }))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn body(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_result_becomes_a_response_with_status_headers_cookies_and_decoded_body() {
        let response = to_response(&json!({
            "statusCode": 201, "headers": { "x-a": "b" }, "cookies": ["a=1", "b=2"],
            "body": "aMOk", "isBase64Encoded": true,
        }));
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "b");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(body(response).await, "hä");
    }

    #[tokio::test]
    async fn a_result_without_a_status_is_returned_as_json() {
        let response = to_response(&json!({ "a": 1 }));
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(body(response).await, r#"{"a":1}"#);
    }

    #[tokio::test]
    async fn an_invalid_result_becomes_a_500() {
        for wrong in [
            json!({ "statusCode": "yes" }),
            json!({ "statusCode": 200, "headers": { "a b": "c" } }),
            json!({ "statusCode": 200, "headers": { "a": "b\nc" } }),
            json!({ "statusCode": 200, "body": "%%", "isBase64Encoded": true }),
            json!({ "statusCode": 99_999 }),
        ] {
            let response = to_response(&wrong);
            assert_eq!(response.status(), 500, "{wrong}");
            assert_eq!(body(response).await, r#"{"message":"Internal Server Error"}"#);
        }
    }
}
