//! Stopping, shutting down, and coming back.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use standin::script::{Script, numbered_text};
use tokio::time::timeout;

use super::{follow, half_a_reply, placeholder};
use crate::support::server::TestServer;

/// Long enough for whatever is not held.
const BRIEFLY: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_stopped_reply_keeps_its_text_and_lets_the_model_go() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let (mut at_ada, mut at_ben, mut at_cleo) = (ada.socket().await, ben.socket().await, cleo.socket().await);
    for socket in [&mut at_ada, &mut at_ben, &mut at_cleo] {
        socket.join(&chat).await;
    }
    at_ben.say(&chat, "/bot count").await;
    let reply = placeholder(&mut at_ben).await["message_id"].clone();
    gate.release(3);
    let mut seen = String::new();
    while seen != numbered_text(3) {
        seen.push_str(at_ben.wait("bot_stream").await["chunk"].as_str().unwrap());
    }
    let stop = json!({"type": "stop", "chat_id": chat, "message_id": reply, "ref": "stop"});
    at_cleo.send(stop.clone()).await;
    assert_eq!(at_cleo.answer("stop").await["code"], "forbidden");
    at_ada.send(stop.clone()).await;
    assert_eq!(at_ada.answer("stop").await["type"], "ack");
    let last = at_ben.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert_eq!((&last["status"], &last["full_response"]), (&json!("stopped"), &json!(seen)));
    assert_eq!(last["detail"], "Stopped by ada.");
    server.standin.wait_for_aborts(1).await;
    at_ben.send(stop).await;
    assert_eq!(at_ben.answer("stop").await["type"], "ack");
}

#[tokio::test]
async fn a_waiting_question_can_be_taken_back() {
    let server = TestServer::with(&["--replies-per-room=1"]).await;
    let (script, gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot one").await;
    let first = placeholder(&mut socket).await["message_id"].clone();
    socket.say(&chat, "/bot two").await;
    let second = placeholder(&mut socket).await["message_id"].clone();
    server.standin.wait_for_requests(1).await;
    socket.send(json!({"type": "stop", "chat_id": chat, "message_id": second, "ref": "stop"})).await;
    assert_eq!(socket.answer("stop").await["type"], "ack");
    assert_eq!(follow(&mut socket, &second, 0).await.1["status"], "stopped");
    gate.open();
    assert_eq!(follow(&mut socket, &first, 0).await.1["status"], "complete");
    assert_eq!(server.standin.requests().len(), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_stops_nothing() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(5, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot count").await;
    let reply = placeholder(&mut socket).await["message_id"].clone();
    server.standin.wait_for_requests(1).await;
    socket.cut();
    gate.open();
    let mut back = ada.socket().await;
    back.join_after(&chat, 0).await;
    let settled = back
        .wait_for("the settled reply", |frame| frame["message_id"] == reply && frame["status"] == "complete")
        .await;
    assert!(settled["content"] == numbered_text(5) || settled["full_response"] == numbered_text(5));
}

#[tokio::test]
async fn after_a_restart_the_written_is_interrupted_and_the_waiting_runs() {
    let mut server = TestServer::with(&["--replies-per-room=1", "--shutdown-grace=0"]).await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot one").await;
    let first = placeholder(&mut socket).await["message_id"].clone();
    gate.release(2);
    let mut seen = String::new();
    while seen != numbered_text(2) {
        seen.push_str(socket.wait("bot_stream").await["chunk"].as_str().unwrap());
    }
    socket.say(&chat, "/bot two").await;
    let second = placeholder(&mut socket).await["message_id"].clone();
    server.standin.play(Script::text("after the restart", 5));
    server.restart().await;

    let ada = ada.at(&server.base);
    let mut socket = ada.socket().await;
    socket.join_after(&chat, 0).await;
    let one = socket
        .wait_for("the interrupted reply", |frame| {
            frame["message_id"] == first && frame["status"] == "interrupted"
        })
        .await;
    assert_eq!((&one["content"], &one["run"]["reason"]), (&json!(seen), &json!("restarted")));
    let two = socket
        .wait_for("the reply that waited", |frame| {
            frame["message_id"] == second && frame["status"] == "complete"
        })
        .await;
    assert!(two["content"] == "after the restart" || two["full_response"] == "after the restart");
}

#[tokio::test]
async fn a_writer_that_lost_its_run_is_not_heard_any_more() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = half_a_reply(&mut socket, &chat, &gate).await;
    // Past the rules, which would have the reply stopped first: the writer learns of it from its next write.
    let tx = server.context().store.begin().await.unwrap();
    let (id, at) = (reply.as_str().unwrap().parse().unwrap(), server.context().clock.now());
    tx.delete_message(chat.parse().unwrap(), id, at).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    socket.wait("message_deleted").await;
    gate.release(2);
    server.standin.wait_for_aborts(1).await;
    let later = socket.settle().await;
    assert!(later.iter().all(|frame| frame["type"] != "bot_stream"), "{later:#?}");
    assert_eq!(ada.socket().await.join(&chat).await["streams"], json!([]));
}

#[tokio::test]
async fn whoever_joins_at_the_very_end_is_not_shown_a_reply_without_one() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(3, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    half_a_reply(&mut socket, &chat, &gate).await;
    // The moment between the commit of an end and the room's hearing of it.
    let tables = server.tables().await;
    tables.execute_unprepared("UPDATE runs SET state = 'done', epoch = epoch + 1").await.unwrap();
    assert_eq!(ada.socket().await.join(&chat).await["streams"], json!([]));
}

#[tokio::test]
async fn a_claim_that_meets_the_shutdown_is_handed_back_and_written_by_the_next_server() {
    let mut server = TestServer::with(&["--shutdown-grace=0"]).await;
    let (script, _gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let (context, id) = (server.context(), chat.parse().unwrap());
    let hold = || async {
        let tx = context.store.begin().await.unwrap();
        tx.lock_chat(id).await.unwrap().unwrap();
        tx
    };
    // The question waits for the first, the second for the question, and the claim for the second.
    let first = hold().await;
    let mut question = std::pin::pin!(ada.say(&chat, "/bot count"));
    timeout(BRIEFLY, &mut question).await.expect_err("the chat is held");
    let mut second = std::pin::pin!(hold());
    timeout(BRIEFLY, &mut second).await.err().expect("the chat is held");
    drop(first);
    let (_, second) = tokio::join!(question, second);
    server.begin_shutdown();
    let mut stopped = Box::pin(server.stop());
    timeout(BRIEFLY, &mut stopped).await.expect_err("the claim is on its way");
    drop(second);
    stopped.await;
    server.standin.play(Script::text("after the restart", 5));
    server.restart().await;
    let ada = ada.at(&server.base);
    let mut socket = ada.socket().await;
    socket.join_after(&chat, 0).await;
    let written = |frame: &Value| {
        frame["content"] == "after the restart" || frame["full_response"] == "after the restart"
    };
    socket.wait_for("the reply", written).await;
}

#[tokio::test]
async fn growing_text_is_stored_once_a_second_and_no_oftener() {
    let server = TestServer::start().await;
    server.standin.play(Script::chunks(120, Duration::from_millis(20)));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let began = Instant::now();
    ada.say(&chat, "/bot count").await;
    let mut stored = std::collections::BTreeSet::new();
    loop {
        let reply = ada.history(&chat).await.pop().unwrap();
        if reply["status"] == "complete" {
            break;
        }
        stored.insert(reply["content"].as_str().unwrap().to_owned());
    }
    stored.remove("");
    assert!(!stored.is_empty(), "nothing was stored on the way");
    assert!(stored.len() as u64 <= began.elapsed().as_secs(), "{} in {:?}", stored.len(), began.elapsed());
    assert!(stored.iter().all(|text| numbered_text(120).starts_with(text.as_str())));
}
