//! Answers made by hand, for what nobody recorded. Knows the API's shapes, never the connection.

use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

use crate::errors::{self, ApiError};
use crate::framing::Framing;
use crate::script::{ErrorForm, Script};
use crate::shape::Asked;

/// A hand-made body: what to say, what to append to it raw, and how it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) objects: fn(&Asked) -> Vec<Value>,
    pub(crate) tail: &'static [u8],
    pub(crate) ending: Ending,
}

/// What follows the last byte of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Complete,
    Hang,
    Drop,
}

const FIRST: &str = "The first part of the answer. ";
const SECOND: &str = "The second part of the answer.";

type Make = fn() -> Script;

/// Every synthetic answer by name; the names are what `syn:<name>` takes.
const ANSWERS: &[(&str, Make)] = &[
    ("400", || Script::status(400)),
    ("401", || Script::status(401)),
    ("403", || Script::status(403)),
    ("404", || Script::status(404)),
    ("408", || Script::status(408)),
    ("429", || Script::error(errors::rate_limited())),
    ("429-daily", || Script::error(errors::daily_quota())),
    ("429-no-quota", || Script::error(errors::no_quota())),
    ("429-then-success", || Script::sequence([Script::error(errors::rate_limited()), ok()])),
    ("499", || Script::status(499)),
    ("500", || Script::status(500)),
    ("500-then-success", || Script::sequence([Script::status(500), ok()])),
    ("502", || Script::status(502)),
    ("503", || Script::status(503)),
    ("503-then-success", || Script::sequence([Script::status(503), ok()])),
    ("504", || Script::status(504)),
    ("bad-key", || Script::error(errors::bad_key())),
    ("leaked-key", || Script::error(errors::leaked_key())),
    ("precondition", || {
        Script::error(ApiError::new(
            400,
            "FAILED_PRECONDITION",
            "User location is not supported for the API use.",
        ))
    }),
    ("blocked-prompt", || complete(blocked_prompt)),
    ("broken-utf8", || {
        Script::made(Made { objects: begun, tail: b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"\xE7\xA7\xC3\"}]}}]}\r\n\r\n", ending: Ending::Complete })
    }),
    ("content-without-parts", || complete(without_parts)),
    ("continuation", || complete(continuation)),
    ("drip", || ok().framing(Framing::One).interval(Duration::from_millis(5))),
    ("drop", || {
        Script::made(Made { objects: begun, tail: b"data: {\"candidates\": [{\"con", ending: Ending::Drop })
    }),
    ("drop-after-headers", || Script::made(Made { objects: nothing, tail: b"", ending: Ending::Drop })),
    ("drop-before-headers", Script::refusal),
    ("echo", Script::echo),
    ("empty-body", || complete(nothing)),
    ("empty-text", || complete(|asked| vec![asked.end("STOP", 0)])),
    ("error-event", || ok().error_after(1, ErrorForm::Event)),
    ("error-raw", || ok().error_after(1, ErrorForm::Raw)),
    ("function-call", || complete(function_call)),
    ("garbage", || {
        Script::made(Made {
            objects: begun,
            tail: b"data: {\"candidates\": [}{ this is not JSON\r\n\r\n",
            ending: Ending::Complete,
        })
    }),
    ("hang-after-headers", || Script::made(Made { objects: nothing, tail: b"", ending: Ending::Hang })),
    ("hang-before-headers", Script::silence),
    ("malformed-function-call", || complete(malformed_function_call)),
    ("max-tokens", || {
        complete(|asked| vec![asked.text(FIRST, FIRST.len()), asked.end("MAX_TOKENS", FIRST.len())])
    }),
    ("max-tokens-without-text", || complete(max_tokens_without_text)),
    ("no-finish-reason", || complete(begun)),
    ("ok", ok),
    ("prohibited-content", || complete(|asked| vec![without_content(asked, "PROHIBITED_CONTENT", 0)])),
    ("safety-after-text", || {
        complete(|asked| vec![asked.text(FIRST, FIRST.len()), without_content(asked, "SAFETY", FIRST.len())])
    }),
    ("stall", || {
        Script::made(Made { objects: begun, tail: b"data: {\"candidates\": [{\"con", ending: Ending::Hang })
    }),
    ("unknown-finish-reason", || {
        complete(|asked| {
            vec![asked.text(FIRST, FIRST.len()), asked.end("FAKE_NEW_FINISH_REASON", FIRST.len())]
        })
    }),
];

pub(crate) fn find(name: &str) -> Option<Script> {
    ANSWERS.iter().find(|(known, _)| *known == name).map(|(_, make)| make())
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ANSWERS.iter().map(|(name, _)| *name)
}

/// An answer without a fault in two chunks and the last.
fn ok() -> Script {
    Script::text([FIRST, SECOND].concat(), FIRST.len())
}

fn complete(objects: fn(&Asked) -> Vec<Value>) -> Script {
    Script::made(Made { objects, tail: b"", ending: Ending::Complete })
}

impl Made {
    pub(crate) fn tail(&self) -> Option<Bytes> {
        (!self.tail.is_empty()).then(|| Bytes::from_static(self.tail))
    }
}

fn nothing(_: &Asked) -> Vec<Value> {
    Vec::new()
}

fn begun(asked: &Asked) -> Vec<Value> {
    vec![asked.text(FIRST, FIRST.len())]
}

fn without_content(asked: &Asked, reason: &str, written: usize) -> Value {
    asked.object(Some(json!({"finishReason": reason, "index": 0})), written)
}

fn without_parts(asked: &Asked) -> Vec<Value> {
    vec![asked.object(Some(json!({"content": {"role": "model"}, "finishReason": "STOP", "index": 0})), 0)]
}

fn blocked_prompt(asked: &Asked) -> Vec<Value> {
    let mut object = asked.object(None, 0);
    object["promptFeedback"] = json!({"blockReason": "PROHIBITED_CONTENT"});
    vec![object]
}

fn malformed_function_call(asked: &Asked) -> Vec<Value> {
    let candidate = json!({
        "finishReason": "MALFORMED_FUNCTION_CALL",
        "finishMessage": "Malformed function call: print(default_api.weather(city=",
        "index": 0,
    });
    vec![asked.object(Some(candidate), 0)]
}

fn max_tokens_without_text(asked: &Asked) -> Vec<Value> {
    let mut object = asked
        .object(Some(json!({"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0})), 0);
    let prompt = asked.prompt_tokens();
    object["usageMetadata"]["thoughtsTokenCount"] = 997.into();
    object["usageMetadata"]["totalTokenCount"] = (prompt + 997).into();
    vec![object]
}

fn function_call(asked: &Asked) -> Vec<Value> {
    let call = json!({"functionCall": {"name": "weather", "args": {"city": "Berlin"}, "id": "call-1"}});
    let mut last = asked.end("STOP", 0);
    let signature = last["candidates"][0]["content"]["parts"][0]["thoughtSignature"].take();
    let mut part = call;
    if !signature.is_null() {
        part["thoughtSignature"] = signature;
    }
    last["candidates"][0]["content"]["parts"] = json!([part]);
    vec![last]
}

/// The first hop ends with a token; the request that brings one gets the rest.
fn continuation(asked: &Asked) -> Vec<Value> {
    if asked.continues() {
        return vec![asked.text(SECOND, SECOND.len()), asked.end("STOP", SECOND.len())];
    }
    let mut last = asked.end("CONTINUATION", FIRST.len());
    last["candidates"][0]["continuationToken"] = "Y29udGludWU=".into();
    vec![asked.text(FIRST, FIRST.len()), last]
}
