//! Reads a request: its path, key and body. Knows the API's addresses, never its answers.

use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::{Method, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::errors::ApiError;
use crate::openai;
use crate::reply::{Accepts, Call};

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Generate {
        call: Call,
        model: String,
    },
    Count {
        model: String,
    },
    Embed {
        model: String,
    },
    Models,
    Model(String),
    StartUpload,
    /// The bytes of an upload, by upload id.
    Upload(String),
    Files,
    File(String),
    DeleteFile(String),
    OpenAi(openai::Page),
    Unknown,
}

/// A path taken apart.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) path: String,
    pub(crate) query: String,
    /// `v1` or `v1beta`.
    pub(crate) version: String,
    pub(crate) route: Route,
}

impl Address {
    pub(crate) fn of(head: &Parts) -> Self {
        let query = head.uri.query().unwrap_or_default().to_owned();
        let segments: Vec<String> = head.uri.path().split('/').skip(1).map(decoded).collect();
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (version, route) = route(&head.method, &names, &query);
        Self { path: format!("/{}", segments.join("/")), query, version, route }
    }

    pub(crate) fn model(&self) -> Option<&str> {
        match &self.route {
            Route::Generate { model, .. }
            | Route::Count { model }
            | Route::Embed { model }
            | Route::Model(model) => Some(model),
            _ => None,
        }
    }
}

fn route(method: &Method, names: &[&str], query: &str) -> (String, Route) {
    let (version, uploads, rest) = match names {
        ["upload", version @ ("v1" | "v1beta"), rest @ ..] => (*version, true, rest),
        [version @ ("v1" | "v1beta"), rest @ ..] => (*version, false, rest),
        ["openai", "v1", rest @ ..] => return ("v1".to_owned(), openai_page(method, rest)),
        _ => return (String::new(), Route::Unknown),
    };
    let route = match (method.as_str(), rest) {
        ("POST" | "PUT", ["files"]) if uploads => match parameter(query, "upload_id") {
            Some(id) => Route::Upload(id),
            None => Route::StartUpload,
        },
        _ if uploads => Route::Unknown,
        ("GET", ["models"]) => Route::Models,
        ("GET", ["models", model]) => Route::Model((*model).to_owned()),
        ("POST", ["models", call]) => method_of(call, query),
        ("GET", ["files"]) => Route::Files,
        ("GET", ["files", id]) => Route::File((*id).to_owned()),
        ("DELETE", ["files", id]) => Route::DeleteFile((*id).to_owned()),
        _ => Route::Unknown,
    };
    (version.to_owned(), route)
}

fn openai_page(method: &Method, rest: &[&str]) -> Route {
    match (method.as_str(), rest) {
        ("POST", ["chat", "completions"]) => Route::OpenAi(openai::Page::Chat),
        ("POST", ["embeddings"]) => Route::OpenAi(openai::Page::Embeddings),
        ("POST", ["moderations"]) => Route::OpenAi(openai::Page::Moderations),
        ("GET", ["models"]) => Route::OpenAi(openai::Page::Models),
        _ => Route::Unknown,
    }
}

fn method_of(call: &str, query: &str) -> Route {
    let Some((model, method)) = call.rsplit_once(':') else { return Route::Unknown };
    let model = model.to_owned();
    let events = parameter(query, "alt").as_deref() == Some("sse");
    match method {
        "generateContent" => Route::Generate { call: Call::Unary, model },
        "streamGenerateContent" if events => Route::Generate { call: Call::Events, model },
        "streamGenerateContent" => Route::Generate { call: Call::Array, model },
        "countTokens" => Route::Count { model },
        "batchEmbedContents" => Route::Embed { model },
        _ => Route::Unknown,
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| decoded(value))
}

/// The key of the header or, as the API also takes it, of the query.
pub(crate) fn key(headers: &HeaderMap, query: &str) -> Option<String> {
    let header = headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    header.or_else(|| parameter(query, "key")).filter(|key| !key.is_empty())
}

/// The key as OpenAI's clients send it.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())?;
    header.strip_prefix("Bearer ").map(str::to_owned)
}

pub(crate) fn accepts(headers: &HeaderMap) -> Accepts {
    let offered =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if offered.contains("gzip") { Accepts::Gzip } else { Accepts::Identity }
}

/// The JSON body of a call that needs one.
pub(crate) fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(ApiError::invalid(format!("Invalid content type \"{kind}\": use application/json.")));
    }
    let refused = |reason: String| ApiError::invalid(format!("Invalid JSON payload received. {reason}"));
    let value: Value = serde_json::from_slice(body).map_err(|error| refused(error.to_string()))?;
    if value.is_object() { Ok(value) } else { Err(refused("Root element must be a message.".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(method: &str, uri: &str) -> Route {
        let request = hyper::Request::builder().method(method).uri(uri).body(()).expect("a request");
        Address::of(&request.into_parts().0).route
    }

    #[test]
    fn addresses_are_read_as_the_api_reads_them() {
        let stream = |model: &str, call| Route::Generate { call, model: model.to_owned() };
        for (method, uri, route) in [
            ("POST", "/v1beta/models/m:streamGenerateContent?alt=sse", stream("m", Call::Events)),
            ("POST", "/v1/models/m:streamGenerateContent?alt=sse", stream("m", Call::Events)),
            ("POST", "/v1beta/models/gemini%2D3%3AgenerateContent", stream("gemini-3", Call::Unary)),
            ("POST", "/v1beta/models/m:streamGenerateContent", stream("m", Call::Array)),
            ("POST", "/v1beta/models/m:countTokens", Route::Count { model: "m".into() }),
            ("POST", "/v1beta/models/m:batchEmbedContents", Route::Embed { model: "m".into() }),
            ("GET", "/v1/models?pageSize=1000", Route::Models),
            ("GET", "/v1/models/m", Route::Model("m".into())),
            ("POST", "/upload/v1beta/files", Route::StartUpload),
            ("POST", "/upload/v1beta/files?upload_id=3&upload_protocol=resumable", Route::Upload("3".into())),
            ("GET", "/v1beta/files", Route::Files),
            ("DELETE", "/v1beta/files/standin-1", Route::DeleteFile("standin-1".into())),
            ("GET", "/v1beta/models/m:generateContent", Route::Model("m:generateContent".into())),
            ("POST", "/openai/v1/chat/completions", Route::OpenAi(openai::Page::Chat)),
            ("GET", "/openai/v1/models", Route::OpenAi(openai::Page::Models)),
            ("POST", "/openai/v1/models", Route::Unknown),
            ("POST", "/v2/models/m:generateContent", Route::Unknown),
            ("POST", "/models/m:generateContent", Route::Unknown),
            ("POST", "/v1beta/models/m:guess", Route::Unknown),
            ("POST", "/v1beta/models/m", Route::Unknown),
        ] {
            assert_eq!(routed(method, uri), route, "{method} {uri}");
        }
    }
}
