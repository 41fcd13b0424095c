//! What one wants of a chat, for oneself.

use serde_json::{Value, json};

use crate::support::server::TestServer;

#[tokio::test]
async fn a_notification_level_is_ones_own_and_stands_wherever_the_chat_does() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let id = ada.group(&[&ben]).await;
    let chat = format!("/api/chats/{id}");
    for level in ["mentions", "none", "all", "none"] {
        let set = ben.patch(&format!("{chat}/me"), json!({"notify": level})).await.expect(200);
        assert_eq!(
            (&set["id"], &set["notify"], &set["my_role"]),
            (&json!(id), &json!(level), &json!("member"))
        );
        assert_eq!(ben.get(&chat).await.expect(200), set);
        assert_eq!(ben.get("/api/chats").await.expect(200)[0]["notify"], level);
        assert_eq!(ada.get(&chat).await.expect(200)["notify"], "all");
    }
    assert_eq!(ben.patch(&format!("{chat}/me"), json!({})).await.expect(200)["notify"], "none");
    for wrong in [json!({"notify": "loud"}), json!([])] {
        ben.patch(&format!("{chat}/me"), wrong).await.refused("validation_failed");
    }
    assert_eq!(ada.patch(&chat, json!({"name": "Trips"})).await.expect(200)["notify"], "all");
    // Whoever comes back begins anew.
    ada.delete(&format!("{chat}/participants/{}", ben.id)).await.expect(204);
    ben.patch(&format!("{chat}/me"), json!({"notify": "all"})).await.refused("not_found");
    ada.post(&format!("{chat}/invite"), json!({"username": "ben"})).await.expect(201);
    assert_eq!(ben.get(&chat).await.expect(200)["notify"], "all");
}

#[tokio::test]
async fn a_notification_level_reaches_all_of_ones_own_sockets_and_nobody_elses() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut joined, mut elsewhere, mut at_ada) =
        (ben.socket().await, ben.socket().await, ada.socket().await);
    joined.join(&chat).await;
    at_ada.join(&chat).await;
    ben.patch(&format!("/api/chats/{chat}/me"), json!({"notify": "mentions"})).await.expect(200);
    for socket in [&mut joined, &mut elsewhere] {
        let told = socket.wait("chat_preferences").await;
        assert_eq!(told, json!({"type": "chat_preferences", "chat_id": chat, "notify": "mentions"}));
    }
    let heard: Vec<Value> = at_ada.settle().await;
    assert!(heard.iter().all(|frame| frame["type"] != "chat_preferences"), "{heard:#?}");
}
