//! The bare relay: what anybody pays who passes messages on over WebSockets, and with a database what durability costs on
//! top. It knows no accounts, no rights and no history; the server is measured against it.
//!
//! `GET /ws?room=N` joins a room. Each text message goes to everybody in the room as it came, the sender included. With
//! a database it is committed first, in groups: while one transaction is written, the next one gathers.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use anyhow::Result;
use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use clap::{Parser, ValueEnum};
use futures_util::{SinkExt, StreamExt};
use rusqlite::Connection;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

// The server's own, so that the two differ in what they do and not in how they allocate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Posts in a transaction at most.
const GROUP: usize = 1_000;

/// Passes messages on and does nothing else
#[derive(Parser)]
struct Options {
    #[arg(long)]
    port: u16,
    /// Keeps each message in this SQLite database before it is passed on
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Synchronous::Full)]
    synchronous: Synchronous,
}

#[derive(Clone, Copy, ValueEnum)]
enum Synchronous {
    Full,
    Normal,
}

struct Post {
    room: u32,
    text: Utf8Bytes,
}

#[derive(Clone, Default)]
struct Relay {
    rooms: Arc<Mutex<HashMap<u32, Vec<UnboundedSender<Utf8Bytes>>>>>,
    store: Option<mpsc::Sender<Post>>,
}

impl Relay {
    fn join(&self, room: u32) -> UnboundedReceiver<Utf8Bytes> {
        let (sender, receiver) = unbounded_channel();
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).entry(room).or_default().push(sender);
        receiver
    }

    fn post(&self, post: Post) {
        match &self.store {
            // The writer ends only with the process.
            Some(store) => drop(store.send(post)),
            None => self.deliver(&post),
        }
    }

    fn deliver(&self, post: &Post) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(members) = rooms.get_mut(&post.room) {
            members.retain(|member| member.send(post.text.clone()).is_ok());
        }
    }

    fn write(&self, mut database: Connection, posts: &mpsc::Receiver<Post>) -> Result<()> {
        while let Ok(first) = posts.recv() {
            let group: Vec<Post> = std::iter::once(first).chain(posts.try_iter()).take(GROUP).collect();
            let transaction = database.transaction()?;
            let mut insert =
                transaction.prepare_cached("INSERT INTO messages (room, content) VALUES (?, ?)")?;
            for post in &group {
                insert.execute((post.room, post.text.as_str()))?;
            }
            drop(insert);
            transaction.commit()?;
            group.iter().for_each(|post| self.deliver(post));
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let mut relay = Relay::default();
    if let Some(path) = &options.database {
        let database = Connection::open(path)?;
        database.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = match options.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        };
        database.pragma_update(None, "synchronous", synchronous)?;
        database.execute_batch(
            "CREATE TABLE messages (id INTEGER PRIMARY KEY, room INTEGER, content TEXT);
             CREATE INDEX messages_room ON messages (room, id);",
        )?;
        let (sender, posts) = mpsc::channel();
        relay.store = Some(sender);
        let writer = relay.clone();
        std::thread::spawn(move || writer.write(database, &posts).expect("the disk takes what is posted"));
    }
    let app = Router::new().route("/ws", get(open)).with_state(relay);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let listener = listener.tap_io(|stream| {
        // A stream that refuses is gone, which its task will find.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

#[derive(Deserialize)]
struct Door {
    room: u32,
}

async fn open(upgrade: WebSocketUpgrade, Query(door): Query<Door>, State(relay): State<Relay>) -> Response {
    // Before the answer, so that whoever has it hears everything.
    let inbox = relay.join(door.room);
    // The default of 128 KiB is what an idle connection would cost.
    upgrade
        .read_buffer_size(4096)
        .on_upgrade(async move |socket| serve(socket, door.room, inbox, &relay).await)
}

async fn serve(mut socket: WebSocket, room: u32, mut inbox: UnboundedReceiver<Utf8Bytes>, relay: &Relay) {
    loop {
        tokio::select! {
            came = socket.next() => match came {
                Some(Ok(Message::Text(text))) => relay.post(Post { room, text }),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            Some(text) = inbox.recv() => if send(&mut socket, text, &mut inbox).await.is_err() { return },
        }
    }
}

/// Writes what is ready in one go: a write costs as much as many frames.
async fn send(
    socket: &mut WebSocket,
    first: Utf8Bytes,
    inbox: &mut UnboundedReceiver<Utf8Bytes>,
) -> Result<(), axum::Error> {
    socket.feed(Message::Text(first)).await?;
    while let Ok(next) = inbox.try_recv() {
        socket.feed(Message::Text(next)).await?;
    }
    socket.flush().await
}
