//! People at the REST door.

use anyhow::{Context, Result, anyhow};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::socket::{Socket, within};

/// Everybody's password.
const PASSWORD: &str = "correct horse battery";
/// Messages in a page of history, the most that the server gives.
const PAGE: usize = 200;

/// Somebody with an account and a session.
#[derive(Clone)]
pub(crate) struct Person {
    http: reqwest::Client,
    base: String,
    pub(crate) name: String,
    pub(crate) id: String,
    token: String,
}

/// A message as the server keeps it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) seq: i64,
    pub(crate) client_id: Option<String>,
    pub(crate) content: String,
    pub(crate) status: String,
    pub(crate) is_bot: bool,
}

/// Registers that many people. Their names are new each time, so that runs can share a database.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn register(base: &str, count: usize) -> Result<Vec<Person>> {
    // Loopback only: a proxy in the environment must not come between.
    let http = reqwest::Client::builder().no_proxy().build()?;
    let run: u32 = rand::random();
    let mut people = Vec::with_capacity(count);
    for number in 0..count {
        let name = format!("p{number}-{run:08x}");
        let mut person = Person {
            http: http.clone(),
            base: base.to_owned(),
            name,
            id: String::new(),
            token: String::new(),
        };
        let email = format!("{}@example.org", person.name);
        let account = json!({"username": person.name, "email": email, "password": PASSWORD});
        let account = person.request(Method::POST, "/api/auth/register", Some(account)).await?;
        person.id = text(&account, "id")?;
        people.push(person.log_in().await?);
    }
    Ok(people)
}

impl Person {
    /// The same person with a further session.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn log_in(&self) -> Result<Self> {
        let login = json!({"username": self.name, "password": PASSWORD});
        let answer = self.request(Method::POST, "/api/auth/login", Some(login)).await?;
        Ok(Self { token: text(&answer, "access_token")?, ..self.clone() })
    }

    /// The same person and session by another way in.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// What proves this session.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Ends this session.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn log_out(&self) -> Result<()> {
        self.request(Method::POST, "/api/auth/logout", Some(json!({}))).await.map(drop)
    }

    /// Makes a group with these people in it; its id.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn group(&self, others: &[Self]) -> Result<String> {
        let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
        self.group_of(&names).await
    }

    /// Makes a group with the people of these names in it; its id.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn group_of(&self, names: &[&str]) -> Result<String> {
        let chat = json!({"kind": "group", "name": "Load", "participant_usernames": names});
        text(&self.request(Method::POST, "/api/chats", Some(chat)).await?, "id")
    }

    /// Takes somebody into a chat.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn invite(&self, chat: &str, other: &Self) -> Result<()> {
        let path = format!("/api/chats/{chat}/invite");
        self.request(Method::POST, &path, Some(json!({"username": other.name}))).await.map(drop)
    }

    /// Removes somebody from a chat.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn remove(&self, chat: &str, other: &Self) -> Result<()> {
        let path = format!("/api/chats/{chat}/participants/{}", other.id);
        self.request(Method::DELETE, &path, None).await.map(drop)
    }

    /// The number of a chat's last durable change.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn head(&self, chat: &str) -> Result<i64> {
        let chat = self.request(Method::GET, &format!("/api/chats/{chat}"), None).await?;
        chat["head_seq"].as_i64().context("a chat without head_seq")
    }

    /// All messages of a chat in the order of the pages, from the oldest.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn history(&self, chat: &str) -> Result<Vec<Message>> {
        let mut all: Vec<Message> = Vec::new();
        loop {
            let after = all.last().map_or(0, |message| message.seq);
            let page = self.page(chat, &format!("after={after}&limit={PAGE}")).await?;
            // A server that forgets the bound would be asked for ever.
            if page.last().is_some_and(|last| last.seq <= after) {
                return Err(anyhow!("the page after {after} ends at or before it"));
            }
            let is_last = page.is_empty();
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// The message posted with this number, if there is one.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn message(&self, chat: &str, seq: i64) -> Result<Option<Message>> {
        let page = self.page(chat, &format!("after={}&limit=1", seq - 1)).await?;
        Ok(page.into_iter().find(|message| message.seq == seq))
    }

    async fn page(&self, chat: &str, query: &str) -> Result<Vec<Message>> {
        let page = self.request(Method::GET, &format!("/api/chats/{chat}/messages?{query}"), None).await?;
        Ok(serde_json::from_value(page)?)
    }

    /// Opens a socket.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) async fn connect(&self) -> Result<Socket> {
        Socket::open(&self.base, &self.token).await
    }

    /// Sends a request; the answer's body.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = within("an answer", request.send()).await??;
        let status = response.status();
        let body = response.bytes().await?;
        if !status.is_success() {
            let body = String::from_utf8_lossy(&body);
            return Err(anyhow!("{method} {path} was answered with {status}: {body}"));
        }
        Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

fn text(value: &Value, field: &str) -> Result<String> {
    Ok(value[field].as_str().with_context(|| format!("an answer without {field}"))?.to_owned())
}
