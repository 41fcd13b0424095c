//! Posting: durable before `ack`, numbered, idempotent, to everybody.

use serde_json::json;

use crate::support::server::TestServer;

#[tokio::test]
async fn everybody_in_the_room_hears_a_message_its_author_too() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;

    let ack = at_ada.say(&chat, "hello, \"Ben\" \u{1F44B}\n").await;
    assert_eq!(ack["type"], "ack");
    for socket in [&mut at_ada, &mut at_ben] {
        let frame = socket.wait("message").await;
        assert_eq!(frame["content"], "hello, \"Ben\" \u{1F44B}\n");
        assert_eq!(frame["seq"], ack["seq"]);
        assert_eq!(frame["message_id"], ack["message_id"]);
        assert_eq!((&frame["username"], &frame["is_bot"]), (&json!("ada"), &json!(false)));
        assert_eq!(frame["status"], "complete");
    }
    let history = ben.history(&chat).await;
    assert_eq!(history.last().unwrap()["id"], ack["message_id"]);
}

#[tokio::test]
async fn a_client_id_posts_once_and_always_gets_the_first_answer() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let message =
        json!({"type": "message", "chat_id": chat, "content": "once", "client_id": "c-1", "ref": "a"});
    socket.send(message).await;
    let first = socket.answer("a").await;
    socket
        .send(
            json!({"type": "message", "chat_id": chat, "content": "twice?", "client_id": "c-1", "ref": "b"}),
        )
        .await;
    let second = socket.answer("b").await;
    assert_eq!((&second["seq"], &second["message_id"]), (&first["seq"], &first["message_id"]));
    assert_eq!((&first["duplicate"], &second["duplicate"]), (&json!(null), &json!(true)));
    let by_rest = json!({"content": "thrice?", "client_id": "c-1"});
    let again = ada.post(&format!("/api/chats/{chat}/messages"), by_rest).await.expect(200);
    assert_eq!((&again["id"], &again["content"]), (&first["message_id"], &json!("once")));
    let texts: Vec<_> = ada.history(&chat).await.into_iter().filter(|m| m["kind"] == "text").collect();
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn many_messages_in_flight_keep_their_order_and_leave_no_hole() {
    let server = TestServer::with(&["--messages-per-second=1000", "--messages-burst=1000"]).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    let head = socket.join(&chat).await["head_seq"].as_i64().unwrap();
    for n in 0..300 {
        let content = format!("m{n}");
        socket.send(json!({"type": "message", "chat_id": chat, "content": content, "ref": content})).await;
    }
    for n in 0..300_i64 {
        let frame = socket.wait("message").await;
        assert_eq!(
            (frame["seq"].as_i64(), frame["content"].as_str()),
            (Some(head + 1 + n), Some(&*format!("m{n}")))
        );
    }
    for n in 0..300_i64 {
        assert_eq!(socket.answer(&format!("m{n}")).await["seq"].as_i64(), Some(head + 1 + n));
    }
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_in_a_sentence() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    assert_eq!(at_ben.say(&chat, "let me in").await["code"], "not_found");
    assert_eq!(at_ada.say(&chat, "  ").await["code"], "validation_failed");
    assert_eq!(at_ada.say(&chat, "nul\0").await["code"], "validation_failed");
    assert_eq!(at_ada.say(&chat, &"x".repeat(32 * 1024 + 1)).await["code"], "too_large");
    assert_eq!(at_ada.say(&chat, &"x".repeat(32 * 1024)).await["type"], "ack");
    let nowhere = uuid::Uuid::now_v7();
    let reply = json!({"type": "message", "chat_id": chat, "content": "re", "reply_to": nowhere, "ref": "r"});
    at_ada.send(reply).await;
    assert_eq!(at_ada.answer("r").await["code"], "validation_failed");
}

#[tokio::test]
async fn a_person_who_posts_too_fast_is_told_when_to_go_on() {
    let server = TestServer::with(&["--messages-per-second=1", "--messages-burst=3"]).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    for _ in 0..3 {
        assert_eq!(socket.say(&chat, "quick").await["type"], "ack");
    }
    let refusal = socket.say(&chat, "quick").await;
    assert_eq!((&refusal["code"], &refusal["retry_after"]), (&json!("rate_limited"), &json!(1)));
}

#[tokio::test]
async fn a_reply_names_what_it_answers() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let first = ada.say(&chat, "first").await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.send(json!({"type": "message", "chat_id": chat, "content": "re", "reply_to": first["id"]})).await;
    assert_eq!(socket.wait("message").await["reply_to"], first["id"]);
}

#[tokio::test]
async fn an_edit_and_a_deletion_reach_the_room_as_they_happen() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let said = ada.say(&chat, "frist").await;
    let path = format!("/api/chats/{chat}/messages/{}", said["id"].as_str().unwrap());
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    ada.patch(&path, json!({"content": "first"})).await.expect(200);
    let updated = socket.wait("message_updated").await;
    assert_eq!((&updated["content"], &updated["message_seq"]), (&json!("first"), &said["seq"]));
    assert!(updated["seq"].as_i64() > said["seq"].as_i64());
    ada.delete(&path).await.expect(204);
    let deleted = socket.wait("message_deleted").await;
    assert_eq!((&deleted["content"], deleted["deleted_at"].is_string()), (&json!(""), true));
}
