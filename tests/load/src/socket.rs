//! A client's socket: frames out, frames in, nothing remembered.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::frame::Frame;

/// Longest wait for one thing to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for `future`, but not for ever.
///
/// # Errors
/// After [`PATIENCE`], with `what` did not happen.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(PATIENCE, future)
        .await
        .map_err(|_| anyhow!("waited {PATIENCE:?} in vain for {what}"))
}

/// An open socket. Dropping it cuts the connection without a goodbye.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// What a socket brings next.
#[derive(Debug)]
pub(crate) enum Arrival {
    Frame(Box<Frame>),
    /// The end, with the close code if the server said goodbye.
    End(Option<u16>),
}

impl Socket {
    /// Opens a socket at `base` with an access token and takes its `hello`.
    ///
    /// # Errors
    /// When the server is not there, refuses, or begins with another frame.
    pub(crate) async fn open(base: &str, token: &str) -> Result<Self> {
        let address = base.strip_prefix("http://").context("the base is not http://")?;
        let mut request = format!("ws://{address}/ws").into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let handshake = tokio_tungstenite::client_async(request, tcp);
        let (stream, _) = within("an upgrade", handshake).await??;
        let mut socket = Self { stream };
        let hello = within("a hello", socket.next()).await??;
        if hello.kind != "hello" {
            bail!("the first frame is {}", hello.text);
        }
        Ok(socket)
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn send(&mut self, frame: &Value) -> Result<()> {
        Ok(self.stream.send(Message::text(frame.to_string())).await?)
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When a frame cannot be read; a connection that breaks is an end.
    pub(crate) async fn arrival(&mut self) -> Result<Arrival> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame = Frame::parse(text.clone())
                        .with_context(|| format!("cannot read the frame {text}"))?;
                    return Ok(Arrival::Frame(Box::new(frame)));
                }
                Some(Ok(Message::Close(close))) => {
                    return Ok(Arrival::End(close.map(|close| close.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(Arrival::End(None)),
            }
        }
    }

    /// Waits for the next frame.
    ///
    /// # Errors
    /// When the socket ends.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        match self.arrival().await? {
            Arrival::Frame(frame) => Ok(*frame),
            Arrival::End(code) => Err(anyhow!("the socket ended with the close code {code:?}")),
        }
    }

    /// What has arrived already and needs no waiting.
    pub(crate) fn arrived(&mut self) -> Option<Result<Arrival>> {
        self.arrival().now_or_never()
    }

    /// Waits for the first frame that fits; others are dropped.
    ///
    /// # Errors
    /// When it does not come, or the socket ends.
    pub(crate) async fn wait_for(&mut self, what: &str, fits: impl Fn(&Frame) -> bool) -> Result<Frame> {
        within(what, async {
            loop {
                let frame = self.next().await?;
                if fits(&frame) {
                    return Ok(frame);
                }
            }
        })
        .await?
    }

    /// Waits for the answer to `reference`; others are dropped.
    ///
    /// # Errors
    /// When the answer is an `error` frame or does not come.
    pub(crate) async fn answer(&mut self, reference: &str) -> Result<Frame> {
        let fits = |frame: &Frame| frame.reference.as_deref() == Some(reference);
        let frame = self.wait_for(&format!("the answer to {reference}"), fits).await?;
        if frame.kind == "error" { Err(anyhow!("refused: {}", frame.text)) } else { Ok(frame) }
    }

    /// Joins a chat; the snapshot.
    ///
    /// # Errors
    /// When the server refuses or goes away.
    pub(crate) async fn join(&mut self, chat: &str) -> Result<Frame> {
        self.send(&json!({"type": "join", "chat_id": chat, "ref": "join"})).await?;
        self.answer("join").await
    }

    /// Asks for a chat from after `seq` on; the answer is the caller's to read, as events follow it at once.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn rejoin(&mut self, chat: &str, seq: i64) -> Result<()> {
        self.send(&json!({"type": "join", "chat_id": chat, "after": seq, "ref": "join"})).await
    }

    /// Posts, with `op` as client id and reference; the answer is the caller's to read.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn post(&mut self, chat: &str, op: &str, content: &str) -> Result<()> {
        self.send(
            &json!({"type": "message", "chat_id": chat, "client_id": op, "ref": op, "content": content}),
        )
        .await
    }

    /// Reads all that the server had for this socket: a ping goes round. What came before the answer.
    ///
    /// # Errors
    /// When the socket ends.
    pub(crate) async fn settle(&mut self) -> Result<Vec<Frame>> {
        self.send(&json!({"type": "ping", "ref": "settle"})).await?;
        let mut frames = Vec::new();
        within("a pong", async {
            loop {
                let frame = self.next().await?;
                if frame.reference.as_deref() == Some("settle") {
                    return Ok(frames);
                }
                frames.push(frame);
            }
        })
        .await?
    }

    /// Says goodbye.
    pub(crate) async fn close(mut self) {
        // A server that is gone needs no goodbye.
        let _ = self.stream.close(None).await;
    }
}
