//! S34: what is done to accounts, sessions, rights and rooms is written down: once, with the change, and without its
//! contents.

use std::collections::BTreeSet;
use std::time::Duration;

use gemini_coop::domain::auth::setup;
use gemini_coop::domain::users::{self, NewPerson};
use gemini_coop::ids::Timestamp;
use gemini_coop::protocol::{AuditAction, ServerRole};
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use strum::IntoEnumIterator as _;

use crate::http::chats::link;
use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

/// Reads what has been added to the log since it was last asked.
struct Log {
    server: TestServer,
    read: usize,
    seen: BTreeSet<&'static str>,
}

/// An action, by whom, to whom, and its detail.
type Line<'a> = (AuditAction, Option<&'a Client>, Option<&'a str>, Option<&'a str>);

impl Log {
    /// All lines as the administrators' page has them, the oldest first.
    async fn all(&self) -> Vec<Value> {
        let lines = self.server.context().store.audit(None, 10_000).await.unwrap();
        lines.iter().rev().map(|line| serde_json::to_value(line).unwrap()).collect()
    }

    /// Exactly these are new.
    #[track_caller]
    fn assert(&mut self, lines: &[Value], expected: &[Line<'_>]) {
        let new: Vec<_> = lines[self.read..]
            .iter()
            .map(|line| {
                [&line["action"], &line["actor_id"], &line["subject_id"], &line["detail"]].map(Value::clone)
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(action, actor, subject, detail)| {
                self.seen.insert((*action).into());
                [json!(action), json!(actor.map(|it| &it.id)), json!(subject), json!(detail)]
            })
            .collect();
        assert_eq!(new, expected);
        self.read = lines.len();
    }
}

// A macro, so that a failure names the line of what was done.
macro_rules! written {
    ($log:ident, $($line:expr),+ $(,)?) => {
        let lines = $log.all().await;
        $log.assert(&lines, &[$($line),+]);
    };
}

#[tokio::test]
async fn s34_each_action_writes_exactly_its_line() {
    use AuditAction as A;
    let server = TestServer::start().await;
    let mut log = Log { server, read: 0, seen: BTreeSet::new() };
    let cx = log.server.context();
    let nobody = Client::anonymous(&log.server.base);

    // Coming in.
    let token = setup::open(&cx).await.unwrap().unwrap();
    let account =
        |name: &str| json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
    let mut administrator = account("root");
    administrator["token"] = json!(token);
    let mut root = nobody.clone();
    root.id = nobody.post("/api/setup", administrator).await.expect(201)["id"].as_str().unwrap().into();
    written!(log, (A::AccountCreated, Some(&root), Some(&root.id), None));
    let mut ada = nobody.clone();
    ada.id =
        nobody.post("/api/auth/register", account("ada")).await.expect(201)["id"].as_str().unwrap().into();
    written!(log, (A::AccountCreated, Some(&ada), Some(&ada.id), None));
    let ben = NewPerson {
        username: "ben".into(),
        email: "ben@example.org".into(),
        password: PASSWORD.into(),
        display_name: None,
    };
    let ben_id = users::add(&cx, ben, ServerRole::Member).await.unwrap().user.id.to_string();
    written!(log, (A::AccountCreated, None, Some(&ben_id), None));
    let ada = nobody.log_in("ada", PASSWORD).await;
    let session = session_of(&ada).await;
    written!(log, (A::LoggedIn, Some(&ada), Some(&ada.id), Some(&session)));
    let ben = nobody.log_in("ben", PASSWORD).await;
    let session = session_of(&ben).await;
    written!(log, (A::LoggedIn, Some(&ben), Some(&ben.id), Some(&session)));
    for (name, subject) in [("ada@example.org", Some(ada.id.as_str())), ("somebody", None)] {
        let wrong = json!({"username": name, "password": "wrong horse battery"});
        nobody.post("/api/auth/login", wrong).await.refused("unauthenticated");
        written!(log, (A::LogInFailed, None, subject, None));
    }

    // Rooms and who is in them.
    let chat = ada.post("/api/chats", json!({"name": "Plans"})).await.expect(201);
    let chat = format!("/api/chats/{}", chat["id"].as_str().unwrap());
    written!(log, (A::ChatCreated, Some(&ada), None, None));
    ada.post(&format!("{chat}/invite"), json!({"username": "ben"})).await.expect(201);
    written!(log, (A::MemberAdded, Some(&ada), Some(&ben.id), None));
    ada.post(&format!("{chat}/invite"), json!({"username": "ben"})).await.expect(200);
    let ben_in_it = format!("{chat}/participants/{}", ben.id);
    ada.patch(&ben_in_it, json!({"role": "admin"})).await.expect(200);
    written!(log, (A::MemberRoleChanged, Some(&ada), Some(&ben.id), Some("admin")));
    ada.patch(&ben_in_it, json!({"role": "admin"})).await.expect(200);
    ada.patch(&ben_in_it, json!({"role": "owner"})).await.expect(200);
    written!(log, (A::MemberRoleChanged, Some(&ada), Some(&ben.id), Some("owner")));
    ada.delete(&ben_in_it).await.refused("forbidden");
    let made = ben.post(&format!("{chat}/invite-links"), json!({})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    written!(log, (A::LinkCreated, Some(&ben), None, Some(id)));
    ben.delete(&format!("{chat}/participants/{}", ada.id)).await.expect(204);
    written!(log, (A::MemberRemoved, Some(&ben), Some(&ada.id), None));
    let accept = format!("/api/invite-links/{}/accept", made["code"].as_str().unwrap());
    ada.post(&accept, json!({})).await.expect(201);
    written!(log, (A::MemberJoined, Some(&ada), Some(&ada.id), Some(id)));
    ben.delete(&format!("{chat}/invite-links/{id}")).await.expect(204);
    written!(log, (A::LinkRevoked, Some(&ben), None, Some(id)));
    let message = ada.post(&format!("{chat}/messages"), json!({"content": "hello"})).await.expect(201);
    let message = message["id"].as_str().unwrap();
    ben.delete(&format!("{chat}/messages/{message}")).await.expect(204);
    written!(log, (A::MessageDeleted, Some(&ben), Some(&ada.id), Some(message)));
    ben.post(&format!("{chat}/leave"), json!({"new_owner_id": ada.id})).await.expect(204);
    written!(
        log,
        (A::MemberRoleChanged, Some(&ben), Some(&ada.id), Some("owner")),
        (A::MemberLeft, Some(&ben), Some(&ben.id), None),
    );
    let budget = json!({"budgets": [{"period": "day", "unit": "tokens", "amount": 1_000_000}]});
    ada.request(Method::PUT, &format!("{chat}/budget"), Some(budget)).await.expect(200);
    written!(log, (A::BudgetSet, Some(&ada), None, None));
    let muse = ada.post("/api/agents", json!({"username": "muse"})).await.expect(201)["id"].clone();
    written!(log, (A::AgentCreated, Some(&ada), muse.as_str(), None));
    ada.delete(&format!("/api/agents/{}", muse.as_str().unwrap())).await.expect(204);
    written!(log, (A::AgentDeleted, Some(&ada), muse.as_str(), None));
    ada.delete(&chat).await.expect(204);
    written!(log, (A::ChatDeleted, Some(&ada), None, None));
    let another = ada.group(&[]).await;
    written!(log, (A::ChatCreated, Some(&ada), None, None));
    ada.post(&format!("/api/chats/{another}/leave"), json!({})).await.expect(204);
    written!(log, (A::ChatDeleted, Some(&ada), None, None));

    // Oneself, and how one proves it.
    let change = |current: &str| json!({"current_password": current, "new_password": PASSWORD});
    ada.post("/api/auth/password", change("wrong horse battery")).await.refused("validation_failed");
    written!(log, (A::PasswordRefused, Some(&ada), Some(&ada.id), None));
    ada.post("/api/auth/password", change(PASSWORD)).await.expect(204);
    written!(log, (A::PasswordChanged, Some(&ada), Some(&ada.id), None));
    ada.patch("/api/auth/me", json!({"display_name": "Ada again"})).await.expect(200);
    let email = json!({"email": "ada@example.net", "current_password": PASSWORD});
    ada.patch("/api/auth/me", email).await.expect(200);
    written!(log, (A::EmailChanged, Some(&ada), Some(&ada.id), None));
    users::reset_password(&cx, "ben", PASSWORD).await.unwrap();
    written!(log, (A::PasswordReset, None, Some(&ben.id), None));
    users::set_role(&cx, "ben", ServerRole::Admin).await.unwrap();
    written!(log, (A::ServerRoleChanged, None, Some(&ben.id), Some("admin")));
    users::disable(&cx, "ben").await.unwrap();
    written!(log, (A::AccountDisabled, None, Some(&ben.id), None));
    users::enable(&cx, "ben").await.unwrap();
    written!(log, (A::AccountEnabled, None, Some(&ben.id), None));

    // Going.
    let stolen = by_cookie(&nobody, "ada").await;
    let (session, first) = (session_of(&stolen.0).await, stolen.1);
    written!(log, (A::LoggedIn, Some(&ada), Some(&ada.id), Some(&session)));
    let second = refresh(&nobody, &first).await.expect("a token of one's own");
    assert!(refresh(&nobody, &second).await.is_some());
    assert_eq!(refresh(&nobody, &first).await, None);
    written!(log, (A::RefreshReused, None, Some(&ada.id), Some(&session)));
    let session = session_of(&ada).await;
    ada.post("/api/auth/logout", json!({})).await.expect(204);
    written!(log, (A::SessionEnded, Some(&ada), Some(&ada.id), Some(&session)));
    let ada = nobody.log_in("ada", PASSWORD).await;
    let session = session_of(&ada).await;
    written!(log, (A::LoggedIn, Some(&ada), Some(&ada.id), Some(&session)));
    ada.post("/api/auth/logout-all", json!({})).await.expect(204);
    written!(log, (A::SessionsEnded, Some(&ada), Some(&ada.id), None));
    let ada = nobody.log_in("ada", PASSWORD).await;
    let session = session_of(&ada).await;
    written!(log, (A::LoggedIn, Some(&ada), Some(&ada.id), Some(&session)));
    ada.request(Method::DELETE, "/api/auth/me", Some(json!({"password": PASSWORD}))).await.expect(204);
    written!(log, (A::AccountDeleted, Some(&ada), Some(&ada.id), None));

    let every: BTreeSet<&str> = AuditAction::iter().map(<&str>::from).collect();
    assert_eq!(log.seen, every, "an action that nothing here does");

    // Where it came from, and nothing of what was said, typed or named.
    let lines = log.all().await;
    for line in &lines {
        let is_known = line.get("actor_id").or(line.get("from")).is_some();
        let from = line.get("from").and_then(Value::as_str);
        assert_eq!(from, is_known.then_some("127.0.0.1"), "{line:#}");
    }
    let text = json!(lines).to_string();
    for content in ["Plans", "hello", "example", "horse", "Ada again", "somebody"] {
        assert!(!text.contains(content), "{content}: {text}");
    }
}

#[tokio::test]
async fn s34_what_cannot_be_written_down_is_not_done() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let message = ada.say(&chat, "hello").await["id"].as_str().unwrap().to_owned();
    let tables = server.tables().await;
    tables.execute_unprepared("ALTER TABLE audit RENAME TO audit_away").await.unwrap();
    let of_chat = |path: &str| format!("/api/chats/{chat}{path}");
    let state = async || {
        [
            ada.get(&of_chat("")).await.expect(200),
            ada.get(&of_chat("/participants")).await.expect(200),
            ada.get(&of_chat("/messages")).await.expect(200),
            ada.get("/api/auth/sessions").await.expect(200),
            ada.get("/api/auth/me").await.expect(200),
            ada.get("/api/chats").await.expect(200),
        ]
    };
    let before = state().await;
    let login = json!({"username": "ada", "password": PASSWORD});
    let change = json!({"current_password": PASSWORD, "new_password": "another horse battery"});
    let email = json!({"email": "ada@example.net", "current_password": PASSWORD});
    for (method, path, body) in [
        (Method::POST, "/api/auth/login".to_owned(), login.clone()),
        (Method::POST, "/api/auth/logout-all".to_owned(), json!({})),
        (Method::POST, "/api/auth/password".to_owned(), change),
        (Method::PATCH, "/api/auth/me".to_owned(), email),
        (Method::POST, "/api/chats".to_owned(), json!({"name": "Another"})),
        (Method::PATCH, of_chat(&format!("/participants/{}", ben.id)), json!({"role": "admin"})),
        (Method::DELETE, of_chat(&format!("/participants/{}", ben.id)), json!({})),
        (Method::DELETE, of_chat(&format!("/messages/{message}")), json!({})),
        (Method::DELETE, of_chat(""), json!({})),
    ] {
        ada.request(method.clone(), &path, Some(body)).await.refused("internal");
        assert_eq!(state().await, before, "{method} {path}");
    }
    tables.execute_unprepared("ALTER TABLE audit_away RENAME TO audit").await.unwrap();
    Client::anonymous(&server.base).post("/api/auth/login", login).await.expect(200);
}

#[tokio::test]
async fn s34_administrators_page_through_the_log_and_nobody_else_sees_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    users::set_role(&server.context(), "ada", ServerRole::Admin).await.unwrap();
    Client::anonymous(&server.base).get("/api/admin/audit").await.refused("unauthenticated");
    ben.get("/api/admin/audit").await.refused("forbidden");
    let whole = ada.get("/api/admin/audit").await.expect(200);
    let mut pages = Vec::new();
    let mut next = Some("/api/admin/audit?limit=2".to_owned());
    while let Some(path) = next {
        let page = ada.get(&path).await;
        next = page.headers.get("link").and_then(|links| link(links.to_str().unwrap(), "next"));
        pages.extend(page.expect(200).as_array().unwrap().clone());
    }
    assert_eq!(json!(pages), whole);
    let told: Vec<_> = pages.iter().map(|line| [&line["action"], &line["actor"], &line["subject"]]).collect();
    let expected = [
        json!(["server_role_changed", null, "ada"]),
        json!(["logged_in", "ben", "ben"]),
        json!(["account_created", "ben", "ben"]),
        json!(["logged_in", "ada", "ada"]),
        json!(["account_created", "ada", "ada"]),
    ];
    assert_eq!(json!(told), json!(expected));
    for query in ["limit=0", "limit=201", "before=x"] {
        ada.get(&format!("/api/admin/audit?{query}")).await.refused("validation_failed");
    }
}

#[tokio::test]
async fn s34_the_operator_reads_the_log_beside_the_running_server() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    assert!(server.command(&["user", "disable", "ada"]).await.status.success());
    let output = server.command(&["audit"]).await;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().skip(1).collect()).collect();
    let session = lines[2].last().copied().unwrap();
    assert_eq!(
        lines,
        [
            vec!["account_disabled", "by", "-", "from", "-", "on", "ada"],
            vec!["chat_created", "by", "ada", "from", "127.0.0.1", "chat", &chat],
            vec!["logged_in", "by", "ada", "from", "127.0.0.1", "on", "ada", "with", session],
            vec!["account_created", "by", "ada", "from", "127.0.0.1", "on", "ada"],
        ]
    );
}

#[tokio::test]
async fn s34_the_log_is_kept_as_long_as_it_should_be_and_no_longer() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let store = &server.context().store;
    let lines = store.audit(None, 100).await.unwrap();
    let (newest, oldest) = (lines.first().unwrap().at, lines.last().unwrap().at);
    store.prune_audit(oldest).await.unwrap();
    assert_eq!(store.audit(None, 100).await.unwrap(), lines);
    store.prune_audit(newest.plus(Duration::from_millis(1))).await.unwrap();
    assert_eq!(store.audit(None, 100).await.unwrap(), []);
    assert!(newest > Timestamp(0));
}

async fn session_of(client: &Client) -> String {
    let sessions = client.get("/api/auth/sessions").await.expect(200);
    let current = sessions.as_array().unwrap().iter().find(|it| it["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

/// A session that stays by cookie, and the cookie.
async fn by_cookie(nobody: &Client, name: &str) -> (Client, String) {
    let login = json!({"username": name, "password": PASSWORD, "cookie": true});
    let answer = nobody.post("/api/auth/login", login).await;
    let cookie = cookie(&answer.headers);
    let token = answer.expect(200)["access_token"].as_str().unwrap().to_owned();
    (nobody.with_token(&token), cookie)
}

/// The next cookie, or none where the one shown was refused.
async fn refresh(nobody: &Client, shown: &str) -> Option<String> {
    let answer = nobody.send(nobody.raw(Method::POST, "/api/auth/refresh").header("cookie", shown)).await;
    answer.status.is_success().then(|| cookie(&answer.headers))
}

fn cookie(headers: &reqwest::header::HeaderMap) -> String {
    headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}
