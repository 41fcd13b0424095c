//! The bot, as a room sees it.

mod agents;
mod answer;
mod context;
mod continuing;
mod failures;
mod interruption;
mod manners;
mod providers;
mod queue;
mod retry;
mod summary;
pub(crate) mod usage;
mod versions;
mod wire;

use serde_json::Value;
use standin::script::{Gate, numbered_text};

use crate::support::client::Socket;

/// Reads a reply to its end: its chunks put together, and the last frame. Fails on a hole in the index.
async fn follow(socket: &mut Socket, message_id: &Value, from: u64) -> (String, Value) {
    let mut text = String::new();
    let mut next = from;
    loop {
        let frame = socket
            .wait_for("the reply's next chunk", |frame| {
                frame["type"] == "bot_stream" && frame["message_id"] == *message_id
            })
            .await;
        if frame["is_complete"] == true {
            return (text, frame);
        }
        assert_eq!(frame["index"].as_u64(), Some(next), "{frame}");
        next += 1;
        text.push_str(frame["chunk"].as_str().unwrap());
    }
}

/// The placeholder that the next question gets.
async fn placeholder(socket: &mut Socket) -> Value {
    socket.wait_for("a placeholder", |frame| frame["type"] == "message" && frame["is_bot"] == true).await
}

/// Asks the bot and waits until two of its chunks were seen; the reply's id.
async fn half_a_reply(socket: &mut Socket, chat: &str, gate: &Gate) -> Value {
    socket.say(chat, "/bot count").await;
    let reply = placeholder(socket).await["message_id"].clone();
    gate.release(2);
    let mut seen = String::new();
    while seen != numbered_text(2) {
        seen.push_str(socket.wait("bot_stream").await["chunk"].as_str().unwrap());
    }
    reply
}

/// What a captured request shows, in order: each part's role and text.
fn parts(request: &Value) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    for content in request["contents"].as_array().unwrap() {
        for part in content["parts"].as_array().unwrap() {
            parts.push((
                content["role"].as_str().unwrap().to_owned(),
                part["text"].as_str().unwrap().to_owned(),
            ));
        }
    }
    parts
}

/// Who says what in a captured request: the model's own turns are `model`'s, a summary is nobody's.
fn conversation(request: &Value) -> Vec<(String, String)> {
    let said = |(role, text): (String, String)| match role.as_str() {
        "model" => (role, text),
        _ => {
            let spoken: Value = serde_json::from_str(&text).unwrap();
            let text = |field: &str| spoken[field].as_str().unwrap_or_default().to_owned();
            if spoken.get("from").is_some() {
                (text("from"), text("text"))
            } else {
                (String::new(), text("summary"))
            }
        }
    };
    parts(request).into_iter().map(said).collect()
}

/// The instruction that a captured request stands under.
fn instruction(request: &Value) -> &str {
    request["systemInstruction"]["parts"][0]["text"].as_str().unwrap()
}

/// Waits until so many replies have ended; their messages, in the order of their places.
async fn replies(socket: &mut Socket, count: usize) -> Vec<Value> {
    let mut ended = Vec::new();
    while ended.len() < count {
        ended.push(socket.wait_for("a reply's end", |frame| frame["is_complete"] == true).await);
    }
    ended
}
