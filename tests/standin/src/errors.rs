//! Error bodies in Google's form. Knows no request and no connection.

use serde_json::{Value, json};

/// An error answer: HTTP status and body.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) code: u16,
    pub(crate) body: Value,
}

impl ApiError {
    pub(crate) fn new(code: u16, status: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self { code, body: json!({"error": {"code": code, "message": message, "status": status}}) }
    }

    fn with_details(mut self, details: Value) -> Self {
        self.body["error"]["details"] = details;
        self
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// The error that the API gives with an HTTP status, as far as one is known.
    pub(crate) fn of_status(code: u16) -> Self {
        match code {
            400 => Self::invalid("Request contains an invalid argument."),
            401 => unauthenticated(),
            403 => Self::new(403, "PERMISSION_DENIED", "The caller does not have permission"),
            404 => Self::new(404, "NOT_FOUND", "Requested entity was not found."),
            429 => rate_limited(),
            499 => Self::new(499, "CANCELLED", "The operation was cancelled."),
            500 => Self::new(
                500,
                "INTERNAL",
                "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
            ),
            503 => Self::new(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
            504 => Self::new(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again."),
            other => Self::new(other, "UNKNOWN", "Unknown error."),
        }
    }

    /// The body as the API prints it: indented, with a newline at the end.
    pub(crate) fn pretty(&self) -> String {
        pretty(&self.body)
    }
}

pub(crate) fn pretty(value: &Value) -> String {
    escaped(serde_json::to_string_pretty(value).expect("a JSON value prints") + "\n")
}

/// The API writes `<` and `>` as escapes; outside strings JSON has neither.
pub(crate) fn escaped(json: String) -> String {
    if json.contains(['<', '>']) { json.replace('<', "\\u003c").replace('>', "\\u003e") } else { json }
}

pub(crate) fn bad_key() -> ApiError {
    let message = "API key not valid. Please pass a valid API key.";
    ApiError::invalid(message).with_details(json!([
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}},
        {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message}
    ]))
}

pub(crate) fn leaked_key() -> ApiError {
    ApiError::new(
        403,
        "PERMISSION_DENIED",
        "Your API key was reported as leaked. Please use another API key.",
    )
}

fn unauthenticated() -> ApiError {
    ApiError::new(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.").with_details(json!([
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED", "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}}
    ]))
}

/// A limit a minute: worth waiting for. The delay is short, so that a test which obeys it stays quick.
pub(crate) fn rate_limited() -> ApiError {
    quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10", "1.239935699", "1s")
}

/// A limit a day: waiting is of no use.
pub(crate) fn daily_quota() -> ApiError {
    quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250", "31437.204", "31437s")
}

/// No quota at all for this model.
pub(crate) fn no_quota() -> ApiError {
    quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0", "48.939935699", "48s")
}

fn quota(id: &str, limit: &str, exact: &str, delay: &str) -> ApiError {
    let metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. \n* Quota exceeded for metric: {metric}, limit: {limit}\nPlease retry in {exact}s."
    );
    ApiError::new(429, "RESOURCE_EXHAUSTED", message).with_details(json!([
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Learn more about Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaMetric": metric, "quotaId": id, "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash"}, "quotaValue": limit}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    ]))
}

/// `field` is the path of the object that holds the unknown name, empty at the top.
pub(crate) fn unknown_name(name: &str, field: &str) -> ApiError {
    let place = if field.is_empty() { String::new() } else { format!(" at '{field}'") };
    let message =
        format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field.");
    let mut violation = json!({"description": message});
    if !field.is_empty() {
        violation["field"] = field.into();
    }
    ApiError::invalid(message).with_details(
        json!([{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]),
    )
}

pub(crate) fn unknown_model(model: &str, version: &str, method: &str) -> ApiError {
    ApiError::new(
        404,
        "NOT_FOUND",
        format!(
            "models/{model} is not found for API version {version}, or is not supported for {method}. Call ModelService.ListModels to see the list of available models and their supported methods."
        ),
    )
}

pub(crate) fn unknown_file(id: &str) -> ApiError {
    ApiError::new(
        403,
        "PERMISSION_DENIED",
        format!("You do not have permission to access the File {id} or it may not exist."),
    )
}
