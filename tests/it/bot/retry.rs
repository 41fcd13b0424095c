//! Once more: a reply that did not end well is written again in its place.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};
use standin::script::{Gate, Script, numbered_text};

use super::{follow, half_a_reply, placeholder};
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

fn path(chat: &str, reply: &Value) -> String {
    format!("/api/chats/{chat}/messages/{}", reply.as_str().unwrap())
}

fn gated(server: &TestServer, chunks: usize) -> Gate {
    let (script, gate) = Script::chunks(chunks, Duration::ZERO).gated();
    server.standin.play(script);
    gate
}

async fn shown(client: &Client, chat: &str, reply: &Value) -> Value {
    let found = client.history(chat).await.into_iter().find(|message| message["id"] == *reply);
    found.expect("the reply is there")
}

async fn retry(socket: &mut Socket, chat: &str, reply: &Value) -> Value {
    socket.send(json!({"type": "retry", "chat_id": chat, "message_id": reply, "ref": "retry"})).await;
    socket.answer("retry").await
}

async fn stop(socket: &mut Socket, chat: &str, reply: &Value) {
    socket.send(json!({"type": "stop", "chat_id": chat, "message_id": reply, "ref": "stop"})).await;
    assert_eq!(socket.answer("stop").await["type"], "ack");
}

/// The change that puts the reply into the queue again.
async fn queued_again(socket: &mut Socket, reply: &Value) -> Value {
    socket
        .wait_for("the reply to wait again", |frame| {
            frame["type"] == "message_updated" && frame["message_id"] == *reply && frame["status"] == "queued"
        })
        .await
}

/// Asks, waits for half of it and stops it: the reply's id. The socket has seen all of it.
async fn stopped_half_way(socket: &mut Socket, chat: &str, gate: &Gate) -> Value {
    let reply = half_a_reply(socket, chat, gate).await;
    stop(socket, chat, &reply).await;
    assert_eq!(follow(socket, &reply, 2).await.1["status"], "stopped");
    reply
}

#[tokio::test]
async fn everybody_sees_a_retried_reply_grow_anew_in_its_place() {
    let server = TestServer::start().await;
    let gate = gated(&server, 100);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    let reply = stopped_half_way(&mut at_ben, &chat, &gate).await;
    follow(&mut at_ada, &reply, 0).await;
    let former = shown(&ben, &chat, &reply).await;
    server.standin.play(Script::text("whole at last", 4).interval(Duration::from_millis(5)));
    // The owner has it written again, but the question stays ben's.
    assert_eq!(retry(&mut at_ada, &chat, &reply).await["type"], "ack");
    for socket in [&mut at_ada, &mut at_ben] {
        let again = queued_again(socket, &reply).await;
        assert_eq!((&again["content"], &again["message_seq"]), (&json!(""), &former["seq"]));
        assert_eq!(again["run"]["asked_by"], ben.id.as_str());
        assert_eq!(again["run"]["question_id"], former["run"]["question_id"]);
        assert!(again["run"]["id"].is_string() && again["run"]["id"] != former["run"]["id"]);
        let (text, last) = follow(socket, &reply, 0).await;
        assert_eq!((text.as_str(), &last["status"]), ("whole at last", &json!("complete")));
        assert_eq!(last["full_response"], "whole at last");
    }
    let whole = shown(&ada, &chat, &reply).await;
    assert_eq!((&whole["content"], &whole["seq"]), (&json!("whole at last"), &former["seq"]));
    let revisions = ada.get(&format!("{}/revisions", path(&chat, &reply))).await.expect(200);
    assert_eq!(
        (revisions.as_array().unwrap().len(), &revisions[0]["content"]),
        (1, &json!(numbered_text(2)))
    );
    let requests = server.standin.requests();
    assert_eq!(requests[0].body["contents"], requests[1].body["contents"], "asked in the same words");
}

#[tokio::test]
async fn only_who_asked_the_owner_and_admins_retry() {
    let server = TestServer::with(&["--gemini-retries=0"]).await;
    server.standin.play(Script::synthetic("500"));
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    at_ben.say(&chat, "/bot fail").await;
    let reply = placeholder(&mut at_ben).await["message_id"].clone();
    follow(&mut at_ben, &reply, 0).await;
    let retried = format!("{}/retry", path(&chat, &reply));
    cleo.post(&retried, json!({})).await.refused("forbidden");
    let role = format!("/api/chats/{chat}/participants/{}", cleo.id);
    ada.patch(&role, json!({"role": "admin"})).await.expect(200);
    for client in [&ben, &ada, &cleo] {
        let answer = client.post(&retried, json!({})).await.expect(200);
        assert_eq!((&answer["id"], &answer["status"]), (&reply, &json!("queued")));
        assert_eq!(follow(&mut at_ben, &reply, 0).await.1["status"], "failed");
    }
}

#[tokio::test]
async fn a_reply_is_retried_however_it_ended_and_nothing_else_is() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    for name in ["ok", "max-tokens", "empty-text", "blocked-prompt"] {
        server.standin.play(Script::synthetic(name));
        socket.say(&chat, &format!("/bot {name}")).await;
        let reply = placeholder(&mut socket).await["message_id"].clone();
        follow(&mut socket, &reply, 0).await;
        let answer = retry(&mut socket, &chat, &reply).await;
        assert_eq!(answer["type"], "ack", "{name}: {answer}");
        follow(&mut socket, &reply, 0).await;
    }
    let said = ada.say(&chat, "not a reply").await["id"].clone();
    assert_eq!(retry(&mut socket, &chat, &said).await["code"], "not_found");
    let nothing = json!("019aa6ee-0000-7000-8000-000000000000");
    assert_eq!(retry(&mut socket, &chat, &nothing).await["code"], "not_found");
}

#[tokio::test]
async fn a_reply_that_waits_or_is_written_stays_as_it_is_however_often_it_is_retried() {
    let server = TestServer::with(&["--replies-per-room=1"]).await;
    let gate = gated(&server, 3);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let first = stopped_half_way(&mut socket, &chat, &gate).await;
    let gate = gated(&server, 3);
    let written = half_a_reply(&mut socket, &chat, &gate).await;
    let path = format!("{}/retry", path(&chat, &first));
    let (one, other) = tokio::join!(ada.post(&path, json!({})), ada.post(&path, json!({})));
    let (one, other) = (one.expect(200), other.expect(200));
    assert_eq!((&one, &one["status"]), (&other, &json!("queued")));
    assert_eq!(ada.post(&path, json!({})).await.expect(200), one);
    assert_eq!(retry(&mut socket, &chat, &written).await["type"], "ack");
    let head = ada.get(&format!("/api/chats/{chat}")).await.expect(200)["head_seq"].clone();
    assert_eq!(one["updated_seq"], head, "one change in all");
    gate.open();
    assert_eq!(follow(&mut socket, &written, 2).await.1["full_response"], numbered_text(3));
    assert_eq!(follow(&mut socket, &first, 0).await.1["full_response"], numbered_text(3));
    assert_eq!(server.standin.requests().len(), 3);
}

#[tokio::test]
async fn a_retry_is_stopped_like_any_reply() {
    let server = TestServer::with(&["--replies-per-room=1"]).await;
    let gate = gated(&server, 100);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = stopped_half_way(&mut socket, &chat, &gate).await;
    // While it is written …
    assert_eq!(retry(&mut socket, &chat, &reply).await["type"], "ack");
    gate.release(1);
    assert_eq!(socket.wait("bot_stream").await["index"], 0);
    stop(&mut socket, &chat, &reply).await;
    let (_, last) = follow(&mut socket, &reply, 1).await;
    assert_eq!((&last["status"], &last["full_response"]), (&json!("stopped"), &json!(numbered_text(1))));
    // … and while it waits.
    half_a_reply(&mut socket, &chat, &gate).await;
    assert_eq!(retry(&mut socket, &chat, &reply).await["type"], "ack");
    stop(&mut socket, &chat, &reply).await;
    let (_, last) = follow(&mut socket, &reply, 0).await;
    assert_eq!((&last["status"], &last["full_response"]), (&json!("stopped"), &json!("")));
    let revisions = ada.get(&format!("{}/revisions", path(&chat, &reply))).await.expect(200);
    let texts: Vec<_> = revisions.as_array().unwrap().iter().map(|revision| &revision["content"]).collect();
    assert_eq!(texts, [&json!(numbered_text(2)), &json!(numbered_text(1))]);
}

#[tokio::test]
async fn without_its_question_or_the_bot_a_reply_stays_as_it_is() {
    let server = TestServer::start().await;
    let gate = gated(&server, 100);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = stopped_half_way(&mut socket, &chat, &gate).await;
    let before = shown(&ada, &chat, &reply).await;
    let bot = before["user_id"].as_str().unwrap();
    ada.delete(&format!("/api/chats/{chat}/participants/{bot}")).await.expect(204);
    assert_eq!(retry(&mut socket, &chat, &reply).await["code"], "conflict");
    ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": "gem"})).await.expect(201);
    ada.delete(&path(&chat, &before["run"]["question_id"])).await.expect(204);
    assert_eq!(retry(&mut socket, &chat, &reply).await["code"], "conflict");
    assert_eq!(shown(&ada, &chat, &reply).await, before);
    ada.delete(&path(&chat, &reply)).await.expect(204);
    assert_eq!(retry(&mut socket, &chat, &reply).await["code"], "not_found");
}

#[tokio::test]
async fn retrying_costs_what_asking_costs() {
    let server = TestServer::with(&["--messages-per-second=1", "--messages-burst=2"]).await;
    let gate = gated(&server, 100);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = stopped_half_way(&mut socket, &chat, &gate).await;
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(retry(&mut socket, &chat, &reply).await);
    }
    let refused = answers.iter().find(|answer| answer["type"] == "error").expect("ten at once are too many");
    assert_eq!((&refused["code"], &refused["retry_after"]), (&json!("rate_limited"), &json!(1)));
}

#[tokio::test]
async fn whoever_missed_the_retry_comes_back_to_the_new_text_and_hears_the_rest() {
    let server = TestServer::start().await;
    let gate = gated(&server, 100);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    let reply = half_a_reply(&mut at_ada, &chat, &gate).await;
    let streaming = |frame: &Value| frame["message_id"] == reply && frame["status"] == "streaming";
    let after = at_ben.wait_for("the reply to be written", streaming).await["seq"].as_i64().unwrap();
    at_ben.cut();
    stop(&mut at_ada, &chat, &reply).await;
    follow(&mut at_ada, &reply, 2).await;
    let gate = gated(&server, 7);
    retry(&mut at_ada, &chat, &reply).await;
    let run = queued_again(&mut at_ada, &reply).await["run"]["id"].clone();
    gate.release(3);
    let mut seen = String::new();
    while seen != numbered_text(3) {
        seen.push_str(at_ada.wait("bot_stream").await["chunk"].as_str().unwrap());
    }

    let mut back = ben.socket().await;
    let joined = back.join_after(&chat, after).await;
    assert_eq!(joined["streams"].as_array().unwrap().len(), 1);
    let stream = &joined["streams"][0];
    assert_eq!((&stream["message_id"], &stream["run_id"]), (&reply, &run));
    assert_eq!(stream["content"], numbered_text(3));
    // Its end, its retry and its new beginning, all three as it is now.
    for seq in after + 1..=after + 3 {
        let frame = back.wait("message_updated").await;
        assert_eq!((frame["seq"].as_i64(), &frame["status"]), (Some(seq), &json!("streaming")));
        assert_eq!(frame["run"]["id"], run);
        assert!(numbered_text(7).starts_with(frame["content"].as_str().unwrap()), "{frame}");
    }
    gate.open();
    let (rest, last) = follow(&mut back, &reply, stream["next_index"].as_u64().unwrap()).await;
    assert_eq!(format!("{}{rest}", numbered_text(3)), numbered_text(7));
    assert_eq!(last["full_response"], numbered_text(7));
}

#[tokio::test]
async fn a_socket_that_lags_behind_a_retry_hears_all_of_the_new_text_and_nothing_more_of_the_old() {
    // A ring of one frame: whatever comes together leaves every socket behind.
    let server = TestServer::with(&["--room-ring=1"]).await;
    let gate = gated(&server, 100);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let settled = |frame: &Value| frame["status"] == "stopped";
    let mut reply = Value::Null;
    for round in 0..5 {
        if round == 0 {
            reply = half_a_reply(&mut socket, &chat, &gate).await;
        } else {
            assert_eq!(retry(&mut socket, &chat, &reply).await["type"], "ack");
            for index in 0..2 {
                gate.release(1);
                let chunk = socket.wait("bot_stream").await;
                assert_eq!((chunk["index"].as_u64(), &chunk["is_complete"]), (Some(index), &json!(false)));
            }
        }
        stop(&mut socket, &chat, &reply).await;
        let frames = socket.until("the end", settled).await;
        let end = frames.last().unwrap();
        let text = if end["type"] == "bot_stream" { &end["full_response"] } else { &end["content"] };
        assert_eq!(*text, numbered_text(2));
        let more = socket.settle().await;
        assert!(more.iter().all(|frame| frame["type"] != "bot_stream"), "{more:#?}");
    }
}

#[tokio::test]
async fn whoever_joins_between_two_runs_is_not_shown_the_text_of_the_first() {
    let server = TestServer::start().await;
    let gate = gated(&server, 3);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    half_a_reply(&mut socket, &chat, &gate).await;
    // The moment in which a retry has been claimed, and the room has not heard of it.
    let tables = server.tables().await;
    let another = match tables.get_database_backend() {
        DbBackend::Sqlite => "randomblob(16)",
        _ => "gen_random_uuid()",
    };
    tables.execute_unprepared(&format!("UPDATE runs SET id = {another}")).await.unwrap();
    assert_eq!(ada.socket().await.join(&chat).await["streams"], json!([]));
}

#[tokio::test]
async fn a_retry_that_waits_survives_a_restart() {
    let mut server = TestServer::with(&["--replies-per-room=1", "--shutdown-grace=0"]).await;
    let gate = gated(&server, 100);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = stopped_half_way(&mut socket, &chat, &gate).await;
    half_a_reply(&mut socket, &chat, &gate).await;
    assert_eq!(retry(&mut socket, &chat, &reply).await["type"], "ack");
    server.standin.play(Script::text("after the restart", 5));
    server.restart().await;
    let ada = ada.at(&server.base);
    let mut socket = ada.socket().await;
    socket.join_after(&chat, 0).await;
    let written = |frame: &Value| {
        frame["message_id"] == reply
            && (frame["content"] == "after the restart" || frame["full_response"] == "after the restart")
    };
    socket.wait_for("the retried reply", written).await;
}
