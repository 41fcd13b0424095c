//! Promise: every recorded answer reads exactly as Google's own clients read it, however its bytes are cut.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::llm::decode::Decoder;
use crate::llm::delta::{Delta, Finish, ToolCall, Usage};
use crate::llm::error::{LlmError, Report};
use crate::llm::gemini::decode;
use crate::llm::{failure, sse};

/// What one recording is expected to be.
struct Recording {
    id: String,
    expected: Value,
    body: Vec<u8>,
}

impl Recording {
    fn is_stream(&self) -> bool {
        self.expected["kind"] == "stream"
    }

    fn http_status(&self) -> u16 {
        u16::try_from(self.expected["http_status"].as_u64().unwrap()).unwrap()
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/recordings")
}

/// All recorded answers of generateContent and streamGenerateContent.
fn recordings() -> Vec<Recording> {
    let expected = fs::read(directory().join("expected.json")).unwrap();
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&expected).unwrap();
    let generated = expected.into_iter().filter(|(_, expected)| {
        expected["api"] == "gemini" && (expected["kind"] == "stream" || expected["kind"] == "unary")
    });
    let recordings: Vec<Recording> = generated
        .map(|(id, expected)| {
            let body = fs::read(directory().join(expected["file"].as_str().unwrap())).unwrap();
            Recording { id, expected, body }
        })
        .collect();
    let streams = recordings.iter().filter(|recording| recording.is_stream()).count();
    assert_eq!((streams, recordings.len() - streams), (70, 62), "streams and whole replies recorded");
    recordings
}

/// A reply as far as it came, and what ended it.
type Read = (Vec<Delta>, Result<(), LlmError>);

fn read_stream<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Read {
    let (mut decoder, mut deltas) = (Decoder::<decode::Reply>::default(), Vec::new());
    let mut read = Ok(());
    for piece in pieces {
        read = read.and_then(|()| decoder.push(piece, &mut deltas));
    }
    let read = read.and_then(|()| decoder.finish(&mut deltas));
    (deltas, read)
}

fn read_whole(body: &[u8]) -> Read {
    let mut deltas = Vec::new();
    let read = decode::whole(body, &mut deltas);
    (deltas, read)
}

/// What was read, in the words of `expected.json`.
fn summary((deltas, end): &Read) -> Value {
    let (mut text, mut thoughts, mut model) = (String::new(), String::new(), Value::Null);
    let (mut usage, mut calls, mut finish) = (Usage::default(), Vec::new(), None);
    for delta in deltas {
        match delta {
            Delta::Text(more) => text.push_str(more),
            Delta::Thought(more) => thoughts.push_str(more),
            Delta::Model(name) => {
                assert_eq!(model, Value::Null, "the model is named once");
                model = json!(name);
            }
            Delta::Usage(latest) => usage = *latest,
            Delta::ToolCall(call) => calls.push(call_summary(call)),
            Delta::Retried(_) => panic!("a recording is read and not asked for again"),
            Delta::Finish(finished) => {
                assert_eq!(finish.replace(finished), None, "a reply finishes once");
            }
        }
    }
    assert!(finish.is_none() || matches!(deltas.last(), Some(Delta::Finish(_))), "the finish comes last");
    assert_eq!(finish.is_some(), end.is_ok());
    json!({
        "text_sha256": hex(&Sha256::digest(&text)),
        "text": text,
        "thoughts": thoughts,
        "model": model,
        "usage": usage_summary(usage),
        "calls": calls,
        "finish": finish.map(Finish::reason),
        "end": end_summary(end),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn call_summary(call: &ToolCall) -> Value {
    let name = if call.name.is_empty() { Value::Null } else { json!(call.name) };
    json!({"name": name, "args": call.args, "id": call.id})
}

fn usage_summary(usage: Usage) -> Value {
    json!([
        usage.prompt_tokens,
        usage.cached_tokens,
        usage.reply_tokens,
        usage.thought_tokens,
        usage.tool_tokens,
        usage.total_tokens,
    ])
}

fn end_summary(end: &Result<(), LlmError>) -> Value {
    let error = match end {
        Ok(()) => return json!("finished"),
        Err(error) => error,
    };
    match error {
        LlmError::Incomplete => json!("incomplete"),
        LlmError::BlockedPrompt { reason } => json!({ "blocked": reason }),
        LlmError::Refused { report } => json!({"refused": report_summary(report)}),
        LlmError::RateLimited { retry_after, report } => {
            json!({"limited": report_summary(report), "seconds": retry_after.map(|wait| wait.as_secs())})
        }
        LlmError::Provider { report } => json!({"failed": report_summary(report)}),
        other => json!(other.to_string()),
    }
}

fn report_summary(report: &Report) -> Value {
    json!({
        "http_status": report.http_status,
        "code": report.code,
        "status": report.status,
        "message": report.message,
        "reason": report.reason,
    })
}

/// `expected.json`'s words in the form of [`summary`].
fn expectation(expected: &Value) -> Value {
    let usage = &expected["usage"];
    let counts = [
        "promptTokenCount",
        "cachedContentTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "totalTokenCount",
    ];
    let error = &expected["error"];
    let report = json!({
        "http_status": error["http_status"],
        "code": error["code"],
        "status": error["status"],
        "message": error["message"],
        "reason": error["reason"],
    });
    let reason = &expected["prompt_block_reason"];
    let end = match error["code"].as_u64() {
        Some(429) => json!({"limited": report, "seconds": 49}),
        Some(499) => json!({ "failed": report }),
        Some(_) => json!({ "refused": report }),
        None if reason.is_string() => json!({ "blocked": reason }),
        None if expected["finish_reason"].is_null() => json!("incomplete"),
        None => json!("finished"),
    };
    // An error after a finish reason takes the reply's end away again.
    let finish = if error.is_null() { expected["finish_reason"].clone() } else { Value::Null };
    json!({
        "text_sha256": expected["text_sha256"],
        "text": expected["text"],
        "thoughts": expected["thoughts"].as_str().unwrap_or_default(),
        "model": expected["model_version"],
        "usage": counts.map(|count| &usage[count]),
        "calls": expected["function_calls"].as_array().cloned().unwrap_or_default(),
        "finish": finish,
        "end": end,
    })
}

#[test]
fn every_recording_reads_as_googles_clients_read_it() {
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for recording in recordings() {
        let Recording { id, expected, body } = &recording;
        *outcomes.entry(expected["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
        let expected = expectation(expected);
        if recording.http_status() != 200 {
            let error = failure::from_answer(recording.http_status(), None, body);
            assert_eq!(summary(&(Vec::new(), Err(error))), expected, "{id}");
        } else if recording.is_stream() {
            for size in [1, 7, body.len()] {
                assert_eq!(summary(&read_stream(body.chunks(size))), expected, "{id} in pieces of {size}");
            }
        } else {
            assert_eq!(summary(&read_whole(body)), expected, "{id}");
        }
    }
    let seen: Vec<(&str, usize)> =
        outcomes.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect();
    println!("compared {} recordings: {seen:?}", outcomes.values().sum::<usize>());
    let counted = [
        ("blocked_output", 4),
        ("blocked_prompt", 3),
        ("empty", 5),
        ("http_error", 12),
        ("incomplete", 1),
        ("ok", 80),
        ("other_finish", 2),
        ("stream_error", 1),
        ("tool_call", 19),
        ("truncated", 5),
    ];
    assert_eq!(seen, counted, "each kind of outcome is recorded as often as it was");
}

#[test]
fn no_recording_is_left_out() {
    let metas = fs::read_dir(directory().join("gemini")).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        path.to_str().unwrap().ends_with(".meta.json").then_some(path)
    });
    let generated = metas.filter(|path| {
        let meta: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        meta["kind"] == "stream" || meta["kind"] == "unary"
    });
    assert_eq!(generated.count(), recordings().len());
}

/// Cut at the level of events: from there on [`Decoder`] sees the same whichever way bytes came.
#[test]
fn a_stream_cut_in_two_at_any_place_gives_the_same_events() {
    let (mut files, mut cuts) = (0, 0);
    for Recording { id, body, .. } in recordings().into_iter().filter(Recording::is_stream) {
        let whole = events(&[&body]);
        for cut in 0..=body.len() {
            assert!(events(&[&body[..cut], &body[cut..]]) == whole, "{id} cut at {cut}");
            cuts += 1;
        }
        files += 1;
    }
    println!("compared {cuts} cuts of {files} streams");
    assert_eq!((files, cuts), (70, 222_485));
}

fn events(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, sse::End) {
    let (mut decoder, mut events) = (sse::Decoder::default(), Vec::new());
    for piece in pieces {
        decoder.push(piece, &mut events).unwrap();
    }
    (events, decoder.finish().unwrap())
}
