//! What every answer has: problems, headers, the description, health.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::TestServer;

#[tokio::test]
async fn every_error_is_a_problem_with_the_requests_id() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    for (method, path, status, code) in [
        (Method::GET, "/api/nothing", 404, "not_found"),
        (Method::GET, "/nothing.html", 404, "not_found"),
        (Method::POST, "/", 405, "bad_request"),
        (Method::PUT, "/api/auth/login", 405, "bad_request"),
        (Method::GET, "/api/auth/me", 401, "unauthenticated"),
        (Method::GET, "/metrics", 404, "not_found"),
    ] {
        let answer = nobody.send(nobody.raw(method, path).header("x-request-id", "mine-1")).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.headers["x-request-id"], "mine-1");
        assert_eq!((&answer.body["code"], &answer.body["request_id"]), (&json!(code), &json!("mine-1")));
        assert_eq!(answer.body["status"], status);
    }
    let unauthenticated = nobody.get("/api/auth/me").await;
    assert_eq!(unauthenticated.headers["www-authenticate"], "Bearer");
    assert_eq!(unauthenticated.headers["x-request-id"], unauthenticated.body["request_id"].as_str().unwrap());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_also_when_its_length_is_a_lie() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let request = nobody.raw(Method::POST, "/api/auth/login").header("content-type", "application/json");
    let pieces = (0..300).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let answer =
        nobody.send(request.body(reqwest::Body::wrap_stream(futures_util::stream::iter(pieces)))).await;
    answer.refused("too_large");
}

#[tokio::test]
async fn pages_and_answers_carry_their_protection() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    for path in ["/", "/robots.txt", "/docs/", "/health", "/api/nothing"] {
        let answer = nobody.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[name], value, "{path} {name}");
        }
        let features = answer.headers["permissions-policy"].to_str().unwrap();
        assert!(features.contains("camera=()") && features.contains("microphone=()"), "{path} {features}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{path} {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path} {policy}");
    }
    let answer = nobody.get("/health").await;
    assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn only_listed_origins_may_read_answers() {
    let server = TestServer::with(&["--cors-origins=https://friend.example"]).await;
    let nobody = Client::anonymous(&server.base);
    for (origin, allowed) in
        [("https://friend.example", true), ("https://evil.example", false), ("null", false)]
    {
        let asked = nobody
            .raw(Method::OPTIONS, "/api/auth/login")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        for request in [asked, nobody.raw(Method::GET, "/api/limits").header("origin", origin)] {
            let answer = nobody.send(request).await;
            let told = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(told, allowed.then_some(origin), "{origin}");
        }
    }
}

#[tokio::test]
async fn the_description_is_of_the_api_and_the_frames() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let api = nobody.get("/api/openapi.json").await.expect(200);
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, item) in api["paths"].as_object().unwrap() {
        for response in item.as_object().unwrap().values().flat_map(|it| it["responses"].as_object().unwrap())
        {
            let (status, response) = response;
            let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described || response.get("$ref").is_some(), "{path} {status}: {response:#}");
        }
    }
    for path in ["/api/auth/login", "/api/chats/{chat_id}/messages", "/health", "/api/setup", "/api/limits"] {
        assert!(api["paths"][path].is_object(), "{path}");
    }
    for schema in ["ClientFrame", "ServerFrame", "Command", "Message", "Problem", "Joined", "BotStream"] {
        assert!(api["components"]["schemas"][schema].is_object(), "{schema}");
    }
    assert_eq!(dangling(&api), Vec::<String>::new());
    let operations =
        api["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let names: Vec<&Value> = operations.map(|operation| &operation["operationId"]).collect();
    let distinct: std::collections::HashSet<&Value> = names.iter().copied().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    let page = nobody.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'; script-src 'self';")
    );
}

/// A change of the API shows here, and nowhere unseen. `INSTA_UPDATE=always` writes the new one.
#[test]
fn the_description_is_the_one_that_was_agreed() {
    let mut api = gemini_coop::http::description();
    api.info.version = "(of the package)".into();
    insta::assert_snapshot!("openapi", api.to_pretty_json().unwrap());
}

/// References to what is not there.
fn dangling(api: &Value) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(api, &mut found);
    found.retain(|reference| api.pointer(reference.trim_start_matches('#')).is_none());
    found
}

#[tokio::test]
async fn the_server_says_how_it_is_and_what_is_bounded() {
    let server = TestServer::with(&["--messages-per-second=7", "--metrics-token=a-token"]).await;
    let nobody = Client::anonymous(&server.base);
    assert_eq!(nobody.get("/health").await.expect(200)["status"], "ok");
    assert_eq!(nobody.get("/ready").await.expect(200)["status"], "ok");
    let limits = nobody.get("/api/limits").await.expect(200);
    assert_eq!((&limits["messages_per_second"], &limits["registration"]), (&json!(7), &json!("open")));
    nobody.get("/metrics").await.refused("unauthenticated");
    let operator = nobody.with_token("a-token");
    let numbers = operator.get("/metrics").await;
    let kinds: Vec<_> = numbers.headers.get_all("content-type").iter().collect();
    assert_eq!(numbers.status, 200);
    assert_eq!(kinds, ["text/plain; version=0.0.4; charset=utf-8"]);
    nobody.with_token("b-token").get("/metrics").await.refused("unauthenticated");
}
