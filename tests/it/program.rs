//! The real program from start to end: what it prints, what it logs, what it brings, how it stops.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use standin::script::Script;
use standin::server::{Standin, WRONG_KEY};
use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::server::PASSWORD;

/// A process of its own, on a free port, over SQLite.
struct Program {
    child: Child,
    base: String,
    _data: TempDir,
}

impl Program {
    fn start(environment: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemini-coop"));
        command.env_clear().env("PORT", "0").env("DATA_DIR", "data").envs(environment.iter().copied());
        command.current_dir(&data).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        let base =
            first.trim().strip_prefix("Gemini Coop serves ").expect("its address comes first").to_owned();
        // Read on, so that the program can say the rest.
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Self { child, base, _data: data }
    }

    fn signal(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the program runs");
    }

    /// Waits for the end; the exit code and the log.
    fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ended already, unless the test failed.
        let _ = self.child.kill();
    }
}

#[tokio::test]
async fn every_request_has_its_line_with_its_id_and_nothing_that_was_said() {
    let program = Program::start(&[("LOG_FORMAT", "json"), ("LOG_LEVEL", "trace")]);
    let nobody = Client::anonymous(&program.base);
    let account = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    let register = nobody.raw(reqwest::Method::POST, "/api/auth/register").json(&account);
    nobody.send(register.header("x-request-id", "mine-1")).await.expect(201);
    let ada = nobody.log_in("ada", PASSWORD).await;
    let chat = ada.group(&[]).await;
    let link = ada.post(&format!("/api/chats/{chat}/invite-links"), json!({})).await.expect(201);
    let code = link["code"].as_str().unwrap().to_owned();
    nobody.get(&format!("/api/invite-links/{code}")).await.expect(200);
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    socket.say(&chat, "a secret of the room").await;
    let token = ada.token.clone().unwrap();
    nobody.socket_at(&format!("/ws?token={token}")).await.expect("the token opens a socket");
    drop(socket);
    program.signal();
    let (status, log) = program.ended();
    assert_eq!(status, Some(0), "{log}");
    for secret in ["a secret of the room", "example.org", PASSWORD, token.as_str(), "?token=", code.as_str()]
    {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered = lines.iter().find(|line| line["spans"][0]["request.id"] == "mine-1").expect(&log);
    assert_eq!(
        (&answered["message"], &answered["status"], &answered["spans"][0]["route"]),
        (&json!("answered"), &json!(201), &json!("/api/auth/register"))
    );
}

/// S28. At the level that tells most, with everything going wrong that can.
#[tokio::test]
async fn s28_no_secret_is_logged_or_answered_whatever_goes_wrong() {
    const KEY: &str = "AIza-canary-of-the-model";
    const METRICS: &str = "canary-of-the-metrics";
    const SIGNING: &str = "n0bFz3cTj1m0cWqkQ0yqf8r5Jt2vYx9LhPzKdSgRwAe";
    const CODE: &str = "canary-of-registration";
    let standin = Standin::start().await;
    let files = tempfile::tempdir().unwrap();
    let providers = files.path().join("providers.json");
    // It refuses this key, and repeats it.
    let local = json!({
        "name": "local", "kind": "openai", "base_url": format!("{}/openai/v1", standin.base_url()),
        "key_env": "KEY_OF_LOCAL", "model": "stand-in",
    });
    fs::write(&providers, json!({"providers": [local]}).to_string()).unwrap();
    let program = Program::start(&[
        ("LOG_FORMAT", "json"),
        ("LOG_LEVEL", "trace"),
        ("PROVIDERS_FILE", providers.to_str().unwrap()),
        ("KEY_OF_LOCAL", WRONG_KEY),
        ("FALLBACK_MODELS", "local/stand-in"),
        ("GEMINI_API_KEY", KEY),
        ("GEMINI_BASE_URL", &standin.base_url()),
        ("GEMINI_RETRIES", "0"),
        ("METRICS_TOKEN", METRICS),
        ("JWT_SECRET", SIGNING),
        ("REGISTRATION", "invite"),
        ("REGISTRATION_CODE", CODE),
    ]);
    let nobody = Client::anonymous(&program.base);
    let mut answers = Vec::new();
    let mut account = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    answers.push(nobody.post("/api/auth/register", account.clone()).await.refused("forbidden"));
    account["invite_code"] = json!(CODE);
    answers.push(nobody.post("/api/auth/register", account.clone()).await.expect(201));
    answers.push(nobody.post("/api/auth/register", account).await.refused("conflict"));
    let login = |password: &str| json!({"username": "ada", "password": password, "cookie": true});
    answers.push(
        nobody.post("/api/auth/login", login("canary of a wrong one")).await.refused("unauthenticated"),
    );
    let granted = nobody.post("/api/auth/login", login(PASSWORD)).await;
    let cookie = granted.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let refreshed =
        nobody.send(nobody.raw(reqwest::Method::POST, "/api/auth/refresh").header("cookie", &cookie)).await;
    let token = refreshed.expect(200)["access_token"].as_str().unwrap().to_owned();
    let ada = nobody.with_token(&token);
    let ticket =
        ada.post("/api/auth/ws-ticket", json!({})).await.expect(200)["ticket"].as_str().unwrap().to_owned();
    let mut socket = ada.socket_at(&format!("/ws?ticket={ticket}")).await.unwrap();
    assert_eq!(nobody.socket_at(&format!("/ws?ticket={ticket}")).await.err(), Some(401));
    let chat = ada.group(&[]).await;
    socket.join(&chat).await;
    for failure in ["bad-key", "500", "drop", "garbage"] {
        standin.play(Script::synthetic(failure));
        socket.say(&chat, &format!("/bot {failure} and the canary of a question")).await;
        answers.push(socket.wait_for("the end", |frame| frame["is_complete"] == true).await);
    }
    answers.push(ada.get("/api/models").await.expect(200));
    let metrics = nobody.with_token(METRICS);
    assert_eq!(metrics.get("/metrics").await.status, 200);
    answers.push(nobody.with_token("canary of a guess").get("/metrics").await.refused("unauthenticated"));
    answers.push(
        ada.request(
            reqwest::Method::DELETE,
            "/api/auth/me",
            Some(json!({"password": "canary of a wrong one"})),
        )
        .await
        .refused("validation_failed"),
    );
    drop(socket);
    program.signal();
    let (status, log) = program.ended();
    assert_eq!(status, Some(0), "{log}");
    let cookie = cookie.split_once('=').unwrap().1;
    for secret in [
        KEY,
        WRONG_KEY,
        METRICS,
        SIGNING,
        CODE,
        PASSWORD,
        &token,
        cookie,
        &ticket,
        "canary of",
        "eyJhbGciOi",
        "ticket=",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
        let answered = answers.iter().find(|answer| answer.to_string().contains(secret));
        assert_eq!(answered, None, "{secret} is in an answer");
    }
}

#[tokio::test]
async fn the_same_signal_twice_at_once_still_ends_everything_in_order() {
    let program = Program::start(&[]);
    program.signal();
    program.signal();
    let (code, log) = program.ended();
    assert!(code == Some(0) && log.contains("shut down"), "{code:?} {log}");
}

#[tokio::test]
async fn every_number_that_the_operators_page_names_is_shown() {
    let program = Program::start(&[("METRICS_TOKEN", "a-token")]);
    let nobody = Client::anonymous(&program.base);
    let account = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    nobody.post("/api/auth/register", account).await.expect(201);
    let ada = nobody.log_in("ada", PASSWORD).await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    // Without a key the reply ends at once, without a first chunk.
    socket.say(&chat, "/bot hello").await;
    socket.wait_for("the end of the reply", |frame| frame["is_complete"] == true).await;
    let numbers = nobody.with_token("a-token").raw(reqwest::Method::GET, "/metrics").send().await.unwrap();
    let numbers = numbers.text().await.unwrap();
    let page = include_str!("../../docs/OPERATING.md");
    let named = page.lines().filter(|line| line.starts_with("| `coop_")).flat_map(|line| line.split('`'));
    for name in named.filter(|word| word.starts_with("coop_") && !word.contains("first_chunk")) {
        let name = name.split('{').next().unwrap();
        assert!(numbers.lines().any(|line| line.starts_with(name)), "{name} is not in\n{numbers}");
    }
    program.signal();
    assert_eq!(program.ended().0, Some(0));
}

/// Every file below, by its path within `folder`.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let (path, name) = entry.map(|it| (it.path(), it.file_name().into_string().unwrap())).unwrap();
        if path.is_dir() {
            found.extend(files_below(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found
}

/// Both halves are promises: which of them is seen here depends on whether the app was built before the server.
#[tokio::test]
async fn the_binary_holds_the_web_app_as_it_was_built_or_says_that_there_is_none() {
    let program = Program::start(&[]);
    let nobody = Client::anonymous(&program.base);
    let fetch = async |path: &str| {
        let request = nobody.raw(reqwest::Method::GET, path).header("accept", "text/html");
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap())
    };
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist");
    let files = files_below(&dist);
    let built = files.iter().any(|path| path == "index.html");
    let page = fetch("/").await;
    assert_eq!(page.0, if built { 200 } else { 503 }, "{files:?}");
    let sent_as_it_is = |path: &&String| {
        *path != "index.html" && !path.starts_with('.') && !path.ends_with(".br") && !path.ends_with(".gz")
    };
    for path in files.iter().filter(sent_as_it_is) {
        assert_eq!(
            fetch(&format!("/{path}")).await,
            (200, fs::read(dist.join(path)).unwrap().into()),
            "{path}"
        );
    }
    program.signal();
    let (_, log) = program.ended();
    assert_eq!(log.matches("the web app was not built").count(), if built { 0 } else { 1 }, "{log}");
}
