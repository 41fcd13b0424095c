//! Removed, logged out, deleted: nothing more arrives from that moment.

use std::time::Duration;

use serde_json::json;
use standin::script::{Gate, Script, numbered_text};

use crate::support::client::{Client, Socket};
use crate::support::server::{PASSWORD, TestServer};

#[tokio::test]
async fn a_removed_member_hears_nothing_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    ada.say(&chat, "now that ben is gone").await;
    let frames = at_ben.settle().await;
    let removal =
        frames.iter().position(|frame| frame["type"] == "participant_removed").expect("the removal is told");
    assert!(frames[removal + 1..].iter().all(|frame| frame["chat_id"] != chat.as_str()), "{frames:#?}");
    assert_eq!(frames.iter().filter(|frame| frame["type"] == "participant_removed").count(), 1);
    let rejoined = at_ben.join_after(&chat, 0).await;
    assert_eq!(rejoined["code"], "not_found");
    ben.get(&format!("/api/chats/{chat}/messages")).await.refused("not_found");
}

#[tokio::test]
async fn a_removed_member_who_was_elsewhere_is_told_once() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    let removal = at_ben.wait("participant_removed").await;
    assert_eq!((&removal["user"]["username"], &removal["by"]["username"]), (&json!("ben"), &json!("ada")));
    assert!(at_ben.settle().await.iter().all(|frame| frame["type"] != "participant_removed"));
}

#[tokio::test]
async fn the_end_of_a_session_closes_its_sockets_and_no_others() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let other = server.log_in("ada").await;
    let (mut socket, mut stays) = (ada.socket().await, other.socket().await);
    ada.post("/api/auth/logout", json!({})).await.expect(204);
    assert_eq!(socket.closed().await.1, Some(4401));
    assert!(stays.settle().await.is_empty());
    ada.get("/api/auth/me").await.refused("unauthenticated");
}

#[tokio::test]
async fn a_new_password_closes_the_other_sessions_sockets() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let thief = server.log_in("ada").await;
    let (mut own, mut stolen) = (ada.socket().await, thief.socket().await);
    let change = json!({"current_password": PASSWORD, "new_password": "another horse battery"});
    ada.post("/api/auth/password", change).await.expect(204);
    assert_eq!(stolen.closed().await.1, Some(4401));
    assert!(own.settle().await.is_empty());
}

/// Ada's chat with `other`, in which the bot writes a reply of a hundred gated chunks; two have been seen.
async fn in_the_middle_of_a_stream(
    server: &TestServer,
    ada: &Client,
    other: &Client,
) -> (String, Gate, Socket) {
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let chat = ada.group(&[other]).await;
    let mut at_other = other.socket().await;
    at_other.join(&chat).await;
    ada.say(&chat, "/bot count").await;
    gate.release(2);
    let mut seen = String::new();
    while seen != numbered_text(2) {
        seen.push_str(at_other.wait("bot_stream").await["chunk"].as_str().unwrap());
    }
    (chat, gate, at_other)
}

#[tokio::test]
async fn a_member_removed_in_the_middle_of_a_stream_hears_no_chunk_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (chat, gate, mut at_ben) = in_the_middle_of_a_stream(&server, &ada, &ben).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    gate.open();
    at_ada.send(json!({"type": "typing", "chat_id": chat})).await;
    at_ada.wait_for("the end", |frame| frame["is_complete"] == true).await;
    let frames = at_ben.settle().await;
    let removal =
        frames.iter().position(|frame| frame["type"] == "participant_removed").expect("the removal is told");
    let later = &frames[removal + 1..];
    assert!(later.iter().all(|frame| frame["chat_id"] != chat.as_str()), "{later:#?}");
    assert!(frames[..removal].iter().all(|frame| frame["type"] != "bot_stream"), "{frames:#?}");
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_stream_hears_no_chunk_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (chat, gate, mut at_ben) = in_the_middle_of_a_stream(&server, &ada, &ben).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    ben.post("/api/auth/logout", json!({})).await.expect(204);
    gate.open();
    at_ada.wait_for("the end", |frame| frame["is_complete"] == true).await;
    let (frames, code) = at_ben.closed().await;
    assert_eq!(code, Some(4401));
    assert!(frames.iter().all(|frame| frame["type"] != "bot_stream"), "{frames:#?}");
}

#[tokio::test]
async fn a_deleted_chat_is_over_for_everybody() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut there, mut elsewhere) = (ben.socket().await, ben.socket().await);
    there.join(&chat).await;
    ada.delete(&format!("/api/chats/{chat}")).await.expect(204);
    assert_eq!(there.wait("chat_deleted").await["by"]["username"], "ada");
    assert_eq!(elsewhere.wait("chat_deleted").await["by"]["username"], "ada");
    assert!(there.settle().await.iter().all(|frame| frame["type"] != "chat_deleted"));
    assert_eq!(there.say(&chat, "hello?").await["code"], "not_found");
    ada.get(&format!("/api/chats/{chat}")).await.refused("not_found");
}

#[tokio::test]
async fn whoever_left_and_comes_back_is_let_in_again() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    ben.post(&format!("/api/chats/{chat}/leave"), json!({})).await.expect(204);
    at_ben.wait("participant_removed").await;
    ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": "BEN"})).await.expect(201);
    assert_eq!(at_ben.wait("chat_invite").await["chat"]["id"], chat.as_str());
    assert_eq!(at_ben.join(&chat).await["type"], "joined");
    ada.say(&chat, "welcome back").await;
    assert_eq!(at_ben.wait("message").await["content"], "welcome back");
}

#[tokio::test]
async fn whoever_was_away_while_removed_and_let_in_again_hears_all_of_it_and_stays() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    let head = at_ben.join(&chat).await["head_seq"].as_i64().unwrap();
    at_ben.cut();
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": "ben"})).await.expect(201);
    let mut back = ben.socket().await;
    back.join_after(&chat, head).await;
    ada.say(&chat, "welcome back").await;
    let frames = back.until("a welcome", |frame| frame["content"] == "welcome back").await;
    let kinds: Vec<_> =
        frames.iter().filter(|f| f["seq"].is_i64()).map(|f| f["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["participant_removed", "participant_added", "message"]);
}

#[tokio::test]
async fn a_session_that_another_process_ends_loses_its_sockets_too() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    // Not through the rules: another process cannot tell this one.
    let tx = server.context().store.begin().await.unwrap();
    tx.delete_sessions(ada.id.parse().unwrap(), None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(socket.closed().await.1, Some(4401));
}
