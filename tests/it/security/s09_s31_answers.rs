//! S9, S31: what every answer says of itself, on every route of the API's description: nobody keeps it, and no page of
//! another origin reads it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::security::cast::About::Theirs;
use crate::security::cast::{Cast, Who};
use crate::support::client::Client;

/// Every operation, with ids of the scene in its path.
async fn operations(cast: &Cast) -> Vec<(Method, String)> {
    let scene = cast.furnished().await;
    let api = Client::anonymous(&cast.server.base).get("/api/openapi.json").await.expect(200);
    let paths = api["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase().parse().unwrap(), path.clone()))
    });
    operations
        .map(|(method, path)| {
            (method, cast.fill(&path, &scene, Who::Owner, Theirs).replace("{session_id}", "nothing"))
        })
        // What ends the session would make the rest of them one refusal.
        .filter(|(method, path)| {
            let deletes_me = *method == Method::DELETE && path == "/api/auth/me";
            !deletes_me && !path.starts_with("/api/auth/logout")
        })
        .collect()
}

#[tokio::test]
async fn s09_no_answer_of_any_route_is_kept_by_anybody() {
    let cast = Cast::gather().await;
    let nobody = Client::anonymous(&cast.server.base);
    for (method, path) in operations(&cast).await {
        for client in [cast.client(Who::Owner), &nobody] {
            let answer = client.request(method.clone(), &path, body(&method)).await;
            let kept = answer.headers.get("cache-control").map(|value| value.to_str().unwrap());
            assert_eq!(kept, Some("no-store"), "{method} {path}: {}", answer.status);
            assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{method} {path}");
            assert!(answer.status.as_u16() < 500, "{method} {path}: {:#}", answer.body);
        }
    }
}

#[tokio::test]
async fn s31_no_route_lets_a_page_of_another_origin_read_it() {
    let cast = Cast::gather().await;
    let owner = cast.client(Who::Owner);
    for (method, path) in operations(&cast).await {
        for origin in ["https://evil.example", "null", &format!("{}.evil.example", cast.server.base)] {
            let preflight = owner
                .raw(Method::OPTIONS, &path)
                .header("origin", origin)
                .header("access-control-request-method", method.as_str())
                .header("access-control-request-headers", "authorization,content-type");
            let asked = owner.raw(method.clone(), &path).header("origin", origin).json(&json!({}));
            for request in [preflight, asked] {
                let answer = owner.send(request).await;
                let told = answer.headers.get("access-control-allow-origin");
                assert_eq!(told, None, "{method} {path} from {origin}");
            }
        }
    }
}

fn body(method: &Method) -> Option<Value> {
    (*method != Method::GET).then(|| json!({}))
}
