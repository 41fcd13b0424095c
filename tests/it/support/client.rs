//! A person with a REST client and sockets, who sees what a real client sees.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::within;

/// Somebody, or nobody, at the server's REST door.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) token: Option<String>,
}

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body, if the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }

    /// Asserts a refusal by its stable code.
    #[track_caller]
    pub(crate) fn refused(self, code: &str) -> Value {
        assert_eq!(self.body["code"], code, "{} {:#}", self.status, self.body);
        assert!(!self.status.is_success());
        self.body
    }
}

impl Client {
    /// Without credentials.
    pub(crate) fn anonymous(base: &str) -> Self {
        let http = reqwest::Client::builder().build().expect("a client");
        Self { http, base: base.to_owned(), name: String::new(), id: String::new(), token: None }
    }

    /// With a new session.
    pub(crate) async fn log_in(&self, name: &str, password: &str) -> Self {
        let login = json!({"username": name, "password": password});
        let answer = self.post("/api/auth/login", login).await.expect(200);
        let token = answer["access_token"].as_str().expect("an access token").to_owned();
        let mut client = Self { name: name.to_owned(), token: Some(token), ..self.clone() };
        client.id = client.get("/api/auth/me").await.expect(200)["id"].as_str().expect("an id").to_owned();
        client
    }

    /// The same person with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person at another server (or the same one started again).
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, None).await
    }

    pub(crate) async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.raw(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// A request to be shaped further.
    pub(crate) fn raw(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = within("an answer", request.send()).await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole body");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// A group with these people in it; its id.
    pub(crate) async fn group(&self, others: &[&Client]) -> String {
        let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
        let chat = json!({"kind": "group", "name": "Plans", "participant_usernames": names});
        self.post("/api/chats", chat).await.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// Posts by REST; the message.
    pub(crate) async fn say(&self, chat: &str, content: &str) -> Value {
        self.post(&format!("/api/chats/{chat}/messages"), json!({"content": content})).await.expect(201)
    }

    /// All of a chat's messages, oldest first, by pages.
    pub(crate) async fn history(&self, chat: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut after = 0;
        loop {
            let page =
                self.get(&format!("/api/chats/{chat}/messages?after={after}&limit=200")).await.expect(200);
            let page = page.as_array().expect("an array").clone();
            let Some(last) = page.last() else { return all };
            after = last["seq"].as_i64().expect("a seq");
            all.extend(page);
        }
    }

    /// Opens a socket and takes its `hello`.
    pub(crate) async fn socket(&self) -> Socket {
        self.try_socket(&[]).await.expect("the upgrade succeeds")
    }

    /// Opens a socket with further headers, or gives the refusal's status.
    pub(crate) async fn try_socket(&self, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let mut request =
            format!("{}/ws", self.base.replace("http", "ws")).into_client_request().expect("a URL");
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().expect("a header value");
            request.headers_mut().insert("authorization", value);
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        connect(request).await
    }

    /// Opens a socket at a path of one's own, such as with `?ticket=`, without a header.
    pub(crate) async fn socket_at(&self, path_and_query: &str) -> Result<Socket, u16> {
        let url = format!("{}{path_and_query}", self.base.replace("http", "ws"));
        connect(url.into_client_request().expect("a URL")).await
    }
}

async fn connect(request: tungstenite::handshake::client::Request) -> Result<Socket, u16> {
    match within("an upgrade", tokio_tungstenite::connect_async(request)).await {
        Ok((stream, _)) => {
            let mut socket = Socket { stream, held: VecDeque::new(), hello: Value::Null };
            socket.hello = socket.wait("hello").await;
            Ok(socket)
        }
        Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("no upgrade: {error}"),
    }
}

/// A person's socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames passed over by `wait_for`, to be looked at later.
    held: VecDeque<Value>,
    pub(crate) hello: Value,
}

impl Socket {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        within("the socket to take a frame", self.stream.send(message)).await.expect("the socket is open");
    }

    /// The same to a server that may have closed the socket by now; whether it went out.
    pub(crate) async fn try_send(&mut self, message: Message) -> bool {
        within("the socket to take a frame", self.stream.send(message)).await.is_ok()
    }

    /// The next frame of this type; others are held.
    pub(crate) async fn wait(&mut self, kind: &str) -> Value {
        self.wait_for(kind, |frame| frame["type"] == kind).await
    }

    /// The next frame that fits; others are held.
    pub(crate) async fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.held.iter().position(&fits) {
            return self.held.remove(at).expect("it was found there");
        }
        loop {
            let frame = self.arrive(what).await;
            if fits(&frame) {
                return frame;
            }
            self.held.push_back(frame);
        }
    }

    /// Every frame up to the one that fits, in order of arrival, that one included.
    pub(crate) async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = match self.held.pop_front() {
                Some(frame) => frame,
                None => self.arrive(what).await,
            };
            let found = fits(&frame);
            frames.push(frame);
            if found {
                return frames;
            }
        }
    }

    /// Joins a chat; the snapshot.
    pub(crate) async fn join(&mut self, chat: &str) -> Value {
        self.send(json!({"type": "join", "chat_id": chat, "ref": "join"})).await;
        self.answer("join").await
    }

    /// Joins with a cursor; the snapshot.
    pub(crate) async fn join_after(&mut self, chat: &str, after: i64) -> Value {
        self.send(json!({"type": "join", "chat_id": chat, "after": after, "ref": "join"})).await;
        self.answer("join").await
    }

    /// Posts; the `ack`.
    pub(crate) async fn say(&mut self, chat: &str, content: &str) -> Value {
        let reference = uuid::Uuid::new_v4().to_string();
        self.send(json!({"type": "message", "chat_id": chat, "content": content, "ref": reference})).await;
        self.answer(&reference).await
    }

    /// The frame that answers `reference`, whatever its type.
    pub(crate) async fn answer(&mut self, reference: &str) -> Value {
        self.wait_for(&format!("the answer to {reference}"), |frame| frame["ref"] == reference).await
    }

    /// Proves that everything sent to this socket so far has arrived: a ping goes round.
    pub(crate) async fn settle(&mut self) -> Vec<Value> {
        let reference = uuid::Uuid::new_v4().to_string();
        self.send(json!({"type": "ping", "ref": reference})).await;
        let mut frames = self.until("a pong", |frame| frame["ref"] == reference.as_str()).await;
        frames.pop();
        frames
    }

    /// Reads to the end; the frames on the way and the close code.
    pub(crate) async fn closed(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut frames: Vec<Value> = self.held.drain(..).collect();
        loop {
            match within("the socket to close", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => {
                    frames.push(serde_json::from_str(&text).expect("a frame is JSON"))
                }
                Some(Ok(Message::Close(close))) => {
                    return (frames, close.map(|CloseFrame { code, .. }| code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (frames, None),
            }
        }
    }

    /// Drops the connection without a goodbye.
    pub(crate) fn cut(self) {
        drop(self.stream);
    }

    async fn arrive(&mut self, what: &str) -> Value {
        loop {
            match within(what, self.stream.next()).await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).expect("a frame is JSON");
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(close))) => panic!("closed while waiting for {what}: {close:?}"),
                other => panic!("the socket ended while waiting for {what}: {other:?}"),
            }
        }
    }
}
