//! Asking, and the reply for everybody.

use std::time::Duration;

use serde_json::json;
use standin::script::{Script, numbered_text};

use super::{follow, placeholder};
use crate::support::server::TestServer;

#[tokio::test]
async fn everybody_sees_the_reply_grow_and_settle() {
    let server = TestServer::start().await;
    server
        .standin
        .play(Script::text("Wörter, die wachsen: \u{1F331}\n\"so\".", 3).interval(Duration::from_millis(5)));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    let ack = at_ada.say(&chat, "/bot grow").await;
    let mut answered_by = json!(null);
    for socket in [&mut at_ada, &mut at_ben] {
        let reply = placeholder(socket).await;
        assert_eq!((&reply["username"], &reply["status"]), (&json!("gem"), &json!("queued")));
        assert_eq!(reply["run"]["question_id"], ack["message_id"]);
        assert_eq!(reply["run"]["asked_by"], ada.id.as_str());
        assert_eq!(reply["seq"].as_i64(), ack["seq"].as_i64().map(|seq| seq + 1));
        let (text, last) = follow(socket, &reply["message_id"], 0).await;
        assert_eq!(text, "Wörter, die wachsen: \u{1F331}\n\"so\".");
        assert_eq!((&last["full_response"], &last["status"]), (&json!(text), &json!("complete")));
        assert!(last["usage"]["total_tokens"].as_u64() > Some(0));
        assert!(last["seq"].as_i64() > reply["seq"].as_i64());
        answered_by = last["model"].clone();
    }
    let stored = ada.history(&chat).await.pop().unwrap();
    assert_eq!((&stored["status"], &stored["is_bot"]), (&json!("complete"), &json!(true)));
    assert_eq!(stored["content"], "Wörter, die wachsen: \u{1F331}\n\"so\".");
    assert_eq!((&stored["run"]["model"], stored["run"]["model"].is_string()), (&answered_by, true));
}

#[tokio::test]
async fn a_mention_asks_and_ordinary_talk_does_not() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("yes?", 10));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "gem is a nice name, mail@gem").await;
    socket.say(&chat, "what do you think, @Gem?").await;
    let reply = placeholder(&mut socket).await;
    assert_eq!(follow(&mut socket, &reply["message_id"], 0).await.0, "yes?");
    assert_eq!(server.standin.requests().len(), 1);
}

#[tokio::test]
async fn every_message_of_an_ai_chat_asks() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("hello", 10));
    let ada = server.person("ada").await;
    let chat = ada.post("/api/chats", json!({"kind": "ai"})).await.expect(201);
    assert_eq!((&chat["is_ai_chat"], &chat["is_group"]), (&json!(true), &json!(false)));
    let chat = chat["id"].as_str().unwrap();
    let mut socket = ada.socket().await;
    socket.join(chat).await;
    ada.say(chat, "hi").await;
    let reply = placeholder(&mut socket).await;
    assert_eq!(follow(&mut socket, &reply["message_id"], 0).await.1["status"], "complete");
}

#[tokio::test]
async fn a_command_without_a_question_or_a_bot_is_refused_clearly() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let messages = format!("/api/chats/{chat}/messages");
    ada.post(&messages, json!({"content": "/bot  "})).await.refused("validation_failed");
    let participants = ada.get(&format!("/api/chats/{chat}/participants")).await.expect(200);
    let bot = participants.as_array().unwrap().iter().find(|member| member["is_bot"] == true).unwrap();
    let id = bot["user_id"].as_str().unwrap();
    ada.delete(&format!("/api/chats/{chat}/participants/{id}")).await.expect(204);
    ada.post(&messages, json!({"content": "/bot hi"})).await.refused("conflict");
    ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": "gem"})).await.expect(201);
    ada.post(&messages, json!({"content": "/bot hi"})).await.expect(201);
}

#[tokio::test]
async fn whoever_joins_in_the_middle_sees_the_text_so_far_and_the_rest() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(10, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    at_ada.say(&chat, "/bot count").await;
    let reply = placeholder(&mut at_ada).await;
    gate.release(4);
    let mut seen = String::new();
    while seen != numbered_text(4) {
        seen.push_str(at_ada.wait("bot_stream").await["chunk"].as_str().unwrap());
    }
    let mut at_ben = ben.socket().await;
    let joined = at_ben.join(&chat).await;
    let stream = &joined["streams"][0];
    assert_eq!((&stream["message_id"], &stream["content"]), (&reply["message_id"], &json!(seen)));
    gate.open();
    let next = stream["next_index"].as_u64().unwrap();
    let (rest, last) = follow(&mut at_ben, &reply["message_id"], next).await;
    assert_eq!(format!("{seen}{rest}"), numbered_text(10));
    assert_eq!(last["full_response"], numbered_text(10));
    assert_eq!(ben.socket().await.join(&chat).await["streams"], json!([]));
}

#[tokio::test]
async fn only_new_text_travels_and_at_most_twenty_times_a_second() {
    let server = TestServer::start().await;
    server.standin.play(Script::chunks(200, Duration::from_millis(5)));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let began = std::time::Instant::now();
    socket.say(&chat, "/bot count").await;
    let frames = socket.until("the end", |frame| frame["is_complete"] == true).await;
    let chunks = frames.iter().filter(|frame| frame["is_complete"] == false).count() as f64;
    assert!(chunks <= 20.0 * began.elapsed().as_secs_f64() + 2.0, "{chunks} in {:?}", began.elapsed());
    let bytes: usize = frames
        .iter()
        .filter(|frame| frame["type"] == "bot_stream")
        .map(|frame| frame.to_string().len() + 4)
        .sum();
    let promised = 2.1 * numbered_text(200).len() as f64 + 200.0 * chunks + 2_000.0;
    assert!((bytes as f64) < promised, "{bytes} bytes, {promised} promised");
}

#[tokio::test]
async fn a_reply_over_the_limit_is_cut_and_says_so() {
    let server = TestServer::with(&["--reply-bytes=1000"]).await;
    server.standin.play(Script::text("ä".repeat(900), 50));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot long").await;
    let reply = placeholder(&mut socket).await;
    let (text, last) = follow(&mut socket, &reply["message_id"], 0).await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("complete"), &json!("cut")));
    assert_eq!(text, "ä".repeat(500));
    assert_eq!(last["full_response"], text);
}

#[tokio::test]
async fn nobody_edits_the_bots_words() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("mine", 10));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot say").await;
    let reply = placeholder(&mut socket).await;
    follow(&mut socket, &reply["message_id"], 0).await;
    let path = format!("/api/chats/{chat}/messages/{}", reply["message_id"].as_str().unwrap());
    ada.patch(&path, json!({"content": "yours"})).await.refused("forbidden");
}

#[tokio::test]
async fn a_repeated_question_gets_the_first_answer_though_the_bot_has_left() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let messages = format!("/api/chats/{chat}/messages");
    let question = json!({"content": "/bot hi", "client_id": "q"});
    let first = ada.post(&messages, question.clone()).await.expect(201);
    let participants = ada.get(&format!("/api/chats/{chat}/participants")).await.expect(200);
    let bot = participants.as_array().unwrap().iter().find(|member| member["is_bot"] == true).unwrap();
    let id = bot["user_id"].as_str().unwrap();
    ada.delete(&format!("/api/chats/{chat}/participants/{id}")).await.expect(204);
    assert_eq!(ada.post(&messages, question).await.expect(200)["id"], first["id"]);
    ada.post(&messages, json!({"content": "/bot hi", "client_id": "other"})).await.refused("conflict");
}
