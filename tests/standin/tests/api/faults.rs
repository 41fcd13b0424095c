//! Faults, the gate, and what the stand-in notices of its clients.

use serde_json::json;
use standin::script::Script;
use standin::server::Standin;

use crate::client::{Connection, End, asked, question, streamed};

#[tokio::test]
async fn a_gate_lets_through_what_the_test_releases() {
    let standin = Standin::start().await;
    let (script, gate) = Script::text("abcdef", 2).gated();
    standin.play(script);
    let mut connection = Connection::to(&standin).await;
    connection.ask("streamGenerateContent", "key", &question("hello")).await;
    connection.head().await.expect("the headers do not wait");
    assert_eq!(standin.open_streams(), 1);
    gate.release(1);
    assert!(String::from_utf8_lossy(&connection.chunk().await.expect("a chunk")).contains("\"ab\""));
    gate.release(2);
    assert!(String::from_utf8_lossy(&connection.chunk().await.expect("a chunk")).contains("\"cd\""));
    assert!(String::from_utf8_lossy(&connection.chunk().await.expect("a chunk")).contains("\"ef\""));
    assert_eq!(standin.open_streams(), 1, "the last chunk still waits");
    gate.open();
    assert!(String::from_utf8_lossy(&connection.chunk().await.expect("a chunk")).contains("STOP"));
    assert_eq!(connection.chunk().await.expect("the end"), b"");
    standin.wait_until_idle().await;
    let requests = standin.requests();
    assert!(requests[0].finished_at.is_some() && requests[0].aborted_at.is_none());
}

#[tokio::test]
async fn a_client_that_goes_away_is_noticed_at_once() {
    let standin = Standin::start().await;
    let (gated, gate) = Script::text("abcdef", 2).gated();
    standin.enqueue(gated);
    let mut connection = Connection::to(&standin).await;
    connection.ask("streamGenerateContent", "key", &question("hello")).await;
    connection.head().await.expect("headers");
    gate.release(1);
    connection.chunk().await.expect("a chunk");
    drop(connection);
    let requests = standin.wait_for_aborts(1).await;
    assert!(requests[0].aborted_at.is_some() && requests[0].finished_at.is_none());
    assert_eq!((standin.open_streams(), standin.max_open_streams()), (0, 1));
}

#[tokio::test]
async fn a_client_that_gives_up_before_the_headers_is_noticed_too() {
    let standin = Standin::start().await;
    let mut connection = Connection::to(&standin).await;
    connection.ask("streamGenerateContent", "syn:hang-before-headers", &question("hello")).await;
    standin.wait_until(|log| log.open_streams() == 1).await;
    drop(connection);
    let requests = standin.wait_for_aborts(1).await;
    assert_eq!((requests[0].status, requests[0].aborted_at.is_some()), (None, true));
}

#[tokio::test]
async fn a_whole_answer_is_no_abort() {
    let standin = Standin::start().await;
    for key in ["key", "syn:empty-body", "syn:503", "rec:p-stream-cancel:one"] {
        streamed(&standin, key).await;
        asked(&standin, "generateContent", key).await;
    }
    standin.wait_until_idle().await;
    let aborted = standin.requests().into_iter().filter(|request| request.aborted_at.is_some()).count();
    assert_eq!(aborted, 0);
}

#[tokio::test]
async fn hanging_streams_hang_where_they_should() {
    let standin = Standin::start().await;
    standin.enqueue(Script::text("abcdef", 2).hang_after(2));
    for (key, chunks) in [("key", 2), ("syn:hang-after-headers", 0), ("syn:stall", 2)] {
        let mut connection = Connection::to(&standin).await;
        connection.ask("streamGenerateContent", key, &question("hello")).await;
        connection.head().await.expect("headers");
        for _ in 0..chunks {
            assert!(!connection.chunk().await.expect("a chunk").is_empty());
        }
        assert_eq!(standin.open_streams(), 1, "{key} is still open");
        drop(connection);
        standin.wait_until_idle().await;
    }
    assert_eq!(standin.wait_for_aborts(3).await.len(), 3);
}

#[tokio::test]
async fn dropped_connections_are_dropped_where_they_should() {
    let standin = Standin::start().await;
    let mut connection = Connection::to(&standin).await;
    connection.ask("streamGenerateContent", "syn:drop-before-headers", &question("hello")).await;
    assert!(connection.head().await.is_err());
    let after_headers = streamed(&standin, "syn:drop-after-headers").await;
    assert_eq!((after_headers.status, after_headers.chunks.len(), after_headers.end), (200, 0, End::Dropped));
    let middle = streamed(&standin, "syn:drop").await;
    assert_eq!((middle.chunks.len(), middle.end), (2, End::Dropped));
    standin.enqueue(Script::text("abcdef", 2).cut_after(100));
    let cut = streamed(&standin, "key").await;
    assert_eq!((cut.bytes().len(), cut.end), (100, End::Dropped));
}

#[tokio::test]
async fn a_rate_limit_has_its_details_and_passes() {
    let standin = Standin::start().await;
    let limited = streamed(&standin, "syn:429-then-success").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, None));
    let details = &limited.json()["error"]["details"];
    assert_eq!(details[1]["@type"], "type.googleapis.com/google.rpc.QuotaFailure");
    assert_eq!(details[2]["retryDelay"], "1s");
    assert!(limited.message().ends_with("Please retry in 1.239935699s."));
    assert_eq!(streamed(&standin, "syn:429-then-success").await.status, 200);
    let daily = streamed(&standin, "syn:429-daily").await.json().to_string();
    assert!(daily.contains("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
}

#[tokio::test]
async fn hand_made_answers_say_what_nobody_recorded() {
    let standin = Standin::start().await;
    let reasons = [
        ("syn:malformed-function-call", json!("MALFORMED_FUNCTION_CALL")),
        ("syn:prohibited-content", json!("PROHIBITED_CONTENT")),
        ("syn:max-tokens-without-text", json!("MAX_TOKENS")),
        ("syn:unknown-finish-reason", json!("FAKE_NEW_FINISH_REASON")),
        ("syn:no-finish-reason", json!(null)),
        ("syn:continuation", json!("CONTINUATION")),
        ("syn:content-without-parts", json!("STOP")),
    ];
    for (key, reason) in reasons {
        let last = streamed(&standin, key).await.events().pop().expect("an event");
        assert_eq!(last["candidates"][0]["finishReason"], reason, "{key}");
        let unary = asked(&standin, "generateContent", key).await.json();
        assert_eq!(unary["candidates"][0]["finishReason"], reason, "{key}");
    }
    let blocked = streamed(&standin, "syn:blocked-prompt").await.events();
    assert_eq!(blocked[0]["promptFeedback"]["blockReason"], "PROHIBITED_CONTENT");
    assert!(blocked[0].get("candidates").is_none());
    assert_eq!(streamed(&standin, "syn:empty-body").await.bytes(), b"");
    assert!(String::from_utf8(streamed(&standin, "syn:broken-utf8").await.bytes()).is_err());
}

#[tokio::test]
async fn every_synthetic_name_has_an_answer() {
    let standin = Standin::start().await;
    let ends = |name: &&str| !name.contains("hang") && !["stall", "drip"].contains(name);
    for name in Script::synthetic_names().filter(ends) {
        let mut connection = Connection::to(&standin).await;
        connection.ask("streamGenerateContent", &format!("syn:{name}"), &question("hello")).await;
        let answered = connection.answer().await.is_ok();
        assert_eq!(answered, name != "drop-before-headers", "{name}");
    }
    standin.wait_until_idle().await;
}
