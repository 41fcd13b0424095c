//! The bot, as a room sees it.

mod answer;
mod context;
mod failures;
mod interruption;
mod queue;

use serde_json::Value;

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
