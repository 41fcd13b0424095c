//! S3: whatever ends a session or takes a right away does so on open sockets too, at once.

use std::time::{Duration, Instant};

use gemini_coop::domain::users;
use gemini_coop::protocol::ServerRole;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

/// So long may a socket outlive its session.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What ends a session of somebody who is logged in twice: here, and elsewhere.
#[derive(Clone, Copy, Debug)]
enum End {
    LogOut,
    LogOutEverywhere,
    OneOfOnes,
    NewPassword,
    DeletedAccount,
    Disabled,
    ResetPassword,
}

const ENDS: [End; 7] = [
    End::LogOut,
    End::LogOutEverywhere,
    End::OneOfOnes,
    End::NewPassword,
    End::DeletedAccount,
    End::Disabled,
    End::ResetPassword,
];

impl End {
    /// Ends the session of `victim`; from `elsewhere`, where that is another of the same person's.
    async fn happen(self, server: &TestServer, victim: &Client, elsewhere: &Client) {
        let cx = server.context();
        match self {
            Self::LogOut => drop(victim.post("/api/auth/logout", json!({})).await.expect(204)),
            Self::LogOutEverywhere => {
                drop(elsewhere.post("/api/auth/logout-all", json!({})).await.expect(204))
            }
            Self::OneOfOnes => {
                let sessions = victim.get("/api/auth/sessions").await.expect(200);
                let current = sessions.as_array().unwrap().iter().find(|it| it["current"] == true).unwrap();
                let path = format!("/api/auth/sessions/{}", current["id"].as_str().unwrap());
                elsewhere.delete(&path).await.expect(204);
            }
            Self::NewPassword => {
                let change = json!({"current_password": PASSWORD, "new_password": "another horse battery"});
                elsewhere.post("/api/auth/password", change).await.expect(204);
            }
            Self::DeletedAccount => {
                let body = Some(json!({"password": PASSWORD}));
                elsewhere.request(Method::DELETE, "/api/auth/me", body).await.expect(204);
            }
            Self::Disabled => drop(users::disable(&cx, &victim.name).await.unwrap()),
            Self::ResetPassword => {
                users::reset_password(&cx, &victim.name, "another horse battery").await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn s03_every_way_to_end_a_session_closes_its_sockets_at_once_and_refuses_its_tokens() {
    let server = TestServer::with(&["--messages-per-second=1000", "--messages-burst=1000"]).await;
    let ada = server.person("ada").await;
    for (n, end) in ENDS.into_iter().enumerate() {
        let ben = server.person(&format!("ben{n}")).await;
        let elsewhere = server.log_in(&ben.name).await;
        let chat = ada.group(&[&ben]).await;
        let ticket = ben.post("/api/auth/ws-ticket", json!({})).await.expect(200);
        let ticket = format!("/ws?ticket={}", ticket["ticket"].as_str().unwrap());
        let mut at_ben = ben.socket().await;
        at_ben.join(&chat).await;
        end.happen(&server, &ben, &elsewhere).await;
        let ended = Instant::now();
        ada.say(&chat, "now that ben is gone").await;
        let (frames, code) = at_ben.closed().await;
        assert!(ended.elapsed() < AT_ONCE, "{end:?}: the socket stayed for {:?}", ended.elapsed());
        assert_eq!(code, Some(4401), "{end:?}");
        let heard = |frame: &Value| frame["content"] == "now that ben is gone";
        assert!(!frames.iter().any(heard), "{end:?}: {frames:#?}");
        ben.get("/api/auth/me").await.refused("unauthenticated");
        assert_eq!(ben.try_socket(&[]).await.err(), Some(401), "{end:?}");
        assert_eq!(ben.socket_at(&ticket).await.err(), Some(401), "{end:?}: the ticket outlived its session");
    }
}

#[tokio::test]
async fn s03_a_role_that_is_taken_away_is_gone_on_open_sockets_and_sessions() {
    let server = TestServer::with(&["--gemini-api-key="]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let ben_in_it = format!("/api/chats/{chat}/participants/{}", ben.id);
    ada.patch(&ben_in_it, json!({"role": "admin"})).await.expect(200);
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    ada.say(&chat, "/bot are you there?").await;
    let reply = at_ben.wait_for("the end of the reply", |frame| frame["is_complete"] == true).await;
    let retry = json!({"type": "retry", "chat_id": chat, "message_id": reply["message_id"], "ref": "retry"});
    at_ben.send(retry.clone()).await;
    assert_eq!(at_ben.answer("retry").await["type"], "ack");
    ada.patch(&ben_in_it, json!({"role": "member"})).await.expect(200);
    at_ben.send(retry).await;
    assert_eq!(at_ben.answer("retry").await["code"], "forbidden");

    let cx = server.context();
    users::set_role(&cx, "ben", ServerRole::Admin).await.unwrap();
    ben.get("/api/admin/audit").await.expect(200);
    users::set_role(&cx, "ben", ServerRole::Member).await.unwrap();
    ben.get("/api/admin/audit").await.refused("forbidden");
}
