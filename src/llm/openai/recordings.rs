//! Promise: every recorded answer reads exactly as OpenAI's own client reads it, however its bytes are cut.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::llm::decode::Decoder;
use crate::llm::delta::{Delta, Finish, Usage};
use crate::llm::error::LlmError;
use crate::llm::failure;
use crate::llm::openai::decode::Reply;

/// What one recording is expected to be.
struct Recording {
    id: String,
    expected: Value,
    body: Vec<u8>,
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/recordings")
}

fn recordings() -> Vec<Recording> {
    let expected = fs::read(directory().join("expected.json")).unwrap();
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&expected).unwrap();
    let recordings = expected.into_iter().filter(|(_, expected)| expected["api"] == "openai-chat");
    recordings
        .map(|(id, expected)| {
            let body = fs::read(directory().join(expected["file"].as_str().unwrap())).unwrap();
            Recording { id, expected, body }
        })
        .collect()
}

/// A reply as far as it came, and what ended it.
type Read = (Vec<Delta>, Result<(), LlmError>);

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Read {
    let (mut decoder, mut deltas) = (Decoder::<Reply>::default(), Vec::new());
    let mut read = Ok(());
    for piece in pieces {
        read = read.and_then(|()| decoder.push(piece, &mut deltas));
    }
    let read = read.and_then(|()| decoder.finish(&mut deltas));
    (deltas, read)
}

/// What was read, in the words of `expected.json`.
fn summary((deltas, end): &Read) -> Value {
    let (mut text, mut thoughts, mut usage) = (String::new(), String::new(), Usage::default());
    let (mut calls, mut finish, mut models) = (Vec::new(), Value::Null, 0);
    for delta in deltas {
        match delta {
            Delta::Text(more) => text.push_str(more),
            Delta::Thought(more) => thoughts.push_str(more),
            Delta::Model(_) => models += 1,
            Delta::Usage(latest) => usage = *latest,
            Delta::ToolCall(call) => {
                calls.push(json!({"id": call.id, "name": call.name, "arguments": call.args}));
            }
            Delta::Retried(_) => panic!("a recording is read and not asked for again"),
            Delta::Finish(Finish::Stop) => finish = json!("stop"),
            Delta::Finish(Finish::MaxTokens) => finish = json!("length"),
            Delta::Finish(other) => finish = json!(other.reason()),
        }
    }
    assert_eq!((models, matches!(deltas.last(), Some(Delta::Finish(_)))), (1, true));
    assert!(end.is_ok(), "{end:?}");
    json!({
        "text": text,
        "thoughts": thoughts,
        "usage": [
            usage.prompt_tokens,
            // The parts of the completion, together again.
            usage.reply_tokens.map(|reply| reply + usage.thought_tokens.unwrap_or(0)),
            usage.total_tokens,
            usage.cached_tokens,
            usage.thought_tokens,
        ],
        "calls": calls,
        "finish": finish,
    })
}

/// `expected.json`'s words in the form of [`summary`].
fn expectation(expected: &Value) -> Value {
    let usage = &expected["usage"];
    let calls = expected["tool_calls"].as_array().cloned().unwrap_or_default().into_iter().map(|mut call| {
        call["arguments"] = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
        call
    });
    let finish = match expected["finish_reason"].as_str() {
        Some("tool_calls") => Some("stop"),
        reason => reason,
    };
    json!({
        "text": expected["text"],
        "thoughts": expected["reasoning"].as_str().unwrap_or_default(),
        "usage": [
            usage["prompt_tokens"],
            usage["completion_tokens"],
            usage["total_tokens"],
            usage["prompt_tokens_details"]["cached_tokens"],
            usage["completion_tokens_details"]["reasoning_tokens"],
        ],
        "calls": calls.collect::<Vec<_>>(),
        "finish": finish,
    })
}

fn check_refusal(id: &str, expected: &Value, body: &[u8]) {
    let error = &expected["error"];
    let status = u16::try_from(expected["http_status"].as_u64().unwrap()).unwrap();
    let LlmError::Refused { report } = failure::from_answer(status, None, body) else {
        panic!("{id} was not refused");
    };
    assert_eq!(
        (u64::from(report.code), u64::from(report.http_status)),
        (error["code"].as_u64().unwrap(), status.into())
    );
    assert_eq!(report.status, error["type"].as_str().unwrap(), "{id}");
    assert_eq!(report.reason.as_deref(), error["error_code"].as_str(), "{id}");
    // The SDK puts the status before the sentence.
    assert!(error["message"].as_str().unwrap().ends_with(&report.message), "{id}: {}", report.message);
    assert!(!report.message.is_empty());
}

#[test]
fn every_recording_reads_as_openais_client_reads_it() {
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for Recording { id, expected, body } in recordings() {
        *outcomes.entry(expected["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
        if expected["http_status"] != 200 {
            check_refusal(&id, &expected, &body);
            continue;
        }
        for size in [1, 7, body.len()] {
            assert_eq!(summary(&read(body.chunks(size))), expectation(&expected), "{id} in pieces of {size}");
        }
    }
    let seen: Vec<(&str, usize)> =
        outcomes.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect();
    let counted = [("empty", 1), ("http_error", 3), ("ok", 14), ("tool_call", 5), ("truncated", 3)];
    assert_eq!(seen, counted, "each kind of outcome is recorded as often as it was");
}

#[test]
fn no_recording_is_left_out() {
    let metas = fs::read_dir(directory().join("openai"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().to_str().unwrap().ends_with(".meta.json"));
    assert_eq!(metas.count(), recordings().len());
}
