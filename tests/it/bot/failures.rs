//! Whatever goes wrong upstream ends in a typed status and a sentence, never in a spinner that stays.

use serde_json::{Value, json};
use standin::script::Script;

use super::{follow, placeholder};
use crate::support::server::TestServer;

/// Timeouts short enough to be waited for.
const IMPATIENT: [&str; 6] = [
    "--breaker-failures=1000",
    "--gemini-first-byte-timeout=0.4",
    "--gemini-idle-timeout=0.4",
    "--gemini-total-timeout=3",
    "--gemini-retries=0",
    "--questions-per-minute=1000",
];

#[tokio::test]
async fn every_failure_upstream_becomes_a_status_a_reason_and_a_sentence() {
    let server = TestServer::with(&IMPATIENT).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let table = [
        ("ok", "complete", Value::Null),
        ("blocked-prompt", "failed", json!("blocked_prompt")),
        ("prohibited-content", "failed", json!("blocked_reply")),
        ("safety-after-text", "failed", json!("blocked_reply")),
        ("empty-text", "failed", json!("empty")),
        ("content-without-parts", "failed", json!("empty")),
        ("max-tokens", "complete", json!("cut")),
        ("continuation", "complete", json!("cut")),
        ("max-tokens-without-text", "failed", json!("empty")),
        ("malformed-function-call", "failed", json!("provider_error")),
        ("unknown-finish-reason", "failed", json!("incomplete")),
        ("no-finish-reason", "failed", json!("incomplete")),
        ("empty-body", "failed", json!("incomplete")),
        ("error-event", "failed", json!("provider_error")),
        ("error-raw", "failed", json!("provider_error")),
        ("garbage", "failed", json!("provider_error")),
        ("hang-before-headers", "failed", json!("timeout")),
        ("hang-after-headers", "failed", json!("timeout")),
        ("stall", "failed", json!("timeout")),
        ("drop", "failed", json!("provider_error")),
        ("429", "failed", json!("rate_limited")),
        ("429-daily", "failed", json!("quota")),
        ("bad-key", "failed", json!("provider_refused")),
        ("404", "failed", json!("provider_refused")),
        ("500", "failed", json!("provider_error")),
        ("503", "failed", json!("provider_error")),
    ];
    for (name, status, reason) in table {
        server.standin.play(Script::synthetic(name));
        socket.say(&chat, &format!("/bot {name}")).await;
        let reply = placeholder(&mut socket).await;
        let (text, last) = follow(&mut socket, &reply["message_id"], 0).await;
        assert_eq!((&last["status"], &last["reason"]), (&json!(status), &reason), "{name}: {last}");
        let content = last["full_response"].as_str().unwrap();
        assert!(!content.is_empty(), "{name}: nothing to read");
        if reason.is_null() {
            assert!(last["detail"].is_null());
        } else {
            assert!(last["detail"].as_str().unwrap().ends_with('.'), "{name}: {last}");
        }
        if !text.is_empty() {
            assert_eq!(content, text, "{name}: what was shown is kept");
        }
    }
}

#[tokio::test]
async fn an_empty_answer_and_an_overloaded_model_are_tried_again() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let scripts = [
        Script::sequence([Script::synthetic("empty-text"), Script::synthetic("ok")]),
        Script::synthetic("503-then-success"),
    ];
    for (n, script) in scripts.into_iter().enumerate() {
        server.standin.play(script);
        socket.say(&chat, "/bot again").await;
        let reply = placeholder(&mut socket).await;
        assert_eq!(follow(&mut socket, &reply["message_id"], 0).await.1["status"], "complete");
        assert_eq!(server.standin.requests().len(), 2 * (n + 1));
    }
}

#[tokio::test]
async fn without_a_key_the_bot_says_what_to_set() {
    let server = TestServer::with(&["--gemini-api-key="]).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot hi").await;
    let reply = placeholder(&mut socket).await;
    let last = follow(&mut socket, &reply["message_id"], 0).await.1;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("bot_unavailable")));
    assert!(last["full_response"].as_str().unwrap().contains("GEMINI_API_KEY"));
    assert!(server.standin.requests().is_empty());
}
