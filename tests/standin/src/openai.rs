//! The other language that the stand-in speaks: OpenAI's, under `/openai/v1`. Knows no connection.
//!
//! Scripts are the same; what they say is put into chat completions.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use crate::embeddings;
use crate::errors::ApiError;
use crate::recordings::Recordings;
use crate::reply::{Reply, objects};
use crate::script::{Answer, Break, ErrorForm, Script};
use crate::shape::Asked;
use crate::synthetic::Ending;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Chat,
    Models,
    Embeddings,
    Moderations,
}

/// The models that it lists.
const MODELS: [&str; 4] = ["gpt-5.6-luna", "qwen3", "stand-in", "text-embedding-3-small"];
/// What moderation finds fault with.
const FORBIDDEN: &str = "forbidden";
/// Long enough to tell vectors apart.
const DIMENSIONS: usize = 8;

/// A chat's request in the words of the Gemini API, which is what scripts understand.
pub(crate) fn asked(body: &Value, response_id: String) -> Result<Asked, ApiError> {
    let invalid = |message: &str| ApiError::invalid(message);
    let model = body["model"].as_str().ok_or_else(|| invalid("you must provide a model parameter"))?;
    let messages = body["messages"].as_array().filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| invalid("Missing required parameter: 'messages'."))?;
    if body.get("max_tokens").is_some() && body.get("max_completion_tokens").is_some() {
        return Err(invalid("max_tokens and max_completion_tokens cannot both be set."));
    }
    if model.starts_with("gpt-5") {
        for field in ["max_tokens", "temperature", "top_p"] {
            if body.get(field).is_some() {
                let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
                return Err(ApiError::invalid(message));
            }
        }
    } else if body.get("reasoning_effort").is_some() {
        return Err(invalid("Unrecognized request argument supplied: reasoning_effort"));
    }
    let contents: Vec<Value> = messages
        .iter()
        .filter(|message| message["role"] != "system")
        .map(|message| {
            let role = if message["role"] == "assistant" { "model" } else { "user" };
            json!({"role": role, "parts": [{"text": message["content"]}]})
        })
        .collect();
    Ok(Asked { model: model.to_owned(), body: json!({ "contents": contents }), response_id })
}

/// What `script`, which is no sequence and does answer, says to a chat.
pub(crate) fn chat(script: Script, asked: Asked) -> Reply {
    if let Answer::Error(refusal) = &script.answer {
        return error(refusal);
    }
    let (id, model) = (asked.response_id.clone(), asked.model.clone());
    let (said, tail, ending) = match &script.answer {
        Answer::Made(made) => {
            let said: Box<dyn Iterator<Item = Value> + Send> = Box::new((made.objects)(&asked).into_iter());
            (said, made.tail(), made.ending)
        }
        answer => (objects(answer, asked), None, Ending::Complete),
    };
    let mut usage = None;
    let chunk = move |object: Value| {
        let mut chunk = json!({"id": id, "object": "chat.completion.chunk", "created": 1, "model": model});
        for (name, value) in object.as_object().into_iter().flatten() {
            chunk[name] = value.clone();
        }
        event(&chunk)
    };
    let is_whole = tail.is_none();
    let mut said = said.map(Some).chain([None]);
    let events = std::iter::from_fn(move || match said.next()? {
        Some(object) => {
            usage = Some(counts(&object["usageMetadata"]));
            Some(chunk(json!({"choices": choices(&object), "usage": null})))
        }
        None if is_whole => usage.take().map(|usage| {
            let last = chunk(json!({"choices": [], "usage": usage}));
            Bytes::from([&last[..], b"data: [DONE]\n\n"].concat())
        }),
        None => None,
    });
    let mut reply = Reply::whole(200, "text/event-stream", "");
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    reply.ending = ending;
    reply.pieces = match script.break_after {
        None => Box::new(events.chain(tail)),
        Some((chunks, Break::Hang)) => {
            reply.ending = Ending::Hang;
            Box::new(events.take(chunks))
        }
        Some((chunks, Break::Error(form))) => Box::new(events.take(chunks).chain([broken(form)])),
    };
    reply
}

/// Everything but chats.
pub(crate) fn other(page: Page, body: &Value, recordings: &Recordings) -> Result<Reply, ApiError> {
    let inputs: Vec<&str> = match &body["input"] {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if page != Page::Models && inputs.is_empty() {
        return Err(ApiError::invalid("Missing required parameter: 'input'."));
    }
    let tokens = inputs.iter().map(|text| text.len()).sum::<usize>() / 4 + 1;
    Ok(Reply::json(
        200,
        &match page {
            Page::Chat | Page::Models => {
                let models = MODELS.map(|id| json!({"id": id, "object": "model", "owned_by": "stand-in"}));
                json!({"object": "list", "data": models})
            }
            Page::Embeddings => {
                let vector = |text: &str| embeddings::vector(text, DIMENSIONS, recordings);
                let data = inputs.iter().enumerate().map(
                    |(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)}),
                );
                let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
                // Some servers answer in another order than they were asked.
                let data: Vec<Value> = data.rev().collect();
                json!({"object": "list", "data": data, "model": body["model"], "usage": usage})
            }
            Page::Moderations => {
                let results = inputs.iter().map(|text| {
                    let flagged = text.contains(FORBIDDEN);
                    json!({"flagged": flagged, "categories": {"harassment": flagged, "violence": false}})
                });
                json!({"id": "modr-1", "model": body["model"], "results": results.collect::<Vec<_>>()})
            }
        },
    ))
}

/// An error with the body that OpenAI gives for it.
pub(crate) fn error(error: &ApiError) -> Reply {
    let is_daily = error.body.to_string().contains("PerDay");
    let (kind, code) = match error.code {
        400 => ("invalid_request_error", Value::Null),
        401 => ("invalid_request_error", json!("invalid_api_key")),
        404 => ("invalid_request_error", json!("model_not_found")),
        429 if is_daily => ("insufficient_quota", json!("insufficient_quota")),
        429 => ("requests", json!("rate_limit_exceeded")),
        _ => ("server_error", Value::Null),
    };
    let message = &error.body["error"]["message"];
    Reply::json(
        error.code,
        &json!({"error": {"message": message, "type": kind, "param": null, "code": code}}),
    )
}

fn choices(object: &Value) -> Value {
    let candidate = &object["candidates"][0];
    if candidate.is_null() {
        return json!([]);
    }
    let mut delta = json!({});
    for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
        let field = if part["thought"] == true { "reasoning_content" } else { "content" };
        delta[field] = part["text"].clone();
    }
    let reason = match candidate["finishReason"].as_str() {
        None => Value::Null,
        Some("STOP") => json!("stop"),
        Some("MAX_TOKENS") => json!("length"),
        Some("SAFETY" | "PROHIBITED_CONTENT") => json!("content_filter"),
        Some(other) => json!(other.to_lowercase()),
    };
    json!([{"index": 0, "delta": delta, "finish_reason": reason}])
}

fn counts(usage: &Value) -> Value {
    let count = |name: &str| usage[name].as_u64().unwrap_or(0);
    let thoughts = count("thoughtsTokenCount");
    json!({
        "prompt_tokens": count("promptTokenCount"),
        "completion_tokens": count("candidatesTokenCount") + thoughts,
        "total_tokens": count("totalTokenCount"),
        "completion_tokens_details": {"reasoning_tokens": thoughts},
    })
}

fn broken(form: ErrorForm) -> Bytes {
    let error =
        json!({"error": {"message": "The server is overloaded.", "type": "server_error", "code": null}});
    match form {
        ErrorForm::Event => event(&error),
        ErrorForm::Raw => error.to_string().into(),
    }
}

fn event(object: &Value) -> Bytes {
    Bytes::from(format!("data: {object}\n\n"))
}
