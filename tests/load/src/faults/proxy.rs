//! A way to the server on which things go wrong: late, slow, cut after some bytes, stalled, half closed, reset.
//!
//! Knows bytes only, not what they mean.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rustix::net::{Shutdown, shutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Bytes are passed on at most so many at a time.
const PIECE: usize = 64 * 1024;
/// Between two pieces of a drip.
const DROP: Duration = Duration::from_millis(100);

/// Where bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer,
    ToClient,
}

/// What is done to all bytes that go one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Each piece waits so long.
    Delay(Duration),
    /// No more than so many bytes a second.
    Drip(usize),
    /// Nothing passes and nothing ends.
    Stall,
}

#[derive(Clone, Copy)]
struct State {
    to_server: Fault,
    to_client: Fault,
    /// Connections of earlier ones are reset.
    generation: u64,
    /// To the clients of earlier ones nothing more is sent, though they are heard.
    half_closed: u64,
}

impl State {
    fn fault(&self, way: Way) -> Fault {
        match way {
            Way::ToServer => self.to_server,
            Way::ToClient => self.to_client,
        }
    }
}

/// A proxy; dropping it ends its connections.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<watch::Sender<State>>,
    cut: Arc<Mutex<Option<(Way, usize)>>>,
    task: AbortHandle,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.reset();
    }
}

impl Proxy {
    /// Before the server on this port.
    ///
    /// # Errors
    /// When there is no free port.
    pub(crate) async fn before(server: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let state = State { to_server: Fault::None, to_client: Fault::None, generation: 0, half_closed: 0 };
        let state = Arc::new(watch::Sender::new(state));
        let cut = Arc::default();
        let task = tokio::spawn(accept(listener, server, Arc::clone(&state), Arc::clone(&cut)));
        Ok(Self { port, state, cut, task: task.abort_handle() })
    }

    /// Scheme, host and port.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Does this from now on to all that goes this way.
    pub(crate) fn set(&self, way: Way, fault: Fault) {
        self.state.send_modify(|state| match way {
            Way::ToServer => state.to_server = fault,
            Way::ToClient => state.to_client = fault,
        });
    }

    /// Resets every connection.
    pub(crate) fn reset(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// Ends what goes to clients in order, and goes on listening to them.
    pub(crate) fn half_close(&self) {
        self.state.send_modify(|state| state.half_closed += 1);
    }

    /// After so many bytes more this way, on whatever connection, resets that connection. Once.
    pub(crate) fn cut_after(&self, way: Way, bytes: usize) {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some((way, bytes));
    }

    /// Whether a cut that was asked for is still to come; takes it back.
    pub(crate) fn disarm(&self) -> bool {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }
}

async fn accept(
    listener: TcpListener,
    server: u16,
    state: Arc<watch::Sender<State>>,
    cut: Arc<Mutex<Option<(Way, usize)>>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        // A server that is down shows as a connection that ends at once.
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { continue };
        // Pieces are to pass as they come; a failure only costs that.
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (client, server) = (Arc::new(client), Arc::new(server));
        let dead = Arc::new(watch::Sender::new(false));
        for (way, from, to) in [(Way::ToServer, &client, &server), (Way::ToClient, &server, &client)] {
            let pump = Pump {
                way,
                from: Arc::clone(from),
                to: Arc::clone(to),
                dead: Arc::clone(&dead),
                cut: Arc::clone(&cut),
            };
            tokio::spawn(pump.run(state.subscribe()));
        }
    }
}

/// One way of one connection.
struct Pump {
    way: Way,
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    dead: Arc<watch::Sender<bool>>,
    cut: Arc<Mutex<Option<(Way, usize)>>>,
}

impl Pump {
    async fn run(self, state: watch::Receiver<State>) {
        let mut dead = self.dead.subscribe();
        let (mut resets, mut closes) = (state.clone(), state.clone());
        let was = *resets.borrow();
        let is_closed = |now: &State| self.way == Way::ToClient && now.half_closed != was.half_closed;
        let ended = tokio::select! {
            // Dropped at a wait for either side: what was read and not written is lost, as by any reset.
            ended = self.pass(state) => ended,
            _ = resets.wait_for(|now| now.generation != was.generation) => Ended::Reset,
            _ = closes.wait_for(is_closed) => Ended::Closed,
            _ = dead.wait_for(|dead| *dead) => Ended::Reset,
        };
        match ended {
            // One that is closed already is as wanted.
            Ended::Closed => drop(shutdown(&*self.to, Shutdown::Write)),
            Ended::Reset => {
                let _ = (self.from.set_zero_linger(), self.to.set_zero_linger());
                self.dead.send_replace(true);
            }
        }
    }

    async fn pass(&self, mut state: watch::Receiver<State>) -> Ended {
        let mut buffer = vec![0; PIECE];
        loop {
            let fault = state.borrow_and_update().fault(self.way);
            let piece = match fault {
                Fault::Stall => {
                    // The sender lives in the proxy's listener; without it there is nobody to wait for.
                    if state.changed().await.is_err() {
                        return Ended::Reset;
                    }
                    continue;
                }
                Fault::Drip(rate) => (rate / 10).clamp(1, PIECE),
                Fault::None | Fault::Delay(_) => PIECE,
            };
            tokio::select! {
                ready = self.from.readable() => if ready.is_err() { return Ended::Reset },
                changed = state.changed() => {
                    if changed.is_err() { return Ended::Reset }
                    continue;
                }
            }
            let length = match self.from.try_read(&mut buffer[..piece]) {
                Ok(0) => return Ended::Closed,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(_) => return Ended::Reset,
            };
            match fault {
                Fault::Delay(delay) => tokio::time::sleep(delay).await,
                Fault::Drip(_) => tokio::time::sleep(DROP).await,
                Fault::None | Fault::Stall => {}
            }
            let allowed = self.allowed(length);
            if self.write(&buffer[..allowed.unwrap_or(length)]).await.is_err() || allowed.is_some() {
                return Ended::Reset;
            }
        }
    }

    /// How many of these bytes may still pass, if the connection is to be cut among them.
    fn allowed(&self, length: usize) -> Option<usize> {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, left) = cut.as_mut().filter(|(way, _)| *way == self.way)?;
        if *left > length {
            *left -= length;
            return None;
        }
        cut.take().map(|(_, left)| left)
    }

    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.to.writable().await?;
            match self.to.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

enum Ended {
    Closed,
    Reset,
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;

    use super::{Fault, Proxy, Way};

    /// A client and a server with the proxy between them.
    async fn ends() -> (Proxy, TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::before(listener.local_addr().unwrap().port()).await.unwrap();
        let client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port)).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (proxy, client, server)
    }

    #[tokio::test]
    async fn bytes_pass_both_ways_and_an_end_is_passed_on() {
        let (_proxy, mut client, mut server) = ends().await;
        client.write_all(b"question").await.unwrap();
        client.shutdown().await.unwrap();
        let mut asked = String::new();
        server.read_to_string(&mut asked).await.unwrap();
        server.write_all(b"answer").await.unwrap();
        drop(server);
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!((asked.as_str(), answer.as_str()), ("question", "answer"));
    }

    #[tokio::test]
    async fn a_cut_lets_exactly_so_many_bytes_pass() {
        for bytes in [0, 1, 5] {
            let (proxy, mut client, mut server) = ends().await;
            proxy.cut_after(Way::ToClient, bytes);
            server.write_all(b"answer").await.unwrap();
            let mut answer = Vec::new();
            let end = client.read_to_end(&mut answer).await;
            assert!(answer.len() <= bytes, "{answer:?}");
            assert!(end.is_err(), "reset, not closed");
            assert!(!proxy.disarm());
        }
    }

    #[tokio::test]
    async fn what_is_stalled_passes_later_and_what_is_late_takes_its_time() {
        let (proxy, mut client, mut server) = ends().await;
        proxy.set(Way::ToClient, Fault::Stall);
        server.write_all(b"a").await.unwrap();
        let mut byte = [0];
        let early = tokio::time::timeout(Duration::from_millis(50), client.read_exact(&mut byte)).await;
        assert!(early.is_err());
        let before = Instant::now();
        proxy.set(Way::ToClient, Fault::Delay(Duration::from_millis(30)));
        client.read_exact(&mut byte).await.unwrap();
        assert!(before.elapsed() >= Duration::from_millis(30));
    }

    #[tokio::test]
    async fn a_half_closed_client_reads_an_end_and_is_still_heard() {
        let (proxy, mut client, mut server) = ends().await;
        client.write_all(b"a").await.unwrap();
        let mut byte = [0];
        server.read_exact(&mut byte).await.unwrap();
        proxy.half_close();
        assert_eq!(client.read(&mut byte).await.unwrap(), 0);
        client.write_all(b"b").await.unwrap();
        server.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"b");
    }

    #[tokio::test]
    async fn a_reset_reaches_both_ends() {
        let (proxy, mut client, mut server) = ends().await;
        client.write_all(b"a").await.unwrap();
        let mut byte = [0];
        server.read_exact(&mut byte).await.unwrap();
        proxy.reset();
        assert!(client.read(&mut byte).await.is_err());
        assert!(server.read(&mut byte).await.is_err());
    }
}
