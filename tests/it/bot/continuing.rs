//! A reply that broke off goes on in its message.

use std::time::Duration;

use serde_json::{Value, json};
use standin::script::{Script, numbered_text};

use super::{follow, half_a_reply, placeholder};
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

fn path(chat: &str, reply: &Value) -> String {
    format!("/api/chats/{chat}/messages/{}", reply.as_str().unwrap())
}

async fn go_on(client: &Client, chat: &str, reply: &Value) -> Value {
    client.post(&format!("{}/continue", path(chat, reply)), json!({})).await.expect(200)
}

/// Asks; the reply at its end.
async fn answer(socket: &mut Socket, chat: &str, script: Script, server: &TestServer) -> Value {
    server.standin.play(script);
    socket.say(chat, "/bot speak").await;
    let reply = placeholder(socket).await["message_id"].clone();
    follow(socket, &reply, 0).await;
    reply
}

#[tokio::test]
async fn a_reply_that_was_interrupted_goes_on_from_its_text_in_the_same_message() {
    let mut server = TestServer::with(&["--shutdown-grace=0"]).await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    let reply = half_a_reply(&mut socket, &chat, &gate).await;
    server.restart().await;
    let (ada, ben) = (ada.at(&server.base), ben.at(&server.base));
    let before = numbered_text(2);
    let interrupted = ben.get(&path(&chat, &reply)).await.expect(200);
    assert_eq!((&interrupted["status"], &interrupted["content"]), (&json!("interrupted"), &json!(before)));

    let (script, gate) = Script::text("and the rest", 4).gated();
    server.standin.play(script);
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    let waiting = go_on(&ada, &chat, &reply).await;
    assert_eq!((&waiting["status"], &waiting["content"]), (&json!("queued"), &json!(before)));
    assert_eq!(
        (&waiting["run"]["continues"], &waiting["run"]["retried_by"]["username"]),
        (&json!(true), &json!("ada"))
    );
    gate.release(1);
    let first = socket.wait("bot_stream").await;
    assert_eq!((&first["index"], &first["chunk"]), (&json!(0), &json!("and ")));
    // Whoever comes in the middle sees what the others see.
    let mut late = ada.socket().await;
    let joined = late.join(&chat).await;
    assert_eq!(joined["streams"][0]["content"], format!("{before}and "));
    assert_eq!(joined["streams"][0]["next_index"], 1);
    gate.open();
    for socket in [&mut socket, &mut late] {
        let (rest, last) = follow(socket, &reply, 1).await;
        assert_eq!((rest.as_str(), &last["status"]), ("the rest", &json!("complete")));
        assert_eq!(last["full_response"], format!("{before}and the rest"));
    }
    let requests = server.standin.requests();
    let turns = requests.last().unwrap().body["contents"].as_array().unwrap().clone();
    let [.., own, asked] = turns.as_slice() else { panic!("{turns:#?}") };
    assert_eq!((&own["role"], &own["parts"][0]["text"]), (&json!("model"), &json!(before)));
    assert_eq!(asked["role"], "user", "no model takes a conversation that ends with its own words");
    let versions = ben.get(&format!("{}/versions", path(&chat, &reply))).await.expect(200);
    let texts: Vec<_> = versions.as_array().unwrap().iter().map(|version| &version["content"]).collect();
    assert_eq!(texts, [&json!(before), &json!(format!("{before}and the rest"))]);
    assert_eq!(versions[0]["status"], "interrupted");
}

#[tokio::test]
async fn a_cut_reply_goes_on_as_often_as_it_is_cut_and_a_whole_one_does_not() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = answer(&mut socket, &chat, Script::synthetic("max-tokens"), &server).await;
    let cut = ada.get(&path(&chat, &reply)).await.expect(200);
    assert_eq!((&cut["status"], &cut["run"]["reason"]), (&json!("complete"), &json!("cut")));
    let part = cut["content"].as_str().unwrap().to_owned();
    go_on(&ada, &chat, &reply).await;
    assert_eq!(follow(&mut socket, &reply, 0).await.1["full_response"], part.repeat(2));
    server.standin.play(Script::text("end", 5));
    go_on(&ada, &chat, &reply).await;
    let (_, last) = follow(&mut socket, &reply, 0).await;
    assert_eq!(last["full_response"], format!("{}end", part.repeat(2)));
    let refused = ada.post(&format!("{}/continue", path(&chat, &reply)), json!({})).await;
    assert_eq!(refused.refused("conflict")["detail"], "the reply is complete");
}

#[tokio::test]
async fn what_fails_on_the_way_keeps_the_text_and_what_said_nothing_cannot_go_on() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = answer(&mut socket, &chat, Script::synthetic("max-tokens"), &server).await;
    let part = ada.get(&path(&chat, &reply)).await.expect(200)["content"].clone();
    server.standin.play(Script::synthetic("blocked-prompt"));
    go_on(&ada, &chat, &reply).await;
    let (_, last) = follow(&mut socket, &reply, 0).await;
    assert_eq!((&last["status"], &last["full_response"]), (&json!("failed"), &part));
    ben.post(&format!("{}/continue", path(&chat, &reply)), json!({})).await.refused("forbidden");
    let silent = answer(&mut socket, &chat, Script::synthetic("blocked-prompt"), &server).await;
    ada.post(&format!("{}/continue", path(&chat, &silent)), json!({})).await.refused("conflict");
}
