//! The WebSocket edge: upgrade, one task a socket, frames in and out.
//!
//! Owns no rules and no fan-out: it calls `domain`, and listens to `hub`.

pub mod activity;
mod connection;
pub mod cursor;
mod dispatch;

use std::sync::Arc;

use axum::extract::ws::WebSocket;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Context};
use crate::hub::Hub;
use crate::hub::people::Connection;

/// How the server's end reaches its sockets.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// The server is about to close: clients are told when to come back.
    pub closing: CancellationToken,
    /// Close now.
    pub close: CancellationToken,
}

/// Serves an opened socket to its end.
pub async fn serve(
    ws: WebSocket,
    cx: Arc<Context>,
    hub: Arc<Hub>,
    actor: Actor,
    connection: Connection,
    lifecycle: Lifecycle,
) {
    connection::Socket::new(ws, cx, hub, actor, connection).run(lifecycle).await;
}
