//! Token counts and embeddings, from recorded ones. Knows no connection.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use crate::errors::ApiError;
use crate::fields::{COUNT, EMBED_BATCH};
use crate::recordings::Recordings;
use crate::reply::Reply;
use crate::strict::field;

const RECORDED_COUNT: &str = "p-count-tokens";
const RECORDED_EMBEDDING: &str = "p-embed-dims";
const DEFAULT_DIMENSIONS: usize = 3072;

/// Answers `:countTokens` in the recorded form, about four characters a token.
pub(crate) fn count(body: &Value, recordings: &Recordings) -> Result<Reply, ApiError> {
    COUNT.check(body)?;
    let request = field(body, "generateContentRequest");
    if request.is_some_and(|request| field(request, "model").is_none()) {
        return Err(ApiError::invalid(
            "* CountTokensRequest.generate_content_request.model: model is not specified\n",
        ));
    }
    let tokens = texts(request.unwrap_or(body)).map(str::len).sum::<usize>() / 4 + 1;
    let mut answer = recorded(recordings, RECORDED_COUNT);
    answer["totalTokens"] = tokens.into();
    answer["promptTokensDetails"] = json!([{"modality": "TEXT", "tokenCount": tokens}]);
    Ok(Reply::json(200, &answer))
}

/// Answers `:batchEmbedContents` with the recorded vector, turned by the text: equal texts have equal vectors.
pub(crate) fn embed(body: &Value, recordings: &Recordings) -> Result<Reply, ApiError> {
    EMBED_BATCH.check(body)?;
    let requests = field(body, "requests").and_then(Value::as_array);
    let requests = requests.filter(|requests| !requests.is_empty()).ok_or_else(|| {
        ApiError::invalid("* BatchEmbedContentsRequest.requests: at least one request is required\n")
    })?;
    let answer = recorded(recordings, RECORDED_EMBEDDING);
    let values = answer["embeddings"][0]["values"].as_array().cloned().unwrap_or_default();
    let embeddings: Vec<Value> =
        requests.iter().map(|request| json!({"values": turned(&values, request)})).collect();
    Ok(Reply::json(200, &json!({"embeddings": embeddings})))
}

/// The vector of a text, in so many dimensions.
pub(crate) fn vector(text: &str, dimensions: usize, recordings: &Recordings) -> Vec<Value> {
    let answer = recorded(recordings, RECORDED_EMBEDDING);
    let values = answer["embeddings"][0]["values"].as_array().cloned().unwrap_or_default();
    turned(&values, &json!({"text": text, "outputDimensionality": dimensions}))
}

fn turned(values: &[Value], request: &Value) -> Vec<Value> {
    let wanted = field(request, "outputDimensionality").and_then(Value::as_u64);
    let dimensions = wanted.and_then(|wanted| usize::try_from(wanted).ok()).unwrap_or(DEFAULT_DIMENSIONS);
    let mut hasher = DefaultHasher::new();
    texts(request).for_each(|text| text.hash(&mut hasher));
    let start = usize::try_from(hasher.finish() % values.len().max(1) as u64).unwrap_or(0);
    values.iter().cycle().skip(start).take(dimensions).cloned().collect()
}

fn recorded(recordings: &Recordings, id: &str) -> Value {
    let objects = recordings.get(id).map(|recording| recording.objects());
    objects.and_then(|objects| objects.into_iter().next()).unwrap_or_else(|| json!({}))
}

/// Every `text` anywhere in the request.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter().flat_map(texts)),
        Value::Object(members) => Box::new(members.iter().flat_map(|(name, value)| match value.as_str() {
            Some(text) if name == "text" => Box::new(std::iter::once(text)),
            _ => texts(value),
        })),
        _ => Box::new(std::iter::empty()),
    }
}
