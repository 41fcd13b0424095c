//! The bot, as a room sees it.

mod answer;
mod context;
mod continuing;
mod failures;
mod interruption;
mod providers;
mod queue;
mod retry;
pub(crate) mod usage;
mod versions;

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
