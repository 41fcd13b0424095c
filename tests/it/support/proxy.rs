//! A way to PostgreSQL that can be cut, so that the database is away for the server and for nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes bytes on, until told otherwise.
pub(crate) struct Proxy {
    port: u16,
    open: watch::Sender<bool>,
    swallow: Arc<AtomicBool>,
}

impl Proxy {
    /// Before the database of this URL.
    pub(crate) async fn before(url: &str) -> Self {
        let url = url::Url::parse(url).expect("a database's URL");
        let upstream = (url.host_str().expect("a host").to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (open, opened) = watch::channel(true);
        let swallow = Arc::new(AtomicBool::new(false));
        let swallows = Arc::clone(&swallow);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *opened.borrow() {
                    let server = TcpStream::connect(upstream.clone()).await.expect("the database answers");
                    tokio::spawn(pass(client, server, opened.clone(), Arc::clone(&swallows)));
                }
            }
        });
        Self { port, open, swallow }
    }

    /// The URL by this way.
    pub(crate) fn url(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).expect("a database's URL");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(self.port)).expect("a port");
        url.into()
    }

    /// Cuts every connection and lets none through.
    pub(crate) fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Lets connections through again.
    pub(crate) fn mend(&self) {
        self.open.send_replace(true);
    }

    /// The next commit is carried out, and its answer is lost with the connection.
    pub(crate) fn swallow_the_next_commits_answer(&self) {
        self.swallow.store(true, Ordering::SeqCst);
    }
}

async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    mut open: watch::Receiver<bool>,
    swallow: Arc<AtomicBool>,
) {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let commits = asked[..length].windows(6).any(|word| word == b"COMMIT");
                server.write_all(&asked[..length]).await.expect("the database listens");
                if commits && swallow.swap(false, Ordering::SeqCst) {
                    let _answer = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
            () = async { drop(open.wait_for(|open| !open).await) } => return,
        }
    }
}
