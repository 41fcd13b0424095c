//! The listener: HTTP/1.1 connections, how many, how patient, and how they end.
//!
//! hyper's own builder, because `axum::serve` waits for ever for a request's head and cannot cap
//! connections. Knows no routes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::telemetry::metrics::metrics;

/// A request's head has to fit; hyper's default of 400 kB is a gift to whoever opens many connections.
const BUFFER_BYTES: usize = 16 * 1024;

/// Out of file descriptors: accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// How the listener treats connections.
#[derive(Clone, Copy, Debug)]
pub struct ServeConfig {
    /// Connections at once, sockets among them; further ones are closed at once.
    pub connections: usize,
    /// The longest wait for a request's head, also of an idle connection for its next one.
    pub header_timeout: Duration,
    /// The longest wait for requests in progress once `shutdown` is cancelled.
    pub grace: Duration,
}

/// Answers with `router` until `shutdown` is cancelled; then accepts nothing more, lets requests in
/// progress finish within the grace, and cuts the rest. Returns how many were cut. Upgraded connections
/// count towards the cap, but whoever upgraded them ends them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: ServeConfig,
    shutdown: CancellationToken,
) -> usize {
    let permits = Arc::new(Semaphore::new(config.connections));
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            metrics().connections_refused.increment(1);
            continue;
        };
        let connection = connection(
            Counted::new(stream, permit),
            peer,
            router.clone(),
            config.header_timeout,
            shutdown.clone(),
        );
        let cut = cut.clone();
        connections.spawn(async move {
            let _done_or_cut = cut.run_until_cancelled(connection).await;
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(config.grace, connections.wait()).await.is_ok() {
        return 0;
    }
    let left = connections.len();
    cut.cancel();
    connections.wait().await;
    left
}

/// The next connection; failures are waited out.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The peer was gone before we came to it: nothing is wrong with the listener.
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn connection(
    stream: Counted,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    shutdown: CancellationToken,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Peers that vanish, wait too long or talk nonsense are everyday life, and no one's to mend.
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

/// A stream that gives its place back when it is closed, also when it became a socket meanwhile.
struct Counted {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl Counted {
    fn new(stream: TcpStream, permit: OwnedSemaphorePermit) -> Self {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot send small frames at once");
        }
        metrics().connections.increment(1);
        Self { stream, _permit: permit }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics().connections.decrement(1);
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use axum::Router;
    use axum::extract::{ConnectInfo, WebSocketUpgrade};
    use axum::routing::{any, get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::Semaphore;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;

    use super::{ServeConfig, serve};

    const PATIENCE: Duration = Duration::from_secs(10);
    const CONFIG: ServeConfig = ServeConfig { connections: 10, header_timeout: PATIENCE, grace: PATIENCE };

    struct Server {
        address: SocketAddr,
        shutdown: CancellationToken,
        cut: JoinHandle<usize>,
    }

    async fn server(config: ServeConfig, router: Router) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let cut = tokio::spawn(serve(listener, router, config, shutdown.clone()));
        Server { address, shutdown, cut }
    }

    async fn ask(stream: &mut TcpStream, path: &str) {
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: coop\r\n\r\n").as_bytes()).await.unwrap();
    }

    /// What comes until the server closes; an abrupt end is an end.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut bytes = vec![];
        let _ended = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the server closes");
        String::from_utf8(bytes).unwrap()
    }

    /// Whether a new connection gets an answer.
    async fn is_served(address: SocketAddr) -> bool {
        let Ok(mut stream) = TcpStream::connect(address).await else { return false };
        let request = b"GET / HTTP/1.1\r\nhost: coop\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.is_ok() && rest(&mut stream).await.starts_with("HTTP/1.1 200")
    }

    /// A route that says when it is entered and waits to be let go.
    fn slow(entered: &Arc<Semaphore>, go: &Arc<Semaphore>) -> Router {
        let (entered, go) = (Arc::clone(entered), Arc::clone(go));
        let handler = move || async move {
            entered.add_permits(1);
            go.acquire().await.unwrap().forget();
            "done"
        };
        Router::new().route("/slow", get(handler)).route("/", get(|| async { "here" }))
    }

    fn gates() -> (Arc<Semaphore>, Arc<Semaphore>) {
        (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)))
    }

    #[tokio::test]
    async fn a_half_sent_head_is_closed_when_its_time_is_over() {
        let config = ServeConfig { header_timeout: Duration::from_millis(50), ..CONFIG };
        let server = server(config, Router::new().route("/", get(|| async { "here" }))).await;
        for sent in ["", "GET / HTTP/1.1\r\nhost: co"] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            assert!(!rest(&mut stream).await.contains("200"));
        }
    }

    #[tokio::test]
    async fn shutdown_lets_a_request_finish_and_accepts_no_other() {
        let (entered, go) = gates();
        let server = server(CONFIG, slow(&entered, &go)).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        ask(&mut stream, "/slow").await;
        timeout(PATIENCE, entered.acquire()).await.unwrap().unwrap().forget();
        let mut idle = TcpStream::connect(server.address).await.unwrap();

        server.shutdown.cancel();
        // The server closes the idle connection after it stopped listening.
        assert_eq!(rest(&mut idle).await, "");
        assert!(!is_served(server.address).await);
        go.add_permits(1);
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
        assert_eq!(timeout(PATIENCE, server.cut).await.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn a_request_that_outlasts_the_grace_is_cut() {
        let (entered, go) = gates();
        let server =
            server(ServeConfig { grace: Duration::from_millis(50), ..CONFIG }, slow(&entered, &go)).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        ask(&mut stream, "/slow").await;
        timeout(PATIENCE, entered.acquire()).await.unwrap().unwrap().forget();
        server.shutdown.cancel();
        assert_eq!(timeout(PATIENCE, server.cut).await.unwrap().unwrap(), 1);
        assert_eq!(rest(&mut stream).await, "");
    }

    #[tokio::test]
    async fn connections_beyond_the_cap_are_closed_at_once() {
        let (entered, go) = gates();
        let server = server(ServeConfig { connections: 1, ..CONFIG }, slow(&entered, &go)).await;
        let mut first = TcpStream::connect(server.address).await.unwrap();
        ask(&mut first, "/slow").await;
        timeout(PATIENCE, entered.acquire()).await.unwrap().unwrap().forget();
        assert!(!is_served(server.address).await);

        drop(first);
        timeout(PATIENCE, async { while !is_served(server.address).await {} })
            .await
            .expect("the place is free again");
    }

    #[tokio::test]
    async fn a_socket_keeps_its_place_until_it_closes() {
        let handler = async |upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(async |mut socket| while socket.recv().await.is_some() {})
        };
        let router = Router::new().route("/ws", any(handler)).route("/", get(|| async { "here" }));
        let server = server(ServeConfig { connections: 1, ..CONFIG }, router).await;
        let (socket, _response) =
            tokio_tungstenite::connect_async(format!("ws://{}/ws", server.address)).await.unwrap();
        assert!(!is_served(server.address).await);

        drop(socket);
        timeout(PATIENCE, async { while !is_served(server.address).await {} })
            .await
            .expect("the place is free again");
    }

    #[tokio::test]
    async fn a_handler_is_told_the_peer() {
        let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
        let server = server(CONFIG, Router::new().route("/", get(peer))).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        ask(&mut stream, "/").await;
        stream.shutdown().await.unwrap();
        let own = stream.local_addr().unwrap().to_string();
        assert!(rest(&mut stream).await.ends_with(&own));
    }
}
