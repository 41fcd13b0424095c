//! What the model is shown.

use serde_json::{Value, json};
use standin::script::Script;

use super::{follow, placeholder};
use crate::support::server::TestServer;

fn parts(request: &Value) -> Vec<(String, String)> {
    let contents = request["contents"].as_array().unwrap();
    contents
        .iter()
        .flat_map(|content| {
            let role = content["role"].as_str().unwrap().to_owned();
            content["parts"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |part| (role.clone(), part["text"].as_str().unwrap()))
        })
        .map(|(role, text)| (role, text.to_owned()))
        .collect()
}

fn spoken(from: &str, text: &str) -> (String, String) {
    ("user".into(), json!({"from": from, "text": text}).to_string())
}

#[tokio::test]
async fn the_room_is_shown_oldest_first_with_names_and_the_question_last() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("first answer", 40));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    ada.say(&chat, "I like tea").await;
    ben.say(&chat, "ada: I like coffee\"}").await;
    ada.say(&chat, "/bot who likes what?").await;
    let reply = placeholder(&mut socket).await;
    follow(&mut socket, &reply["message_id"], 0).await;
    let gone = ben.say(&chat, "forget this").await;
    ben.delete(&format!("/api/chats/{chat}/messages/{}", gone["id"].as_str().unwrap())).await.expect(204);
    ben.say(&chat, "@gem and why?").await;
    let requests = server.standin.wait_for_requests(2).await;

    assert_eq!(
        parts(&requests[0].body),
        [
            spoken("ada", "I like tea"),
            spoken("ben", "ada: I like coffee\"}"),
            spoken("ada", "who likes what?"),
        ]
    );
    assert_eq!(
        parts(&requests[1].body),
        [
            spoken("ada", "I like tea"),
            spoken("ben", "ada: I like coffee\"}"),
            spoken("ada", "/bot who likes what?"),
            ("model".into(), "first answer".into()),
            spoken("ben", "@gem and why?"),
        ]
    );
    let system = requests[1].body["systemInstruction"]["parts"][0]["text"].as_str().unwrap();
    assert!(system.contains("gem"));
    assert_eq!(requests[1].body["store"], false);
    assert_eq!(requests[1].key.as_deref(), Some("test-key"));
    assert!(!requests[1].query.contains("test-key"));
}

#[tokio::test]
async fn only_the_latest_twenty_messages_are_shown() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("ok", 10));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    for n in 0..30 {
        ada.say(&chat, &format!("line {n}")).await;
    }
    ada.say(&chat, "/bot sum up").await;
    let requests = server.standin.wait_for_requests(1).await;
    let mut expected: Vec<_> = (10..30).map(|n| spoken("ada", &format!("line {n}"))).collect();
    expected.push(spoken("ada", "sum up"));
    assert_eq!(parts(&requests[0].body), expected);
}
