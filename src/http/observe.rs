//! The outermost layer: a request's id, its span, its end, and headers that every answer has.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::domain::error::Error;
use crate::http::error::{Failure, write_problem};
use crate::http::state::{Answered, Http};

/// The longest time until an answer begins.
const TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id than this is not taken over from the client.
const REQUEST_ID_CHARS: usize = 64;
/// What no page of ours needs, so that no page of ours can be made to use it.
const UNUSED_FEATURES: &str =
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()";

/// Runs a request to its end and writes down how it went; the query string, which may hold a token, is not.
pub(in crate::http) async fn observe(State(http): State<Http>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = %id, %method, %route);

    let response = run(request, next).instrument(span.clone()).await;
    let response = harden(write_problem(response, &id), &id);

    let (status, took) = (response.status().as_u16(), started.elapsed());
    (http.0.numbers.answered)(Answered { method: method.as_str(), route: &route, status, took });
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    // Within the span: as a mere `parent`, lines in JSON would leave it out.
    span.in_scope(|| tracing::debug!(status, duration_ms, "answered"));
    response
}

/// A request has its own task: a client that goes away in the middle does not stop what it began between two
/// steps, and a panic ends this request only.
async fn run(request: Request, next: Next) -> Response {
    let work = tokio::spawn(next.run(request).in_current_span());
    match tokio::time::timeout(TIMEOUT, work).await {
        Ok(Ok(response)) => response,
        // What it panicked with may quote what somebody said: the hook reports the place.
        Ok(Err(_)) => Failure(Error::Internal("the request's task did not end".into())).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The client's own id, if it is one to be put into a log; a new one otherwise.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=REQUEST_ID_CHARS).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(plain);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn harden(mut response: Response, id: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // Other origins' pages read answers by CORS or not at all.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), UNUSED_FEATURES),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages and their files bring their own.
    for (name, value) in
        [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")]
    {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Body;
    use axum::http::{HeaderMap, Request, StatusCode};
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::{REQUEST_ID, request_id, run};

    fn request() -> Request<Body> {
        Request::builder().uri("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_panic_ends_its_request_only() {
        let broken = get(async || -> () { panic!("broken on purpose") });
        let router = Router::new().route("/", broken).layer(from_fn(run));
        assert_eq!(router.oneshot(request()).await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn what_was_begun_is_done_although_the_client_went_away() {
        let (begun, go_on, done) =
            (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let steps = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&done));
        let slow = get(async move || {
            steps.0.notify_one();
            steps.1.notified().await;
            steps.2.notify_one();
        });
        let answer = tokio::spawn(Router::new().route("/", slow).layer(from_fn(run)).oneshot(request()));
        begun.notified().await;
        answer.abort();
        assert!(answer.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        tokio::time::timeout(super::TIMEOUT, done.notified()).await.expect("the second step was done");
    }

    #[test]
    fn a_clients_request_id_is_kept_if_it_cannot_forge_a_log_line() {
        let kept = |id: &str| request_id(&HeaderMap::from_iter([(REQUEST_ID, id.parse().unwrap())])) == id;
        assert!(kept("a-1_b.2"));
        for id in ["", "a b", "a\"b", "a=b", &"x".repeat(65)] {
            assert!(!kept(id), "{id:?}");
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
