//! What the stand-in refuses, remembers and answers besides generate calls.

use serde_json::{Value, json};
use standin::recordings::Recordings;
use standin::script::Script;
use standin::server::Standin;

use crate::client::{Answer, Connection, MODEL, question, streamed};

async fn called(standin: &Standin, method: &str, target: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("x-goog-api-key", "key")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut connection = Connection::to(standin).await;
    connection.send(method, target, &headers, body.as_bytes()).await;
    connection.answer().await.expect("an answer")
}

fn generate(model: &str) -> String {
    format!("/v1beta/models/{model}:generateContent")
}

#[tokio::test]
async fn a_request_without_a_key_is_refused_as_a_bad_key() {
    let standin = Standin::start().await;
    for headers in [&[("content-type", "application/json")][..], &[("x-goog-api-key", "")][..]] {
        let mut connection = Connection::to(&standin).await;
        connection.send("POST", &generate(MODEL), headers, question("hello").to_string().as_bytes()).await;
        let answer = connection.answer().await.expect("an answer");
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["details"][0]["reason"], "API_KEY_INVALID");
    }
    assert_eq!(
        streamed(&standin, "rec:no-such-recording").await.message(),
        "no recording is called no-such-recording"
    );
}

#[tokio::test]
async fn the_true_services_checks_are_made() {
    let standin = Standin::start().await;
    let prefill =
        json!({"contents": [{"parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]});
    let unknown = json!({"contents": [{"parts": [{"text": "a", "colour": 1}]}]});
    let lost = json!({"contents": [
        {"parts": [{"text": "a"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
        {"parts": [{"functionResponse": {"name": "f", "response": {}}}]},
    ]});
    let both = json!({
        "contents": [{"parts": [{"text": "a"}]}],
        "generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 0}},
    });
    for (model, body, status, start) in [
        ("gemini-3.6-flash", &prefill, 400, "Requests ending with a model turn"),
        (
            MODEL,
            &unknown,
            400,
            "Invalid JSON payload received. Unknown name \"colour\" at 'contents[0].parts[0]': Cannot",
        ),
        ("gemini-3.5-flash", &lost, 400, "Function call is missing a thought_signature"),
        ("gemini-3.5-flash", &both, 400, "You can only set only one"),
        ("gemini-9", &question("a"), 404, "models/gemini-9 is not found for API version v1beta"),
        ("gemini%20x", &question("a"), 400, "* GenerateContentRequest.model: unexpected model name format"),
    ] {
        let answer = called(&standin, "POST", &generate(model), body).await;
        assert_eq!(answer.status, status, "{model} {body}");
        assert!(answer.message().starts_with(start), "{}", answer.message());
    }
    assert_eq!(called(&standin, "POST", &generate(MODEL), &prefill).await.status, 200);
    assert_eq!(called(&standin, "POST", &generate("gemini%2D2.5-flash"), &question("a")).await.status, 200);
    assert_eq!(called(&standin, "POST", "/v3/models/x:generateContent", &question("a")).await.status, 404);
    assert_eq!(standin.max_open_streams(), 1, "refused requests never become streams");
}

#[tokio::test]
async fn requests_are_remembered_as_they_came() {
    let standin = Standin::start().await;
    standin.play(Script::echo());
    let answer = streamed(&standin, "secret").await;
    assert_eq!(answer.text(), "hello");
    let requests = standin.wait_for_requests(1).await;
    let request = &requests[0];
    assert_eq!(request.path, format!("/v1beta/models/{MODEL}:streamGenerateContent"));
    assert_eq!((request.query.as_str(), request.method.as_str()), ("alt=sse", "POST"));
    assert_eq!((request.model.as_deref(), request.key.as_deref()), (Some(MODEL), Some("secret")));
    assert_eq!((request.status, &request.body), (Some(200), &question("hello")));
    assert_eq!(request.headers["content-type"], "application/json");
}

#[tokio::test]
async fn enqueued_scripts_come_before_the_default() {
    let standin = Standin::start().await;
    standin.play(Script::text("default", 10));
    standin.enqueue(Script::status(503));
    standin.enqueue(Script::text("second", 10));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = streamed(&standin, "key").await;
        seen.push(if answer.status == 200 { answer.text() } else { answer.status.to_string() });
    }
    assert_eq!(seen, ["503", "second", "default"]);
}

#[tokio::test]
async fn models_counts_and_embeddings_come_from_recordings() {
    let standin = Standin::start().await;
    let list = called(&standin, "GET", "/v1beta/models?pageSize=1000", &Value::Null).await;
    assert_eq!(list.bytes(), Recordings::bundled().get("m-models-list").expect("a recording").body);
    let model = called(&standin, "GET", "/v1/models/gemini-2.5-pro", &Value::Null).await.json();
    assert_eq!(model["name"], "models/gemini-2.5-pro");
    assert_eq!(called(&standin, "GET", "/v1/models/nobody", &Value::Null).await.status, 404);

    let count =
        called(&standin, "POST", &format!("/v1/models/{MODEL}:countTokens"), &question("12345678")).await;
    assert_eq!(count.json()["totalTokens"], 3);

    let embed = |text: &str| json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, "outputDimensionality": 768});
    let body = json!({"requests": [embed("a"), embed("b"), embed("a")]});
    let embeddings =
        called(&standin, "POST", "/v1beta/models/gemini-embedding-001:batchEmbedContents", &body)
            .await
            .json();
    let vectors = embeddings["embeddings"].as_array().expect("embeddings");
    assert_eq!(vectors[0]["values"].as_array().map(Vec::len), Some(768));
    assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1]);
}

#[tokio::test]
async fn a_file_is_uploaded_in_two_steps() {
    let standin = Standin::start().await;
    let body = json!({"file": {"displayName": "notes.txt", "mimeType": "text/plain"}});
    let started = called(&standin, "POST", "/upload/v1beta/files", &body).await;
    assert_eq!((started.status, started.bytes().len()), (200, 0));
    assert_eq!(started.header("x-goog-upload-status"), Some("active"));
    let url = started.header("x-goog-upload-url").expect("an address").to_owned();
    let target = url.strip_prefix(&standin.base_url()).expect("it points at the stand-in");

    let mut connection = Connection::to(&standin).await;
    let headers = [("x-goog-upload-command", "upload, finalize"), ("x-goog-upload-offset", "0")];
    connection.send("POST", target, &headers, b"some bytes").await;
    let uploaded = connection.answer().await.expect("an answer");
    assert_eq!(uploaded.header("x-goog-upload-status"), Some("final"));
    let file = &uploaded.json()["file"];
    assert_eq!((&file["sizeBytes"], &file["displayName"]), (&json!("10"), &json!("notes.txt")));

    let target = format!("/v1beta/{}", file["name"].as_str().expect("a name"));
    assert_eq!(called(&standin, "GET", &target, &Value::Null).await.json()["state"], "ACTIVE");
    assert_eq!(called(&standin, "DELETE", &target, &Value::Null).await.json(), json!({}));
    assert_eq!(called(&standin, "GET", &target, &Value::Null).await.status, 403);
}
