//! The process killed without a word: what was acknowledged is there, and no reply is left being written.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use standin::script::{Script, numbered_text};
use standin::server::Standin;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::database::TestDatabase;
use crate::support::server::PASSWORD;
use crate::support::within;

/// A run of a process that is gone is another's once its lease has ended: 10 s, and 5 s between two looks.
const LEASE_ENDS: Duration = Duration::from_secs(25);

/// The program itself.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    async fn start(data: &TempDir, database: &TestDatabase, standin: &Standin) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemini-coop"));
        command
            .arg(format!("--data-dir={}", data.path().display()))
            .arg(format!("--port={}", free.port()))
            .arg(format!("--gemini-base-url={}", standin.base_url()))
            .args(["--gemini-api-key=test-key", "--replies-per-room=1"])
            .args(database.url().map(|url| format!("--database-url={url}")))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Self { child: command.spawn().unwrap(), base: format!("http://{free}") };
        within("the process to listen", async {
            while tokio::net::TcpStream::connect(free).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        process
    }

    /// SIGKILL: no drain, no goodbye.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn message(ada: &Client, chat: &str, id: &Value) -> Value {
    let found = ada.history(chat).await.into_iter().find(|message| message["id"] == *id);
    found.expect("the message is there")
}

/// Looks again and again until the message fits.
async fn eventually(ada: &Client, chat: &str, id: &Value, fits: impl Fn(&Value) -> bool) -> Value {
    let look = async {
        loop {
            let message = message(ada, chat, id).await;
            if fits(&message) {
                return message;
            }
        }
    };
    timeout(LEASE_ENDS, look).await.expect("it fits before the lease has ended")
}

#[tokio::test]
async fn a_killed_process_loses_no_message_and_leaves_no_reply_being_written() {
    let (data, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await);
    let standin = Standin::start().await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    standin.play(script);
    let mut process = Process::start(&data, &database, &standin).await;
    let nobody = Client::anonymous(&process.base);
    let account = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    nobody.post("/api/auth/register", account).await.expect(201);
    let ada = nobody.log_in("ada", PASSWORD).await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let is_reply = |frame: &Value| frame["type"] == "message" && frame["is_bot"] == true;
    socket.say(&chat, "/bot one").await;
    let written = socket.wait_for("a placeholder", is_reply).await["message_id"].clone();
    socket.say(&chat, "/bot two").await;
    let waiting = socket.wait_for("a placeholder", is_reply).await["message_id"].clone();
    gate.release(2);
    eventually(&ada, &chat, &written, |reply| reply["content"] == numbered_text(2)).await;
    let mut acknowledged = Vec::new();
    for n in 0..20 {
        acknowledged.push(socket.say(&chat, &format!("line {n}")).await["message_id"].clone());
    }
    process.kill();

    standin.play(Script::text("after the crash", 5));
    let process = Process::start(&data, &database, &standin).await;
    let ada = ada.at(&process.base);
    let one = eventually(&ada, &chat, &written, |reply| reply["status"] != "streaming").await;
    assert_eq!((&one["status"], &one["run"]["reason"]), (&json!("interrupted"), &json!("restarted")));
    assert_eq!(one["content"], numbered_text(2));
    let two = eventually(&ada, &chat, &waiting, |reply| reply["status"] == "complete").await;
    assert_eq!(two["content"], "after the crash");
    let there: Vec<_> = ada.history(&chat).await.iter().map(|message| message["id"].clone()).collect();
    for id in &acknowledged {
        assert_eq!(there.iter().filter(|there| *there == id).count(), 1);
    }
}

#[tokio::test]
async fn a_retry_whose_process_is_killed_keeps_its_own_text_and_can_be_retried_again() {
    let (data, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await);
    let standin = Standin::start().await;
    standin.play(Script::synthetic("blocked-prompt"));
    let mut process = Process::start(&data, &database, &standin).await;
    let nobody = Client::anonymous(&process.base);
    let account = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    nobody.post("/api/auth/register", account).await.expect(201);
    let ada = nobody.log_in("ada", PASSWORD).await;
    let chat = ada.group(&[]).await;
    ada.say(&chat, "/bot one").await;
    let reply = ada.history(&chat).await.pop().unwrap()["id"].clone();
    let failed = eventually(&ada, &chat, &reply, |reply| reply["status"] == "failed").await;
    let (script, gate) = Script::chunks(100, Duration::ZERO).gated();
    standin.play(script);
    let path = format!("/api/chats/{chat}/messages/{}", reply.as_str().unwrap());
    let retried = ada.post(&format!("{path}/retry"), json!({})).await.expect(200);
    gate.release(2);
    eventually(&ada, &chat, &reply, |reply| reply["content"] == numbered_text(2)).await;
    process.kill();

    standin.play(Script::text("after the crash", 5));
    let process = Process::start(&data, &database, &standin).await;
    let ada = ada.at(&process.base);
    let cut = eventually(&ada, &chat, &reply, |reply| reply["status"] != "streaming").await;
    assert_eq!((&cut["status"], &cut["run"]["id"]), (&json!("interrupted"), &retried["run"]["id"]));
    assert_eq!(cut["content"], numbered_text(2));
    ada.post(&format!("{path}/retry"), json!({})).await.expect(200);
    let whole = eventually(&ada, &chat, &reply, |reply| reply["status"] == "complete").await;
    assert_eq!((&whole["content"], &whole["seq"]), (&json!("after the crash"), &failed["seq"]));
    let revisions = ada.get(&format!("{path}/revisions")).await.expect(200);
    let texts: Vec<_> = revisions.as_array().unwrap().iter().map(|revision| &revision["content"]).collect();
    assert_eq!(texts, [&failed["content"], &json!(numbered_text(2))]);
}
