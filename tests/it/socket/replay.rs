//! Catching up: each number once and in order, as things are now, or an honest `reset`.

use std::time::Duration;

use gemini_coop::bus::Envelope;
use gemini_coop::protocol::{Queue, Signal};
use serde_json::json;
use standin::script::Script;

use crate::support::server::TestServer;

#[tokio::test]
async fn whoever_comes_back_gets_everything_since_once_and_in_order() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    let head = at_ben.join(&chat).await["head_seq"].as_i64().unwrap();
    at_ben.cut();
    for n in 0..20 {
        ada.say(&chat, &format!("missed {n}")).await;
    }
    let mut back = ben.socket().await;
    let joined = back.join_after(&chat, head).await;
    assert_eq!((&joined["reset"], joined["head_seq"].as_i64()), (&json!(false), Some(head + 20)));
    ada.say(&chat, "live again").await;
    for n in 0..=20 {
        let frame = back.wait("message").await;
        assert_eq!(frame["seq"].as_i64(), Some(head + 1 + n));
    }
}

#[tokio::test]
async fn an_earlier_or_deleted_text_never_comes_back() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let edited = ada.say(&chat, "secret one").await;
    let deleted = ada.say(&chat, "secret two").await;
    let path = |message: &serde_json::Value| {
        format!("/api/chats/{chat}/messages/{}", message["id"].as_str().unwrap())
    };
    ada.patch(&path(&edited), json!({"content": "harmless"})).await.expect(200);
    ada.delete(&path(&deleted)).await.expect(204);
    let mut socket = ada.socket().await;
    let joined = socket.join_after(&chat, 0).await;
    let head = joined["head_seq"].clone();
    let frames = socket.until("the head", |frame| frame["seq"] == head).await;
    let text = serde_json::to_string(&frames).unwrap();
    assert!(!text.contains("secret"), "{text}");
    let seqs: Vec<_> = frames.iter().filter_map(|frame| frame["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=head.as_i64().unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_too_far_back_or_from_the_future_is_reset() {
    let server = TestServer::with(&["--replay-events=10"]).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    for n in 0..12 {
        ada.say(&chat, &format!("{n}")).await;
    }
    for (after, reset) in [(1, true), (3, false), (13, false), (14, true), (-5, true)] {
        let mut socket = ada.socket().await;
        let joined = socket.join_after(&chat, after).await;
        assert_eq!(joined["reset"], reset, "after {after}");
        let replayed = socket.settle().await.iter().filter(|frame| frame["seq"].is_i64()).count();
        assert_eq!(replayed as i64, if reset { 0 } else { 13 - after }, "after {after}");
    }
}

#[tokio::test]
async fn a_socket_that_lags_is_served_from_the_log() {
    // A ring of one frame: every burst leaves every socket behind.
    let server =
        TestServer::with(&["--room-ring=1", "--messages-per-second=100000", "--messages-burst=100000"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    let head = at_ben.join(&chat).await["head_seq"].as_i64().unwrap();
    for n in 0..400 {
        at_ada.send(json!({"type": "message", "chat_id": chat, "content": format!("{n}")})).await;
    }
    for n in 0..400_i64 {
        let frame = at_ben.wait("message").await;
        assert_eq!(frame["seq"].as_i64(), Some(head + 1 + n));
    }
    assert!(at_ben.settle().await.iter().all(|frame| frame["type"] != "message"));
}

#[tokio::test]
async fn joining_again_and_again_while_people_talk_loses_and_repeats_nothing() {
    let server = TestServer::with(&["--messages-per-second=100000", "--messages-burst=100000"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ada = ada.socket().await;
    let mut cursor = at_ada.join(&chat).await["head_seq"].as_i64().unwrap();
    let talk = tokio::spawn({
        let chat = chat.clone();
        async move {
            for n in 0..300 {
                at_ada.say(&chat, &format!("{n}")).await;
            }
        }
    });
    let end = cursor + 300;
    let mut seen = Vec::new();
    while cursor < end {
        let mut socket = ben.socket().await;
        socket.join_after(&chat, cursor).await;
        for _ in 0..(end - cursor).min(17) {
            cursor = socket.wait("message").await["seq"].as_i64().unwrap();
            seen.push(cursor);
        }
        socket.cut();
    }
    talk.await.unwrap();
    assert_eq!(seen, (end - 299..=end).collect::<Vec<_>>());
}

#[tokio::test]
async fn whoever_lags_too_far_behind_is_told_to_join_again_and_hears_nothing_until_then() {
    let limits =
        ["--room-ring=1", "--replay-events=5", "--messages-per-second=100000", "--messages-burst=100000"];
    let server = TestServer::with(&limits).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    let head = at_ben.join(&chat).await["head_seq"].as_i64().unwrap();
    // One transaction of many changes: they come out at once, and only the last is still in the ring.
    let (context, id) = (server.context(), chat.parse().unwrap());
    let first = ada.say(&chat, "0").await;
    at_ben.wait("message").await;
    let tx = context.store.begin().await.unwrap();
    for n in 1..=200 {
        let message = first["id"].as_str().unwrap().parse().unwrap();
        tx.edit_message(id, message, &n.to_string(), context.clock.now()).await.unwrap().unwrap();
    }
    tx.commit().await.unwrap();
    let frames = at_ben.until("a resync", |frame| frame["type"] == "resync").await;
    let after = frames.last().unwrap()["after"].as_i64().unwrap();
    let heard: Vec<i64> = frames.iter().filter_map(|frame| frame["seq"].as_i64()).collect();
    assert_eq!(heard, (head + 2..=after).collect::<Vec<_>>());
    ada.say(&chat, "unheard").await;
    let later = at_ben.settle().await;
    assert!(later.iter().all(|frame| !frame["seq"].is_i64()), "{later:#?}");
    assert_eq!(at_ben.join_after(&chat, after).await["reset"], true);
    ada.say(&chat, "heard").await;
    assert_eq!(at_ben.wait("message").await["content"], "heard");
}

#[tokio::test]
async fn a_socket_that_lags_behind_a_reply_still_gets_each_of_its_chunks_once() {
    let server = TestServer::with(&["--room-ring=1"]).await;
    let (script, gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    ada.say(&chat, "/bot count").await;
    gate.release(1);
    let first = socket.wait("bot_stream").await;
    // All at once, as a slow socket would find them: in the ring is only a frame that shows no hole.
    let (chat_id, message_id) =
        (chat.parse().unwrap(), first["message_id"].as_str().unwrap().parse().unwrap());
    let run_id = server.context().store.run_of(chat_id, message_id).await.unwrap().unwrap().id;
    for index in 1..=50 {
        let signal = Signal::Chunk { message_id, run_id, index, chunk: format!("{index} ") };
        server.context().bus.publish(&Envelope::Signal { chat_id, signal, except: None });
    }
    let queue = Signal::Queue(Queue::default());
    server.context().bus.publish(&Envelope::Signal { chat_id, signal: queue, except: None });
    for index in 1..=50_u64 {
        let chunk = socket.wait("bot_stream").await;
        assert_eq!((chunk["index"].as_u64(), &chunk["chunk"]), (Some(index), &json!(format!("{index} "))));
    }
}
