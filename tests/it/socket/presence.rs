//! Who is there, who types, and what those hear who are not there.

use serde_json::json;

use crate::support::server::TestServer;

#[tokio::test]
async fn a_person_is_present_once_however_many_tabs() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    let (mut tab, mut other_tab) = (ben.socket().await, ben.socket().await);
    tab.join(&chat).await;
    let joined = other_tab.join(&chat).await;
    let mut online: Vec<_> =
        joined["online"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    online.sort_unstable();
    let mut both = [ada.id.as_str(), ben.id.as_str()];
    both.sort_unstable();
    assert_eq!(online, both);

    tab.cut();
    other_tab.send(json!({"type": "leave", "chat_id": chat, "ref": "bye"})).await;
    assert_eq!(other_tab.answer("bye").await["type"], "ack");
    let frames = at_ada.until("ben to leave", |frame| frame["type"] == "user_left").await;
    // News of the chat from before she joined may come in between.
    let presence: Vec<_> = frames.iter().filter(|frame| frame["type"] != "chat_activity").collect();
    let kinds: Vec<_> = presence.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user_joined", "user_left"]);
    assert_eq!(presence[0]["username"], "ben");
}

#[tokio::test]
async fn typing_is_passed_on_to_others_once_a_second() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    for _ in 0..5 {
        at_ben.send(json!({"type": "typing", "chat_id": chat})).await;
    }
    let own = at_ben.settle().await;
    assert!(own.iter().all(|frame| frame["type"] != "typing"), "{own:?}");
    at_ada.wait("typing").await;
    let more = at_ada.settle().await;
    assert!(more.iter().all(|frame| frame["type"] != "typing"), "{more:?}");
}

#[tokio::test]
async fn typing_is_passed_on_once_a_second_however_many_sockets_type() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    let (mut one, mut other) = (ben.socket().await, ben.socket().await);
    for socket in [&mut one, &mut other] {
        for _ in 0..3 {
            socket.send(json!({"type": "typing", "chat_id": chat})).await;
        }
        socket.settle().await;
    }
    let heard = at_ada.settle().await;
    assert_eq!(heard.iter().filter(|frame| frame["type"] == "typing").count(), 1, "{heard:?}");
}

#[tokio::test]
async fn news_of_a_chat_never_bring_a_deleted_text() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    ada.say(&chat, "first").await;
    // Within the second after the news of the first.
    let gone = ada.say(&chat, "secret").await;
    ada.delete(&format!("/api/chats/{chat}/messages/{}", gone["id"].as_str().unwrap())).await.expect(204);
    let head = gone["seq"].as_i64().unwrap() + 1;
    let news = at_ben
        .until("news of the deletion", |frame| frame["type"] == "chat_activity" && frame["head_seq"] == head)
        .await;
    assert_eq!(news.last().unwrap()["preview"]["content"], "");
}

#[tokio::test]
async fn whoever_has_not_joined_learns_that_a_chat_went_on() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let mut at_ben = ben.socket().await;
    let chat = ada.group(&[&ben]).await;
    assert_eq!(at_ben.wait("chat_invite").await["chat"]["id"], chat.as_str());
    let said = ada.say(&chat, "are you there?").await;
    let notice = at_ben
        .wait_for("news of the chat", |frame| {
            frame["type"] == "chat_activity" && frame["head_seq"] == said["seq"]
        })
        .await;
    assert_eq!(notice["preview"]["content"], "are you there?");
    assert_eq!(notice["chat_id"], chat.as_str());
}

#[tokio::test]
async fn read_positions_are_seen_by_all_and_only_go_forward() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let said = ada.say(&chat, "read me").await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    at_ben.send(json!({"type": "read", "chat_id": chat, "last_read_seq": 1_000_000, "ref": "r"})).await;
    assert_eq!(at_ben.answer("r").await["type"], "ack");
    let read = at_ada.wait("read").await;
    assert_eq!((&read["user_id"], &read["last_read_seq"]), (&json!(ben.id), &said["seq"]));
    at_ben.send(json!({"type": "read", "chat_id": chat, "last_read_seq": 1, "ref": "back"})).await;
    at_ben.answer("back").await;
    let receipts = ada.get(&format!("/api/chats/{chat}/read-receipts")).await.expect(200);
    let of_ben = receipts.as_array().unwrap().iter().find(|receipt| receipt["username"] == "ben").unwrap();
    assert_eq!(of_ben["last_read_seq"], said["seq"]);
}
