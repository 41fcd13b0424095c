//! Logging in and out, refreshing, tickets.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::client::{Answer, Client};
use crate::support::server::{PASSWORD, TestServer};

/// Logs in by cookie; the answer and the cookie's pair.
async fn by_cookie(server: &TestServer, name: &str) -> (Answer, String) {
    let login = json!({"username": name, "password": PASSWORD, "cookie": true});
    let answer = Client::anonymous(&server.base).post("/api/auth/login", login).await;
    let cookie = cookie(&answer);
    (answer, cookie)
}

fn cookie(answer: &Answer) -> String {
    let line = answer.headers["set-cookie"].to_str().expect("a cookie is ASCII");
    line.split_once(';').expect("the cookie has attributes").0.to_owned()
}

async fn refresh(server: &TestServer, cookie: &str) -> Answer {
    let nobody = Client::anonymous(&server.base);
    nobody.send(nobody.raw(Method::POST, "/api/auth/refresh").header("cookie", cookie)).await
}

#[tokio::test]
async fn a_bare_login_gets_a_token_for_a_day_and_no_cookie() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let login = json!({"username": "Ada@example.org", "password": PASSWORD});
    let answer = Client::anonymous(&server.base).post("/api/auth/login", login).await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let token = answer.expect(200);
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(86_400)));
}

#[tokio::test]
async fn a_login_by_cookie_gets_a_short_token_and_a_cookie_that_goes_nowhere_else() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let (answer, cookie) = by_cookie(&server, "ada").await;
    let line = answer.headers["set-cookie"].to_str().unwrap().replace(&cookie, "coop_refresh=…");
    assert_eq!(line, "coop_refresh=…; Path=/api/auth; Max-Age=2592000; HttpOnly; SameSite=Strict");
    assert_eq!(answer.expect(200)["expires_in"], 900);
}

#[tokio::test]
async fn the_cookie_is_for_https_only_where_the_server_is_reached_by_it() {
    let server = TestServer::with(&["--public-url=https://chat.example.org"]).await;
    server.person("ada").await;
    let (answer, _) = by_cookie(&server, "ada").await;
    assert!(answer.headers["set-cookie"].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn a_refreshed_session_goes_on_and_a_token_used_after_a_newer_one_ends_it() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let (_, first) = by_cookie(&server, "ada").await;
    let refreshed = refresh(&server, &first).await;
    let second = cookie(&refreshed);
    assert_ne!(first, second);
    let token = refreshed.expect(200)["access_token"].as_str().unwrap().to_owned();
    let guest = ada.with_token(&token);
    let mut socket = guest.socket().await;
    let third = refresh(&server, &second).await;
    let third = cookie(&third);

    let reused = refresh(&server, &first).await;
    assert!(reused.headers["set-cookie"].to_str().unwrap().starts_with("coop_refresh=; "));
    reused.refused("unauthenticated");
    assert_eq!(socket.closed().await.1, Some(4401));
    refresh(&server, &third).await.refused("unauthenticated");
    guest.get("/api/auth/me").await.refused("unauthenticated");
    ada.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn tabs_that_refresh_at_once_and_answers_that_get_lost_do_not_log_anybody_out() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let (_, first) = by_cookie(&server, "ada").await;
    let answers = futures_util::future::join_all((0..8).map(|_| refresh(&server, &first))).await;
    assert!(answers.iter().all(|answer| answer.status.is_success()));
    let kept = cookie(&answers[3]);
    refresh(&server, &kept).await.expect(200);
}

#[tokio::test]
async fn who_has_no_cookie_is_given_nothing_and_refused_nothing() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let answer = nobody.send(nobody.raw(Method::POST, "/api/auth/refresh")).await;
    assert!(!answer.headers.contains_key("set-cookie"));
    answer.expect(204);
    refresh(&server, "coop_refresh=guess").await.refused("unauthenticated");
}

#[tokio::test]
async fn a_foreign_page_can_neither_refresh_nor_log_in_by_cookie() {
    let server = TestServer::with(&["--cors-origins=https://friend.example"]).await;
    server.person("ada").await;
    let nobody = Client::anonymous(&server.base);
    let login = json!({"username": "ada", "password": PASSWORD, "cookie": true});
    for (origin, welcome) in [
        ("https://evil.example", false),
        ("null", false),
        ("https://friend.example", true),
        (server.base.as_str(), true),
    ] {
        let (_, cookie) = by_cookie(&server, "ada").await;
        for request in [
            nobody.raw(Method::POST, "/api/auth/refresh").header("cookie", cookie),
            nobody.raw(Method::POST, "/api/auth/login").json(&login),
        ] {
            let answer = nobody.send(request.header("origin", origin)).await;
            assert_eq!(answer.status.as_u16(), if welcome { 200 } else { 403 }, "{origin}");
        }
    }
}

#[tokio::test]
async fn one_sees_ones_sessions_and_ends_one_of_them() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let elsewhere = server.log_in("ada").await;
    let sessions = ada.get("/api/auth/sessions").await.expect(200);
    let sessions = sessions.as_array().unwrap();
    assert_eq!(
        sessions.iter().map(|session| session["current"].as_bool().unwrap()).collect::<Vec<_>>(),
        [false, true]
    );
    let other = format!("/api/auth/sessions/{}", sessions[0]["id"].as_str().unwrap());
    ben.delete(&other).await.refused("not_found");
    elsewhere.get("/api/auth/me").await.expect(200);
    ada.delete(&other).await.expect(204);
    ada.delete(&other).await.refused("not_found");
    elsewhere.get("/api/auth/me").await.refused("unauthenticated");
    ada.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn logging_out_everywhere_is_everywhere() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let elsewhere = server.log_in("ada").await;
    let mut sockets = [ada.socket().await, elsewhere.socket().await];
    let answer = ada.post("/api/auth/logout-all", json!({})).await;
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    answer.expect(204);
    for socket in &mut sockets {
        assert_eq!(socket.closed().await.1, Some(4401));
    }
    elsewhere.get("/api/auth/me").await.refused("unauthenticated");
}

#[tokio::test]
async fn a_new_password_is_the_only_one() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    let refusal = ada
        .post("/api/auth/password", change("wrong horse", "another horse"))
        .await
        .refused("validation_failed");
    assert_eq!(refusal["errors"][0]["field"], "current_password");
    let refusal =
        ada.post("/api/auth/password", change(PASSWORD, "short")).await.refused("validation_failed");
    assert_eq!(refusal["errors"][0]["field"], "new_password");
    ada.post("/api/auth/password", change(PASSWORD, "another horse")).await.expect(204);
    let nobody = Client::anonymous(&server.base);
    nobody.log_in("ada", "another horse").await;
    let old = json!({"username": "ada", "password": PASSWORD});
    nobody.post("/api/auth/login", old).await.refused("unauthenticated");
}

#[tokio::test]
async fn a_session_outlives_a_restart_and_its_key_is_kept() {
    let mut server = TestServer::start().await;
    let ada = server.person("ada").await;
    server.restart().await;
    ada.at(&server.base).get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn no_token_in_the_address_where_it_is_switched_off() {
    let server = TestServer::with(&["--allow-token-in-url=false"]).await;
    let ada = server.person("ada").await;
    let path = format!("/ws?token={}", ada.token.clone().unwrap());
    assert_eq!(ada.socket_at(&path).await.err(), Some(401));
    assert!(ada.try_socket(&[]).await.is_ok());
}

#[tokio::test]
async fn fifty_who_log_in_at_once_do_not_hold_up_a_room_that_talks() {
    let server = TestServer::with(&["--messages-per-second=100000", "--messages-burst=100000"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let ben = ben.clone();
        logins.spawn(async move {
            let login = json!({"username": "ben", "password": PASSWORD});
            ben.post("/api/auth/login", login).await.expect(200)
        });
    }
    let (mut said, mut slowest) = (0, Duration::ZERO);
    while !logins.is_empty() {
        let began = Instant::now();
        assert_eq!(socket.say(&chat, "still talking").await["type"], "ack");
        slowest = slowest.max(began.elapsed());
        said += 1;
        while let Some(login) = logins.try_join_next() {
            login.unwrap();
        }
    }
    assert!(said >= 10, "{said} messages");
    assert!(slowest < Duration::from_secs(1), "{slowest:?} for one message");
}
