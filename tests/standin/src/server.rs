//! The running stand-in: takes connections, checks requests, plays scripts, keeps the log.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::embeddings;
use crate::errors::{ApiError, bad_key};
use crate::files::{About, Files};
use crate::http::{self, Address, Route};
use crate::keys::KeyedScripts;
use crate::log::{Log, OpenCall, Recorded};
use crate::models::Models;
use crate::openai;
use crate::playback::{Body, Dropped, response};
use crate::recordings::Recordings;
use crate::reply::{Accepts, Call, Reply, reply};
use crate::script::{Answer, Script};
use crate::shape::Asked;
use crate::strict;

/// The longest that [`Standin::wait_until`] waits before it fails the test.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// The API's own limit for inline payloads.
const BODY_LIMIT: usize = 100 * 1024 * 1024;
/// The key that is refused in OpenAI's words, which repeat it.
pub const WRONG_KEY: &str = "sk-wrong-key-of-a-test";
const LOGGED_BODY_LIMIT: usize = 1024 * 1024;

/// A stand-in on a port of its own. It stops, and closes its connections, when it is dropped.
pub struct Standin {
    state: Arc<State>,
    task: AbortHandle,
}

struct State {
    base_url: String,
    recordings: Arc<Recordings>,
    models: Models,
    log: watch::Sender<Log>,
    scripts: Mutex<Scripts>,
    keyed: Mutex<KeyedScripts>,
    files: Mutex<Files>,
}

struct Scripts {
    next: VecDeque<Script>,
    default: Script,
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Standin {
    /// Starts on a free loopback port with the crate's own recordings.
    ///
    /// # Panics
    /// When no loopback port can be had.
    pub async fn start() -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(address, Recordings::bundled()).await.expect("a loopback port is free")
    }

    /// Starts at `address` with the given recordings.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(address: SocketAddr, recordings: Arc<Recordings>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let state = Arc::new(State {
            base_url: format!("http://{}", listener.local_addr()?),
            models: Models::new(&recordings),
            recordings,
            log: watch::Sender::new(Log::default()),
            scripts: Mutex::new(Scripts {
                next: VecDeque::new(),
                default: Script::text("Hello from the stand-in.", 8),
            }),
            keyed: Mutex::default(),
            files: Mutex::default(),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { state, task })
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.state.base_url.clone()
    }

    /// Answers generate calls with `script` from now on.
    pub fn play(&self, script: Script) {
        locked(&self.state.scripts).default = script;
    }

    /// Answers one generate call with `script`, after those enqueued before and before the default.
    pub fn enqueue(&self, script: Script) {
        locked(&self.state.scripts).next.push_back(script);
    }

    /// The latest 1,000 requests, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.log.borrow().requests().cloned().collect()
    }

    /// The number of generate calls that are being answered.
    pub fn open_streams(&self) -> usize {
        self.state.log.borrow().open_streams()
    }

    /// The most generate calls that were being answered at once.
    pub fn max_open_streams(&self) -> usize {
        self.state.log.borrow().max_open_streams()
    }

    /// Waits until the log is as `condition` wants it.
    ///
    /// # Panics
    /// After [`PATIENCE`], with what was asked so far.
    pub async fn wait_until(&self, condition: impl Fn(&Log) -> bool) {
        let mut log = self.state.log.subscribe();
        let met = tokio::time::timeout(PATIENCE, log.wait_for(condition)).await.is_ok();
        assert!(met, "waited {PATIENCE:?} in vain; the log is {:#?}", self.state.log.borrow());
    }

    /// Waits for the `count`th request since the start and returns the latest ones.
    pub async fn wait_for_requests(&self, count: usize) -> Vec<Recorded> {
        self.wait_until(|log| log.total() >= count).await;
        self.requests()
    }

    /// Waits until the clients of `count` generate calls have gone away before their answers were whole.
    pub async fn wait_for_aborts(&self, count: usize) -> Vec<Recorded> {
        self.wait_until(|log| log.aborted() >= count).await;
        self.requests()
    }

    /// Waits until no generate call is being answered.
    pub async fn wait_until_idle(&self) {
        self.wait_until(|log| log.open_streams() == 0).await;
    }

    /// Serves until the process ends.
    pub async fn serve_forever(&self) {
        std::future::pending::<()>().await;
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    // Dropping the set with this task closes every connection.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&state)));
                }
                // Out of file descriptors: the next attempt would fail at once as well.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    // Without it the kernel would join small pieces; a failure only costs that.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.handle(request).await }
    });
    // An error means that one side went away, which the log already knows.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
        let at = Instant::now();
        let (head, body) = request.into_parts();
        let address = Address::of(&head);
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(ApiError::invalid(format!("Request payload size exceeds the limit: {BODY_LIMIT} bytes.")))
            }
            Err(_) => return Err(Dropped),
        };
        let number = self.record(&head, &address, body.as_deref().unwrap_or_default(), at);
        let call = match address.route {
            Route::Generate { call, .. } => call,
            Route::OpenAi(_) => Call::Chat,
            _ => Call::Unary,
        };
        let answer = match body {
            Ok(body) => self.answer(&head, &address, body, number).await,
            Err(error) => Err(Refusal::Api(error)),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(Refusal::Drop) => return Err(Dropped),
            Err(Refusal::Api(error)) => (Reply::error(&error, call), None),
        };
        let (reply, open) = answer;
        self.log.send_modify(|log| log.answered(number, reply.status));
        Ok(response(reply, open))
    }

    fn record(&self, head: &Parts, address: &Address, body: &[u8], at: Instant) -> usize {
        let small = Some(body).filter(|body| body.len() <= LOGGED_BODY_LIMIT);
        let body: Value = small.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let request = Recorded {
            number: 0,
            method: head.method.to_string(),
            path: address.path.clone(),
            query: address.query.clone(),
            model: address.model().or(body["model"].as_str()).map(str::to_owned),
            key: http::key(&head.headers, &address.query).or_else(|| http::bearer(&head.headers)),
            headers: head.headers.clone(),
            body,
            at,
            status: None,
            finished_at: None,
            aborted_at: None,
        };
        let mut number = 0;
        self.log.send_modify(|log| number = log.add(request));
        number
    }

    async fn answer(
        &self,
        head: &Parts,
        address: &Address,
        body: Bytes,
        number: usize,
    ) -> Result<(Reply, Option<OpenCall>), Refusal> {
        match &address.route {
            Route::Unknown => return Ok((not_found(), None)),
            Route::OpenAi(page) => return self.answer_openai(*page, head, &body, number).await,
            Route::Upload(id) => {
                let about = self.about(address);
                let reply = locked(&self.files).receive(id, &head.headers, body.len(), about)?;
                return Ok((reply, None));
            }
            _ => {}
        }
        let key = http::key(&head.headers, &address.query).ok_or_else(bad_key)?;
        let keyed = locked(&self.keyed).find(&key, &self.recordings)?;
        let Route::Generate { call, model } = &address.route else {
            return Ok((self.answer_other(head, address, &body, keyed)?, None));
        };
        let body = http::json(&head.headers, &body)?;
        let method = if *call == Call::Unary { "generateContent" } else { "streamGenerateContent" };
        self.models.check(model, &address.version, method)?;
        strict::check(model, &body)?;
        let script = keyed.unwrap_or_else(|| self.next_script());
        let asked = Asked { model: model.clone(), body, response_id: format!("standin{number:015}") };
        self.play(script, asked, *call, http::accepts(&head.headers), number).await
    }

    /// A call in OpenAI's words. Local servers ask for no key, so none is fine.
    async fn answer_openai(
        &self,
        page: openai::Page,
        head: &Parts,
        body: &[u8],
        number: usize,
    ) -> Result<(Reply, Option<OpenCall>), Refusal> {
        if http::bearer(&head.headers).as_deref() == Some(WRONG_KEY) {
            return Err(ApiError::new(
                401,
                "UNAUTHENTICATED",
                format!("Incorrect API key provided: {WRONG_KEY}."),
            )
            .into());
        }
        if page == openai::Page::Models {
            return Ok((openai::other(page, &Value::Null, &self.recordings)?, None));
        }
        let body = http::json(&head.headers, body)?;
        if page != openai::Page::Chat {
            return Ok((openai::other(page, &body, &self.recordings)?, None));
        }
        let asked = openai::asked(&body, format!("standin{number:015}"))?;
        self.play(self.next_script(), asked, Call::Chat, Accepts::Identity, number).await
    }

    async fn play(
        &self,
        mut script: Script,
        asked: Asked,
        call: Call,
        accepts: Accepts,
        number: usize,
    ) -> Result<(Reply, Option<OpenCall>), Refusal> {
        while let Answer::Sequence(sequence) = &script.answer {
            script = sequence.next();
        }
        let mut open = OpenCall::begin(&self.log, number);
        if !script.delay.is_zero() {
            tokio::time::sleep(script.delay).await;
        }
        match script.answer {
            Answer::Silence => std::future::pending().await,
            Answer::Refusal => {
                open.finish();
                Err(Refusal::Drop)
            }
            _ => Ok((reply(script, asked, call, accepts), Some(open))),
        }
    }

    fn next_script(&self) -> Script {
        let mut scripts = locked(&self.scripts);
        scripts.next.pop_front().unwrap_or_else(|| scripts.default.clone())
    }

    /// Calls other than generate ones. A key that names a recording or an error gets just that here too.
    fn answer_other(
        &self,
        head: &Parts,
        address: &Address,
        body: &[u8],
        keyed: Option<Script>,
    ) -> Result<Reply, ApiError> {
        match (&address.route, keyed.map(|script| script.answer)) {
            (Route::StartUpload, _) | (_, None) => {}
            (_, Some(Answer::Recording(recording))) => return Ok(Reply::replayed(&recording)),
            (_, Some(Answer::Error(error))) => return Err(error),
            _ => {}
        }
        let version = address.version.as_str();
        match &address.route {
            Route::Count { model } => {
                self.models.check(model, version, "countTokens")?;
                embeddings::count(&http::json(&head.headers, body)?, &self.recordings)
            }
            Route::Embed { model } => {
                self.models.check(model, version, "embedContent")?;
                embeddings::embed(&http::json(&head.headers, body)?, &self.recordings)
            }
            Route::Models => Ok(Models::list(&self.recordings)),
            Route::Model(model) => self.models.get(model, version),
            Route::StartUpload => {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                Ok(locked(&self.files).start(&head.headers, &body, version, &self.base_url))
            }
            Route::Files => Ok(locked(&self.files).list()),
            Route::File(name) => locked(&self.files).get(name),
            Route::DeleteFile(name) => locked(&self.files).delete(name),
            Route::Generate { .. } | Route::Upload(_) | Route::OpenAi(_) | Route::Unknown => Ok(not_found()),
        }
    }

    fn about<'a>(&'a self, address: &'a Address) -> About<'a> {
        About { base_url: &self.base_url, version: &address.version, recordings: &self.recordings }
    }
}

/// Why a request gets no scripted answer.
enum Refusal {
    Api(ApiError),
    Drop,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

fn not_found() -> Reply {
    let page = "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n  <p><b>404.</b> <ins>That’s an error.</ins>\n";
    Reply::whole(404, "text/html; charset=UTF-8", page)
}
