//! Several questions at once: two side by side, the others in order, and everybody sees it.

use std::time::Duration;

use serde_json::{Value, json};
use standin::script::Script;

use super::follow;
use crate::support::server::TestServer;

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["message_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_replies_are_written_side_by_side_and_the_rest_wait_in_order() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(3, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    let mut replies = Vec::new();
    for n in 0..4 {
        let asker = if n % 2 == 0 { &mut at_ada } else { &mut at_ben };
        asker.say(&chat, &format!("/bot question {n}")).await;
        let reply = at_ben.wait_for("a placeholder", |f| f["type"] == "message" && f["is_bot"] == true).await;
        replies.push(reply["message_id"].clone());
    }
    let expected: Vec<&str> = replies.iter().map(|id| id.as_str().unwrap()).collect();
    for socket in [&mut at_ada, &mut at_ben] {
        let queue = socket
            .wait_for("two running and two waiting", |frame| {
                frame["type"] == "bot_queue"
                    && ids(&frame["running"]).len() == 2
                    && ids(&frame["waiting"]).len() == 2
            })
            .await;
        assert_eq!(ids(&queue["running"]), expected[..2]);
        assert_eq!(ids(&queue["waiting"]), expected[2..]);
        assert_eq!(queue["waiting"][0]["position"], 1);
        assert_eq!(queue["waiting"][1]["asked_by"], ben.id.as_str());
    }
    server.standin.wait_for_requests(2).await;
    let late = ben.socket().await.join(&chat).await;
    assert_eq!(late["type"], "joined");
    gate.open();
    for reply in &replies {
        assert_eq!(follow(&mut at_ada, reply, 0).await.1["status"], "complete");
    }
    assert_eq!(server.standin.requests().len(), 4);
    assert_eq!(server.standin.max_open_streams(), 2);
    let empty = at_ben
        .wait_for("an empty queue", |frame| frame["type"] == "bot_queue" && frame["running"] == json!([]))
        .await;
    assert_eq!(empty["waiting"], json!([]));
}
