//! Says back what it hears, on a socket that is set up like all others: for tests of the wire by those who know nothing
//! of chats. Without the feature `echo`, which no release has, no route leads here.

use axum::extract::ws::{Message, WebSocket};

/// Echoes texts and bytes until the other side ends it.
pub(in crate::socket) async fn serve(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let answered = match message {
            Message::Text(_) | Message::Binary(_) => socket.send(message).await,
            // What the protocol itself asks for is answered below.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Ok(()),
        };
        if answered.is_err() {
            return;
        }
    }
}
