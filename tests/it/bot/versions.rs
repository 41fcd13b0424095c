//! The texts of a reply, and whose doing each was.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use standin::script::{Script, numbered_text};

use super::{follow, half_a_reply, placeholder};
use crate::support::server::TestServer;

fn path(chat: &str, reply: &Value) -> String {
    format!("/api/chats/{chat}/messages/{}", reply.as_str().unwrap())
}

fn person(id: &str, name: &str) -> Value {
    json!({"id": id, "username": name, "display_name": name})
}

#[tokio::test]
async fn every_version_of_a_reply_is_kept_with_who_had_it_written_and_who_stopped_it() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    let reply = half_a_reply(&mut at_ben, &chat, &gate).await;
    let mut at_ada = ada.socket().await;
    at_ada.send(json!({"type": "stop", "chat_id": chat, "message_id": reply, "ref": "stop"})).await;
    assert_eq!(at_ada.answer("stop").await["type"], "ack");
    let (_, last) = follow(&mut at_ben, &reply, 2).await;
    assert_eq!(last["stopped_by"], person(&ada.id, "ada"));
    server.standin.play(Script::text("second", 10));
    ada.post(&format!("{}/retry", path(&chat, &reply)), json!({})).await.expect(200);
    follow(&mut at_ben, &reply, 0).await;
    // What ended well is written again, too.
    server.standin.play(Script::text("third", 10));
    let again = ben.post(&format!("{}/retry", path(&chat, &reply)), json!({})).await.expect(200);
    assert_eq!(again["run"]["retried_by"], person(&ben.id, "ben"));
    follow(&mut at_ben, &reply, 0).await;

    let versions = cleo.get(&format!("{}/versions", path(&chat, &reply))).await.expect(200);
    let of = |at: usize| {
        let version = &versions[at];
        (version["content"].clone(), version["status"].clone(), version["requested_by"]["username"].clone())
    };
    assert_eq!(versions.as_array().unwrap().len(), 3, "{versions:#}");
    assert_eq!(of(0), (json!(numbered_text(2)), json!("stopped"), json!("ben")));
    assert_eq!(of(1), (json!("second"), json!("complete"), json!("ada")));
    assert_eq!(of(2), (json!("third"), json!("complete"), json!("ben")));
    assert_eq!(versions[0]["run"]["stopped_by"], person(&ada.id, "ada"));
    assert!(versions[1]["run"]["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert!(versions[1]["run"]["model"].is_string() && versions[1]["replaced_at"].is_string());
    assert!(versions[2]["replaced_at"].is_null());
    for version in versions.as_array().unwrap() {
        assert_eq!(version["run"]["asked_by"], ben.id.as_str(), "the question stays its asker's");
    }
    let shown = cleo.get(&path(&chat, &reply)).await.expect(200);
    assert_eq!((&shown["content"], &shown["run"]), (&versions[2]["content"], &versions[2]["run"]));
    let said = ada.say(&chat, "not a reply").await["id"].clone();
    cleo.get(&format!("{}/versions", path(&chat, &said))).await.refused("not_found");
    ada.delete(&path(&chat, &reply)).await.expect(204);
    cleo.get(&format!("{}/versions", path(&chat, &reply))).await.refused("not_found");
}

#[tokio::test]
async fn nobody_edits_what_the_bot_said() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("my own words", 20));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "/bot speak").await;
    let reply = placeholder(&mut socket).await["message_id"].clone();
    follow(&mut socket, &reply, 0).await;
    for client in [&ada, &ben] {
        client.patch(&path(&chat, &reply), json!({"content": "other words"})).await.refused("forbidden");
    }
    assert_eq!(ada.get(&path(&chat, &reply)).await.expect(200)["content"], "my own words");
}

#[tokio::test]
async fn another_permitted_member_stops_a_reply_within_300_ms() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ben.join(&chat).await;
    let reply = half_a_reply(&mut at_ben, &chat, &gate).await;
    let asked = Instant::now();
    at_ada.send(json!({"type": "stop", "chat_id": chat, "message_id": reply})).await;
    let (_, last) = follow(&mut at_ben, &reply, 2).await;
    server.standin.wait_for_aborts(1).await;
    let took = asked.elapsed();
    assert_eq!((&last["status"], &last["full_response"]), (&json!("stopped"), &json!(numbered_text(2))));
    assert!(took <= Duration::from_millis(300), "{took:?}");
}
