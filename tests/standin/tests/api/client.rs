//! An HTTP client that shows what is on the wire: every chunk as it was cut, and how the connection ended.

use std::io;

use serde_json::{Value, json};
use standin::server::Standin;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub(crate) const MODEL: &str = "gemini-2.5-flash";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Whole,
    Dropped,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) end: End,
}

impl Answer {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes()).expect("the body is JSON")
    }

    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("the body has an error message").to_owned()
    }

    /// The JSON objects of an event stream in exactly the API's framing.
    pub(crate) fn events(&self) -> Vec<Value> {
        let body = String::from_utf8(self.bytes()).expect("the body is UTF-8");
        let events = body.strip_suffix("\r\n\r\n").expect("a blank line ends the stream").split("\r\n\r\n");
        events
            .map(|event| {
                let data = event.strip_prefix("data: ").expect("an event begins with data:");
                serde_json::from_str(data).expect("an event holds JSON")
            })
            .collect()
    }

    /// The visible text of an event stream.
    pub(crate) fn text(&self) -> String {
        let events = self.events();
        let parts = events.iter().filter_map(|event| event["candidates"][0]["content"]["parts"].as_array());
        parts
            .flatten()
            .filter(|part| part["thought"] != true)
            .filter_map(|part| part["text"].as_str())
            .collect()
    }
}

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) async fn to(standin: &Standin) -> Self {
        let base = standin.base_url();
        let address = base.strip_prefix("http://").expect("a base URL");
        Self(BufReader::new(TcpStream::connect(address).await.expect("the stand-in listens")))
    }

    pub(crate) async fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head =
            format!("{method} {target} HTTP/1.1\r\nhost: standin\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.0.write_all(head.as_bytes()).await.expect("the head is sent");
        self.0.write_all(body).await.expect("the body is sent");
    }

    pub(crate) async fn ask(&mut self, method: &str, key: &str, body: &Value) {
        let target = match method {
            "streamGenerateContent" => format!("/v1beta/models/{MODEL}:{method}?alt=sse"),
            _ => format!("/v1beta/models/{MODEL}:{method}"),
        };
        let headers = [("content-type", "application/json"), ("x-goog-api-key", key)];
        self.send("POST", &target, &headers, body.to_string().as_bytes()).await;
    }

    /// Status and headers.
    pub(crate) async fn head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let status = self.line().await?;
        let status =
            status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            match line.split_once(": ") {
                Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
                None => return Ok((status, headers)),
            }
        }
    }

    /// The next HTTP chunk; empty at the end of the body.
    pub(crate) async fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let size = usize::from_str_radix(&self.line().await?, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size];
        self.0.read_exact(&mut chunk).await?;
        self.line().await?;
        Ok(chunk)
    }

    pub(crate) async fn answer(&mut self) -> io::Result<Answer> {
        let (status, headers) = self.head().await?;
        let mut answer = Answer { status, headers, chunks: Vec::new(), end: End::Whole };
        if let Some(length) = answer.header("content-length").and_then(|length| length.parse().ok()) {
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).await?;
            answer.chunks.push(body);
            return Ok(answer);
        }
        loop {
            match self.chunk().await {
                Ok(chunk) if chunk.is_empty() => return Ok(answer),
                Ok(chunk) => answer.chunks.push(chunk),
                Err(_) => {
                    answer.end = End::Dropped;
                    return Ok(answer);
                }
            }
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

pub(crate) fn question(text: &str) -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": text}]}]})
}

/// Asks once, on a connection of its own.
pub(crate) async fn asked(standin: &Standin, method: &str, key: &str) -> Answer {
    let mut connection = Connection::to(standin).await;
    connection.ask(method, key, &question("hello")).await;
    connection.answer().await.expect("an answer")
}

pub(crate) async fn streamed(standin: &Standin, key: &str) -> Answer {
    asked(standin, "streamGenerateContent", key).await
}
