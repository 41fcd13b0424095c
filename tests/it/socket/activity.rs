//! What those hear of a chat who have not joined it, and whether it concerns them.

use serde_json::{Value, json};
use standin::script::Script;

use crate::support::client::Socket;
use crate::support::server::TestServer;

/// The news of a chat up to this number.
async fn news(socket: &mut Socket, chat: &str, head: &Value) -> Vec<Value> {
    let frames = socket
        .until("news of the chat", |frame| frame["type"] == "chat_activity" && frame["head_seq"] == *head)
        .await;
    let is_news = |frame: &Value| frame["type"] == "chat_activity" && frame["chat_id"] == chat;
    frames.into_iter().filter(is_news).collect()
}

fn mentions(news: &[Value]) -> usize {
    news.iter().filter(|frame| frame["mention"] == true).count()
}

#[tokio::test]
async fn whoever_was_named_hears_so_once_even_if_others_spoke_within_the_same_second() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let mut sockets = [ada.socket().await, ben.socket().await, cleo.socket().await];
    let named = ada.say(&chat, "quick").await["seq"].clone();
    assert_eq!(mentions(&news(&mut sockets[1], &chat, &named).await), 0);
    // Within the second after that news.
    ada.say(&chat, "look here, @Ben. And @ada, of course, and mail@cleo").await;
    let last = ada.say(&chat, "never mind").await["seq"].clone();
    let [at_ada, at_ben, at_cleo] = &mut sockets;
    let at_bens = news(at_ben, &chat, &last).await;
    assert_eq!(mentions(&at_bens), 1, "{at_bens:#?}");
    assert_eq!(at_bens.last().unwrap()["preview"]["content"], "never mind");
    for other in [at_ada, at_cleo] {
        let heard = news(other, &chat, &last).await;
        assert!(heard.iter().all(|frame| frame.get("mention").is_none()), "{heard:#?}");
    }
    let quiet = ada.say(&chat, "nobody in particular, @nobody").await;
    assert_eq!(mentions(&news(at_ben, &chat, &quiet["seq"]).await), 0);
    // Naming somebody afterwards calls nobody.
    let path = format!("/api/chats/{chat}/messages/{}", quiet["id"].as_str().unwrap());
    let edited = ada.patch(&path, json!({"content": "@ben"})).await.expect(200);
    assert_eq!(mentions(&news(at_ben, &chat, &edited["updated_seq"]).await), 0);
}

#[tokio::test]
async fn whoever_asked_hears_that_the_answer_is_there_and_nobody_else() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("the answer, @cleo", 40));
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let mut sockets = [ben.socket().await, ada.socket().await, cleo.socket().await];
    ben.say(&chat, "/bot answer").await;
    for (socket, mentioned) in sockets.iter_mut().zip([1, 0, 1]) {
        let frames =
            socket.until("the answer", |frame| frame["preview"]["content"] == "the answer, @cleo").await;
        assert_eq!(mentions(&frames), mentioned, "{frames:#?}");
        let last = frames.last().unwrap();
        assert_eq!(last["preview"]["asked_by"], ben.id.as_str());
        assert_eq!(last["mention"].is_null(), mentioned == 0);
    }
    let list = ada.get("/api/chats").await.expect(200);
    assert_eq!(list[0]["last_message"]["asked_by"], ben.id.as_str());
    ada.say(&chat, "thanks").await;
    let list = ada.get("/api/chats").await.expect(200);
    assert!(list[0]["last_message"].get("asked_by").is_none());
}

#[tokio::test]
async fn a_retried_reply_of_long_ago_is_not_shown_as_the_latest_message() {
    let server = TestServer::with(&["--gemini-retries=0"]).await;
    server.standin.play(Script::synthetic("500"));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    at_ada.say(&chat, "/bot fail").await;
    let is_end = |frame: &Value| frame["is_complete"] == true;
    let reply = at_ada.wait_for("the end", is_end).await["message_id"].clone();
    let mut at_ben = ben.socket().await;
    let said = ada.say(&chat, "well?").await;
    news(&mut at_ben, &chat, &said["seq"]).await;
    server.standin.play(Script::text("better late", 40));
    // All within the second after that news.
    let latest = ada.say(&chat, "again").await;
    let path = format!("/api/chats/{chat}/messages/{}/retry", reply.as_str().unwrap());
    ada.post(&path, json!({})).await.expect(200);
    let end = at_ada.wait_for("the end of the retry", is_end).await["seq"].clone();
    let heard = news(&mut at_ben, &chat, &end).await;
    let shown = heard.iter().filter_map(|frame| frame["preview"]["seq"].as_i64()).max();
    assert_eq!(shown, latest["seq"].as_i64());
}
