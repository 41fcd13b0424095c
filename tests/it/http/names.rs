//! One name for one person: who is named to people is named by what they call themselves, everywhere.

use std::time::Duration;

use serde_json::{Value, json};
use standin::script::Script;

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

async fn lovelace(server: &TestServer) -> (Client, Value) {
    let ada = server.person("ada").await;
    ada.patch("/api/auth/me", json!({"display_name": "Ada Lovelace"})).await.expect(200);
    let named = json!({"id": ada.id, "username": "ada", "display_name": "Ada Lovelace"});
    (ada, named)
}

#[tokio::test]
async fn whoever_is_named_beside_a_username_is_named_as_they_call_themselves() {
    let server = TestServer::start().await;
    let (ada, named) = lovelace(&server).await;
    let ben = server.person("ben").await;
    let chat = ada.group(&[&ben]).await;
    let private = json!({"kind": "private", "participant_usernames": ["ada"]});
    let private = ben.post("/api/chats", private).await.expect(201)["id"].clone();
    let list = ben.get("/api/chats").await.expect(200);
    let shown = list.as_array().unwrap().iter().find(|one| one["id"] == private).unwrap();
    assert_eq!(shown["peer"], named);

    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    assert_eq!(at_ben.wait("user_joined").await["display_name"], "Ada Lovelace");
    at_ada.send(json!({"type": "typing", "chat_id": chat})).await;
    assert_eq!(at_ben.wait("typing").await["display_name"], "Ada Lovelace");
    at_ada.say(&chat, "hello").await;
    assert_eq!(at_ben.wait("message").await["display_name"], "Ada Lovelace");
    assert_eq!(ben.history(&chat).await.last().unwrap()["display_name"], "Ada Lovelace");
    ada.patch(&format!("/api/chats/{chat}"), json!({"name": "Trips"})).await.expect(200);
    let renamed = at_ben.wait("chat_updated").await;
    assert_eq!((&renamed["by"], &renamed["message"]["data"]["by"]), (&named, &named));

    let link = ada.post(&format!("/api/chats/{chat}/invite-links"), json!({})).await.expect(201);
    assert_eq!(link["created_by"], named);
    let code = link["code"].as_str().unwrap();
    let look = Client::anonymous(&server.base).get(&format!("/api/invite-links/{code}")).await.expect(200);
    assert_eq!(look["invited_by"], named);
}

#[tokio::test]
async fn an_open_socket_speaks_under_a_new_name_at_once() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ben.join(&chat).await;
    at_ada.join(&chat).await;
    ada.patch("/api/auth/me", json!({"display_name": "Ada Lovelace"})).await.expect(200);
    at_ada.wait("user_updated").await;
    at_ada.send(json!({"type": "typing", "chat_id": chat})).await;
    assert_eq!(at_ben.wait("typing").await["display_name"], "Ada Lovelace");
}

#[tokio::test]
async fn a_preview_names_its_author_and_says_what_a_system_message_reports() {
    let server = TestServer::start().await;
    let (ada, named) = lovelace(&server).await;
    let ben = server.person("ben").await;
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    ada.patch(&format!("/api/chats/{chat}"), json!({"name": "Trips"})).await.expect(200);
    let said = ada.say(&chat, "hello").await;
    let heard = at_ben.wait_for("the news", |frame| frame["preview"]["seq"] == said["seq"]).await;
    assert_eq!(heard["preview"]["display_name"], "Ada Lovelace");
    assert_eq!(heard["preview"].get("data"), None);
    let list = ben.get("/api/chats").await.expect(200);
    assert_eq!(list[0]["last_message"], heard["preview"]);

    ada.patch(&format!("/api/chats/{chat}"), json!({"name": "Journeys"})).await.expect(200);
    let last = ben.get("/api/chats").await.expect(200)[0]["last_message"].clone();
    assert_eq!(last["data"], json!({"type": "chat_renamed", "name": "Journeys", "by": named}));
}

#[tokio::test]
async fn a_preview_tells_a_deleted_message_from_a_reply_without_a_word() {
    let server = TestServer::start().await;
    let (script, _gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, _) = lovelace(&server).await;
    let ben = server.person("ben").await;
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    at_ada.join(&chat).await;
    at_ada.say(&chat, "/bot count").await;
    let reply = at_ada.wait_for("the reply", |frame| frame["is_bot"] == true).await["message_id"].clone();
    at_ada.send(json!({"type": "stop", "chat_id": chat, "message_id": reply})).await;
    let end = at_ada.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert_eq!((&end["full_response"], &end["detail"]), (&json!(""), &json!("Stopped by Ada Lovelace.")));
    let last = || async { ada.get("/api/chats").await.expect(200)[0]["last_message"].clone() };
    let stopped = last().await;
    assert_eq!((&stopped["status"], &stopped["display_name"]), (&json!("stopped"), &json!("Gemini")));
    assert_eq!((&stopped["content"], stopped.get("deleted_at")), (&json!(""), None));

    let said = ada.say(&chat, "regretted").await;
    let path = format!("/api/chats/{chat}/messages/{}", said["id"].as_str().unwrap());
    ada.delete(&path).await.expect(204);
    let deleted = last().await;
    assert_eq!((&deleted["content"], deleted["deleted_at"].is_string()), (&json!(""), true));
}

#[tokio::test]
async fn what_was_reported_before_there_were_display_names_is_still_read() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let tables = server.tables().await;
    let written = json!({"type": "chat_created", "by": {"id": ada.id, "username": "ada"}});
    let change = format!("UPDATE messages SET data = '{written}' WHERE kind = 'system'");
    sea_orm::ConnectionTrait::execute_unprepared(&tables, &change).await.unwrap();
    let by = json!({"id": ada.id, "username": "ada", "display_name": "ada"});
    assert_eq!(ada.history(&chat).await[0]["data"]["by"], by);
    assert_eq!(ada.get("/api/chats").await.expect(200)[0]["last_message"]["data"]["by"], by);
}

#[tokio::test]
async fn nobody_can_pass_for_the_bot() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let account = |username: &str, display_name: Value| {
        json!({
            "username": username, "email": "eve@example.org", "password": PASSWORD, "display_name": display_name,
        })
    };
    for (body, field) in [
        (account("eve", json!("Gemini")), "display_name"),
        (account("eve", json!(" \u{ff27}EMINI\u{2003}")), "display_name"),
        (account("eve", json!("Gem\u{ad}ini")), "display_name"),
        (account("gemini", Value::Null), "username"),
    ] {
        let refusal = nobody.post("/api/auth/register", body).await.refused("validation_failed");
        assert_eq!(refusal["errors"], json!([{"field": field, "message": "is the bot's name"}]));
    }
    let eve = server.person("eve").await;
    let refusal =
        eve.patch("/api/auth/me", json!({"display_name": "gemini"})).await.refused("validation_failed");
    assert_eq!(refusal["errors"][0]["field"], "display_name");
    assert_eq!(eve.get("/api/auth/me").await.expect(200)["display_name"], "eve");
}
