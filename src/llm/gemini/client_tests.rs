//! Promises of the client, kept against a provider within the test. Pauses between tries are noted, not slept.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request as Asked, State};
use axum::http::Response;
use clap::Parser;
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::llm::LlmConfig;
use crate::config::providers::ProviderConfig;
use crate::llm::delta::{Delta, DeltaStream, Finish};
use crate::llm::error::{Failure, FailureKind, LlmError, Phase, SetupError};
use crate::llm::gemini::Gemini;
use crate::llm::request::{Request, Role, Turn};
use crate::llm::retry::LONGEST_PAUSE;

const KEY: &str = "key-of-the-test";
const MODEL: &str = "gemini-flash-latest";
const HELLO: &str = r#"{"candidates":[{"content":{"parts":[{"text":"Hello"}]},"finishReason":"STOP"}]}"#;

/// Gives its answers one after the other and keeps what it was asked.
struct Provider {
    address: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    answers: Mutex<VecDeque<Answer>>,
    /// Path with query, and body.
    asked: Mutex<Vec<(String, Value)>>,
    pauses: Mutex<Vec<Duration>>,
}

enum Answer {
    Is(Response<Body>),
    /// Takes the request and says nothing.
    Never,
}

impl Provider {
    async fn with(answers: impl Into<VecDeque<Answer>>) -> Provider {
        let seen = Arc::new(Seen { answers: Mutex::new(answers.into()), ..Seen::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/behind/a/proxy", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Provider { address, seen }
    }

    fn client(&self, flags: &[&str]) -> Gemini {
        client(&self.address, &self.seen, flags)
    }

    fn asked(&self) -> usize {
        self.seen.asked.lock().unwrap().len()
    }

    fn pauses(&self) -> Vec<f64> {
        self.seen.pauses.lock().unwrap().iter().map(Duration::as_secs_f64).collect()
    }
}

async fn answer(State(seen): State<Arc<Seen>>, request: Asked) -> Response<Body> {
    assert_eq!(request.headers()["x-goog-api-key"], KEY);
    assert_eq!(request.headers()["content-type"], "application/json");
    let path = request.uri().to_string();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    seen.asked.lock().unwrap().push((path, serde_json::from_slice(&body).unwrap()));
    let answer = seen.answers.lock().unwrap().pop_front().expect("no further request was expected");
    match answer {
        Answer::Is(response) => response,
        Answer::Never => pending().await,
    }
}

fn config(flags: &[&str]) -> ProviderConfig {
    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        llm: LlmConfig,
    }
    Cli::parse_from(["coop"].iter().chain(flags)).llm.gemini()
}

fn client(address: &str, seen: &Arc<Seen>, flags: &[&str]) -> Gemini {
    let flags = [&["--gemini-api-key", KEY, "--gemini-base-url", address], flags].concat();
    let seen = Arc::clone(seen);
    let sleep = Box::new(move |pause| {
        seen.pauses.lock().unwrap().push(pause);
        Box::pin(std::future::ready(())) as _
    });
    Gemini::with_sleep(&config(&flags), sleep).unwrap()
}

fn http(status: u16, body: impl Into<Body>) -> Answer {
    Answer::Is(Response::builder().status(status).body(body.into()).unwrap())
}

fn event(json: &str) -> Bytes {
    Bytes::from(format!("data: {json}\r\n\r\n"))
}

fn text(text: &str) -> Bytes {
    event(&json!({"candidates": [{"content": {"parts": [{"text": text}]}}]}).to_string())
}

fn streamed<S>(pieces: S) -> Answer
where
    S: Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
{
    http(200, Body::from_stream(pieces))
}

/// These pieces, and then neither more nor an end.
fn hanging(pieces: Vec<Bytes>) -> Answer {
    streamed(stream::iter(pieces).map(Ok).chain(stream::pending()))
}

fn failure(code: u16, message: &str, details: Value) -> Answer {
    let error = json!({"error": {"code": code, "message": message, "status": "X", "details": details}});
    http(code, error.to_string())
}

fn question() -> Request {
    let turn = |role, text: &str| Turn { role, parts: vec![text.to_owned()] };
    Request {
        system: "Be kind.".into(),
        turns: vec![turn(Role::User, "Hello?"), turn(Role::User, "Anyone?")],
        ..Request::default()
    }
}

async fn read(reply: DeltaStream) -> (Vec<Delta>, Option<LlmError>) {
    let items = timeout(Duration::from_secs(20), reply.collect::<Vec<_>>()).await.expect("the reply ends");
    let (mut deltas, mut error) = (Vec::new(), None);
    for item in items {
        assert!(error.is_none(), "nothing follows an error");
        match item {
            Ok(delta) => deltas.push(delta),
            Err(failed) => error = Some(failed),
        }
    }
    (deltas, error)
}

fn hello() -> Vec<Delta> {
    vec![Delta::Text("Hello".into()), Delta::Finish(Finish::Stop)]
}

#[tokio::test]
async fn a_question_is_sent_as_the_api_wants_it() {
    let provider = Provider::with([http(200, event(HELLO)), http(200, HELLO)]).await;
    let gemini = provider.client(&["--gemini-max-output-tokens", "40000"]);
    assert!(gemini.is_configured());
    assert_eq!(read(gemini.stream(MODEL, question(), LONGEST_PAUSE)).await.0, hello());
    let generated = gemini.generate(MODEL, question()).await.unwrap();
    assert_eq!((generated.text.as_str(), generated.finish), ("Hello", Finish::Stop));

    let body = |limit: u32| {
        json!({
            "systemInstruction": {"parts": [{"text": "Be kind."}]},
            "contents": [{"role": "user", "parts": [{"text": "Hello?"}, {"text": "Anyone?"}]}],
            "generationConfig": {"maxOutputTokens": limit},
            "store": false,
        })
    };
    let path = |method: &str| format!("/behind/a/proxy/v1beta/models/gemini-flash-latest:{method}");
    let expected =
        [(path("streamGenerateContent?alt=sse"), body(40_000)), (path("generateContent"), body(32_768))];
    assert_eq!(provider.seen.asked.lock().unwrap().as_slice(), expected);
}

#[tokio::test]
async fn a_retry_waits_as_long_as_the_provider_asks() {
    let info = json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]);
    let header = Response::builder().status(503).header("retry-after", "7").body(Body::empty()).unwrap();
    let too_many = || failure(429, "Please retry in 3.2s.", info.clone());
    let provider = Provider::with([too_many(), Answer::Is(header), http(200, event(HELLO))]).await;
    let deltas = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await.0;
    let refused = |kind| Delta::Retried(Failure { kind, free: true });
    assert_eq!(deltas[..2], [refused(FailureKind::RateLimited), refused(FailureKind::Error)]);
    assert_eq!(deltas[2..], hello());
    assert_eq!(provider.pauses(), [4.0, 7.0]);

    let provider = Provider::with([too_many(), http(200, HELLO)]).await;
    provider.client(&[]).generate(MODEL, question()).await.unwrap();
    assert_eq!(provider.pauses(), [4.0]);
}

#[tokio::test]
async fn retries_back_off_and_end() {
    let provider = Provider::with([500, 502, 504, 408].map(|status| http(status, "trouble"))).await;
    let (deltas, error) = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await;
    assert_eq!(deltas, vec![Delta::Retried(Failure { kind: FailureKind::Error, free: true }); 3]);
    assert!(matches!(error, Some(LlmError::Overloaded { report, .. }) if report.code == 408));
    let pauses = provider.pauses();
    assert_eq!(pauses.len(), 3);
    for (pause, least) in pauses.into_iter().zip([1.0, 2.0, 4.0]) {
        assert!((least..=2.0 * least).contains(&pause), "{pause}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let seen = Arc::default();
    let (_, error) =
        read(client(&address, &seen, &["--gemini-retries", "2"]).stream(MODEL, question(), LONGEST_PAUSE))
            .await;
    let error = error.unwrap();
    assert!(matches!(&error, LlmError::Transport(source) if !format!("{source:?}").contains(&address)));
    assert_eq!(seen.pauses.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn no_retry_where_waiting_is_in_vain() {
    let daily = json!([{
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
    }]);
    for answer in [
        failure(429, "Please retry in 5s.", daily),
        failure(429, "Quota exceeded, limit: 0, model: x\nPlease retry in 5s.", Value::Null),
        failure(429, "Please retry in 1h2m3s.", Value::Null),
        failure(400, "API key not valid.", Value::Null),
        http(200, "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n"),
        http(200, ""),
    ] {
        let provider = Provider::with([answer]).await;
        let (deltas, error) = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await;
        assert_eq!((deltas, provider.asked(), provider.pauses()), (vec![], 1, vec![]), "{error:?}");
        assert!(error.is_some());
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_the_key_elsewhere() {
    let elsewhere =
        Response::builder().status(307).header("location", "/elsewhere").body(Body::empty()).unwrap();
    let provider = Provider::with([Answer::Is(elsewhere)]).await;
    let (_, error) = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await;
    assert!(matches!(error, Some(LlmError::Provider { report }) if report.code == 307));
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn no_pause_goes_beyond_the_total_timeout() {
    let provider = Provider::with([failure(429, "Please retry in 30s.", Value::Null)]).await;
    let (_, error) =
        read(provider.client(&["--gemini-total-timeout", "20"]).stream(MODEL, question(), LONGEST_PAUSE))
            .await;
    assert!(matches!(error, Some(LlmError::RateLimited { .. })));
}

#[tokio::test]
async fn no_retry_after_the_first_text() {
    let trouble = event(r#"{"error":{"code":503,"status":"UNAVAILABLE","message":"overloaded"}}"#);
    let raw = Bytes::from("{\n  \"error\": {\n    \"code\": 503\n  }\n}\n");
    for end in [trouble.clone(), raw] {
        let provider = Provider::with([streamed(stream::iter([Ok(text("He")), Ok(end)]))]).await;
        let (deltas, error) = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await;
        assert_eq!(deltas, [Delta::Text("He".into())]);
        assert!(matches!(error, Some(LlmError::Overloaded { .. })));
    }
    let provider = Provider::with([http(200, trouble), http(200, event(HELLO))]).await;
    let deltas = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await.0;
    assert_eq!(deltas[0], Delta::Retried(Failure { kind: FailureKind::Error, free: false }));
    assert_eq!(deltas[1..], hello(), "before it there is");
}

#[tokio::test]
async fn a_broken_connection_keeps_the_text_so_far() {
    let (breaks, broken) = oneshot::channel();
    let last = stream::once(async {
        broken.await.ok();
        Err(std::io::Error::other("broken"))
    });
    let provider = Provider::with([streamed(stream::iter([Ok(text("He"))]).chain(last))]).await;
    let mut reply = provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE);
    assert!(matches!(reply.next().await, Some(Ok(Delta::Text(text))) if text == "He"));
    breaks.send(()).unwrap();
    assert!(matches!(reply.next().await, Some(Err(LlmError::Transport(_)))));
    assert!(reply.next().await.is_none());
}

#[tokio::test]
async fn a_provider_that_hangs_is_left() {
    let flags = ["--gemini-first-byte-timeout", "0.2", "--gemini-idle-timeout", "0.2"];
    for (answer, phase) in [
        (Answer::Never, Phase::FirstByte),
        (hanging(vec![]), Phase::FirstByte),
        (hanging(vec![text("He")]), Phase::Idle),
        (hanging(vec![Bytes::from(": comment\n\n")]), Phase::Idle),
    ] {
        let provider = Provider::with([answer]).await;
        let (_, error) = read(provider.client(&flags).stream(MODEL, question(), LONGEST_PAUSE)).await;
        assert!(matches!(error, Some(LlmError::Timeout(at)) if at == phase), "{phase}: {error:?}");
    }
    let provider = Provider::with([Answer::Never]).await;
    let generated = provider.client(&["--gemini-total-timeout", "0.2"]).generate(MODEL, question()).await;
    assert!(matches!(generated, Err(LlmError::Timeout(Phase::Total))));
}

#[tokio::test]
async fn bytes_without_news_are_no_progress() {
    let drip = |next: fn(u32) -> Bytes| {
        streamed(stream::unfold(0, move |count| async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok(next(count)), count + 1))
        }))
    };
    let flags = ["--gemini-idle-timeout", "0.4", "--gemini-total-timeout", "2"];
    let same = drip(|_| event(r#"{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}"#));
    let empty = drip(|_| event(r#"{"usageMetadata":{"totalTokenCount":5}}"#));
    let counting = drip(|count| event(&json!({"usageMetadata": {"totalTokenCount": count}}).to_string()));
    let talking = drip(|count| text(&count.to_string()));
    for (answer, phase) in
        [(same, Phase::Idle), (empty, Phase::Idle), (counting, Phase::Total), (talking, Phase::Total)]
    {
        let provider = Provider::with([answer]).await;
        let (_, error) = read(provider.client(&flags).stream(MODEL, question(), LONGEST_PAUSE)).await;
        assert!(matches!(error, Some(LlmError::Timeout(at)) if at == phase), "{phase}: {error:?}");
    }
}

#[tokio::test]
async fn dropping_a_reply_closes_the_connection_at_once() {
    let (open, closed) = oneshot::channel::<()>();
    let guarded = stream::once(async { Ok(text("He")) }).chain(stream::once(async move {
        let _open = open;
        pending().await
    }));
    let provider = Provider::with([streamed(guarded)]).await;
    let mut reply = provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE);
    assert!(matches!(reply.next().await, Some(Ok(Delta::Text(_)))));
    drop(reply);
    let closed = timeout(Duration::from_millis(300), closed).await.expect("the connection is closed");
    assert!(closed.is_err(), "by dropping the answer's body");
}

#[tokio::test]
async fn a_model_that_does_not_know_store_is_asked_without_it() {
    let unknown = failure(
        400,
        "Invalid JSON payload received. Unknown name \"store\": Cannot find field.",
        Value::Null,
    );
    let provider = Provider::with([unknown, http(200, event(HELLO)), http(200, event(HELLO))]).await;
    let gemini = provider.client(&["--gemini-retries", "0"]);
    assert_eq!(read(gemini.stream(MODEL, question(), LONGEST_PAUSE)).await.0, hello());
    assert_eq!(read(gemini.stream(MODEL, question(), LONGEST_PAUSE)).await.0, hello());
    let asked = provider.seen.asked.lock().unwrap();
    let stores: Vec<&Value> = asked.iter().map(|(_, body)| &body["store"]).collect();
    assert_eq!(stores, [&json!(false), &Value::Null, &Value::Null]);
}

#[tokio::test]
async fn the_key_is_not_in_an_error_even_if_the_provider_repeats_it() {
    let echo = failure(403, &format!("The key {KEY} was leaked."), Value::Null);
    let provider = Provider::with([echo]).await;
    let (_, error) = read(provider.client(&[]).stream(MODEL, question(), LONGEST_PAUSE)).await;
    let error = format!("{error:?}");
    assert!(error.contains("The key [redacted] was leaked.") && !error.contains(KEY), "{error}");
}

#[tokio::test]
async fn without_a_key_or_a_question_nothing_is_asked() {
    let gemini = Gemini::new(&config(&[])).unwrap();
    assert!(!gemini.is_configured());
    assert!(matches!(
        read(gemini.stream(MODEL, question(), LONGEST_PAUSE)).await.1,
        Some(LlmError::NotConfigured { .. })
    ));
    assert!(matches!(gemini.generate(MODEL, question()).await, Err(LlmError::NotConfigured { .. })));

    let provider = Provider::with([]).await;
    let (_, error) = read(provider.client(&[]).stream(MODEL, Request::default(), LONGEST_PAUSE)).await;
    assert!(matches!(error, Some(LlmError::NoQuestion)));
    let setup = Gemini::new(&config(&["--gemini-api-key", "a\nb"]));
    assert!(matches!(setup, Err(SetupError::Key { .. })));
}
