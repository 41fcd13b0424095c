//! What one has missed: told to oneself alone, with the places where it was said.

use serde_json::{Value, json};
use standin::script::Script;

use crate::bot::usage::PRICED;
use crate::support::server::TestServer;

#[tokio::test]
async fn whoever_comes_back_is_told_alone_what_they_missed_and_where_it_was_said() {
    let server = TestServer::with(&[PRICED]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    ada.say(&chat, "an old story").await;
    ben.post(&format!("/api/chats/{chat}/mark-read"), json!({})).await.expect(200);
    let first = ada.say(&chat, "let us meet at noon").await;
    ben.say(&chat, "my own words").await;
    let second = ada.say(&chat, "bring a cake, ben").await;
    let seq = |message: &Value| message["seq"].as_i64().unwrap();
    let (noon, cake) = (seq(&first), seq(&second));
    server
        .standin
        .play(Script::text(format!("Noon [#{noon}]; a cake [#{cake}], [#{noon}]. Not [#2] nor [#x]."), 7));
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    let path = format!("/api/chats/{chat}/catch-up");
    let told = ben.post(&path, json!({})).await.expect(200);
    assert_eq!(told["summary"], format!("Noon [#{noon}]; a cake [#{cake}], [#{noon}]. Not  nor [#x]."));
    let links = json!([
        {"seq": noon, "message_id": first["id"]}, {"seq": cake, "message_id": second["id"]}
    ]);
    assert_eq!((&told["links"], &told["messages"], &told["is_whole"]), (&links, &json!(2), &json!(true)));
    assert!(told["usage"]["cost_microusd"].as_i64().unwrap() > 0);
    // One call, which showed the model what was missed and nothing else.
    let requests = server.standin.requests();
    let sent = requests[0].body["contents"].to_string();
    assert_eq!(requests.len(), 1);
    assert!(sent.contains("let us meet at noon") && sent.contains("bring a cake"), "{sent}");
    assert!(!sent.contains("an old story") && !sent.contains("my own words"), "{sent}");
    // It is ben's to pay, and nobody else hears of it.
    let mine = ben.get("/api/usage/history").await.expect(200);
    assert_eq!(
        (mine.as_array().unwrap().len(), &mine[0]["cost_microusd"]),
        (1, &told["usage"]["cost_microusd"])
    );
    assert_eq!(ada.get("/api/usage/history").await.expect(200), json!([]));
    assert_eq!(ada.get(&format!("/api/chats/{chat}/usage/history")).await.expect(200), json!([]));
    assert!(!json!(at_ada.settle().await).to_string().contains("Noon"));
    assert!(ada.history(&chat).await.iter().all(|message| message["is_bot"] == false));
}

#[tokio::test]
async fn nothing_missed_costs_nothing_and_what_is_not_ones_own_is_not_told() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let path = format!("/api/chats/{chat}/catch-up");
    ada.say(&chat, "I was here").await;
    let told = ada.post(&path, json!({})).await.expect(200);
    assert_eq!((&told["messages"], &told["summary"], &told["usage"]), (&json!(0), &json!(""), &Value::Null));
    ben.post(&path, json!({})).await.refused("not_found");
    assert!(server.standin.requests().is_empty());
}
