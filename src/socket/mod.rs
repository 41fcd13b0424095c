//! The WebSocket edge: upgrade, one task a socket, frames in and out.
//!
//! Owns no rules and no fan-out: it calls `domain`, and listens to `hub`.

pub mod activity;
mod alarms;
mod bell;
mod connection;
pub mod cursor;
pub mod dispatch;
mod echo;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use axum::routing::get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::error::Error;
use crate::domain::{Actor, Context};
use crate::http::caller::{Caller, OriginVerdict};
use crate::http::error::Failure;
use crate::http::extract::SocketActor;
use crate::http::state::Http;
use crate::hub::Hub;
use crate::socket::connection::Socket;

/// The library's defaults would cost every idle socket more than 100 kB. What people write mostly fits into this, and
/// what is longer is read in more turns.
const READ_BUFFER: usize = 1024;
const WRITE_BUFFER: usize = 16 * 1024;
/// More than one batch of frames can hold, as a batch is flushed when it is large.
const MOST_BUFFERED: usize = 32 * 1024 * 1024;

/// How the server's end reaches its sockets.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// The server is about to close: clients are told when to come back.
    pub closing: CancellationToken,
    /// Close now.
    pub close: CancellationToken,
}

/// What every socket is given.
pub struct Sockets {
    pub cx: Arc<Context>,
    pub hub: Arc<Hub>,
    pub lifecycle: Lifecycle,
    /// Where every socket's task is registered, so that the shutdown can wait for it.
    pub tracker: TaskTracker,
}

/// The route of the sockets, to stand beside those of REST.
pub fn routes(sockets: Sockets) -> Router<Http> {
    let frame_bytes = sockets.cx.limits.frame_bytes;
    let sockets = Arc::new(sockets);
    let upgrade = move |caller: Caller, SocketActor(actor): SocketActor, upgrade: WebSocketUpgrade| {
        std::future::ready(open(&sockets, &caller, actor, upgrade))
    };
    let router = Router::new().route("/ws", get(upgrade));
    if !cfg!(feature = "echo") {
        return router;
    }
    let echo = async move |upgrade: WebSocketUpgrade| bounded(upgrade, frame_bytes).on_upgrade(echo::serve);
    router.route("/echo", get(echo))
}

fn bounded(upgrade: WebSocketUpgrade, frame_bytes: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MOST_BUFFERED)
        .max_frame_size(frame_bytes)
        .max_message_size(frame_bytes)
}

fn open(
    sockets: &Arc<Sockets>,
    caller: &Caller,
    actor: Actor,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Failure> {
    if caller.origin == OriginVerdict::Foreign {
        return Err(Error::Forbidden("pages of this origin may not open a socket: see CORS_ORIGINS").into());
    }
    let limits = &sockets.cx.limits;
    let connection = sockets
        .hub
        .connect(actor.user.id, actor.session_id, limits.sockets_per_person)
        .map_err(|_| Error::RateLimited { retry_after: Duration::from_secs(5) })?;
    let frame_bytes = limits.frame_bytes;
    let sockets = Arc::clone(sockets);
    Ok(bounded(upgrade, frame_bytes).on_upgrade(move |ws| {
        let Sockets { cx, hub, lifecycle, tracker } = &*sockets;
        let mut socket = Socket::new(ws, Arc::clone(cx), Arc::clone(hub), actor, connection);
        let lifecycle = lifecycle.clone();
        // Put together before the task begins: as its arguments, all of it would be held twice by each idle socket.
        tracker.track_future(async move { socket.run(&lifecycle).await })
    }))
}
