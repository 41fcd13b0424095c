//! The database away: nothing is acknowledged that is not stored, and service comes back by itself.

use std::time::Duration;

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use standin::script::Script;

use crate::support::client::Socket;
use crate::support::server::TestServer;

fn message(chat: &str, content: &str) -> Value {
    json!({"type": "message", "chat_id": chat, "content": content, "client_id": content, "ref": content})
}

/// Posts until it is acknowledged; every other answer must be `unavailable`.
async fn post_until_acknowledged(socket: &mut Socket, chat: &str, content: &str) -> Value {
    loop {
        socket.send(message(chat, content)).await;
        let answer = socket.answer(content).await;
        if answer["type"] == "ack" {
            return answer;
        }
        assert_eq!(answer["code"], "unavailable", "{answer}");
    }
}

/// What everybody reads, without the system's own messages.
fn texts(history: &[Value]) -> Vec<&str> {
    let said = history.iter().filter(|message| message["kind"] == "text");
    said.map(|message| message["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn while_sqlite_cannot_be_written_nothing_is_acknowledged_and_then_service_returns() {
    let server = TestServer::start().await;
    let tables = server.tables().await;
    if tables.get_database_backend() != sea_orm::DbBackend::Sqlite {
        return;
    }
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let other = tables.begin().await.unwrap();
    other.execute_unprepared("UPDATE chats SET name = 'held'").await.unwrap();
    socket.send(message(&chat, "refused")).await;
    let refusal = socket.answer("refused").await;
    assert_eq!((&refusal["code"], &refusal["retry_after"]), (&json!("unavailable"), &json!(1)));
    other.rollback().await.unwrap();
    post_until_acknowledged(&mut socket, &chat, "accepted").await;
    assert_eq!(texts(&ada.history(&chat).await), ["accepted"]);
    assert_eq!(socket.wait("message").await["content"], "accepted");
}

#[tokio::test]
async fn while_postgresql_is_away_nothing_is_acknowledged_and_then_service_returns() {
    let Some((server, proxy)) = TestServer::with_proxy(&[]).await else { return };
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    post_until_acknowledged(&mut socket, &chat, "before").await;
    proxy.cut();
    socket.send(message(&chat, "refused")).await;
    assert_eq!(socket.answer("refused").await["code"], "unavailable");
    ada.get("/api/chats").await.refused("unavailable");
    proxy.mend();
    post_until_acknowledged(&mut socket, &chat, "after").await;
    assert_eq!(texts(&ada.history(&chat).await), ["before", "after"]);
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_not_acknowledged_but_found_by_its_client_id() {
    let Some((server, proxy)) = TestServer::with_proxy(&[]).await else { return };
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    proxy.swallow_the_next_commits_answer();
    at_ada.send(message(&chat, "in doubt")).await;
    assert_eq!(at_ada.answer("in doubt").await["code"], "unavailable");
    // It is there, so everybody hears of it, though nobody says anything more.
    let heard = at_ben.wait("message").await;
    let again = post_until_acknowledged(&mut at_ada, &chat, "in doubt").await;
    assert_eq!((&again["seq"], &again["duplicate"]), (&heard["seq"], &json!(true)));
    assert_eq!(texts(&ben.history(&chat).await), ["in doubt"]);
}

#[tokio::test]
async fn a_reply_whose_end_is_in_doubt_ends_for_everybody() {
    let Some((server, proxy)) = TestServer::with_proxy(&[]).await else { return };
    let (script, gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot count").await;
    gate.release(1);
    socket.wait("bot_stream").await;
    proxy.swallow_the_next_commits_answer();
    gate.open();
    let last = socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert_eq!(last["status"], "complete");
    assert_eq!(ada.socket().await.join(&chat).await["streams"], json!([]));
}

#[tokio::test]
async fn a_server_whose_database_is_away_closes_all_the_same() {
    let Some((mut server, proxy)) = TestServer::with_proxy(&["--shutdown-grace=0"]).await else { return };
    let (script, gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot count").await;
    gate.release(1);
    socket.wait("bot_stream").await;
    proxy.cut();
    server.stop().await;
}
