//! What guessing a password costs, and whom.

use serde_json::json;

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

#[tokio::test]
async fn a_wrong_password_an_unknown_name_an_agent_and_a_disabled_person_get_the_same_answer() {
    let server = TestServer::start().await;
    server.person("ada").await;
    server.person("ben").await;
    gemini_coop::domain::users::disable(&server.context(), "ben").await.unwrap();
    let nobody = Client::anonymous(&server.base);
    let mut answers = Vec::new();
    for (name, password) in [
        ("ada", "wrong horse battery"),
        ("cleo", PASSWORD),
        ("gem", PASSWORD),
        ("ben", PASSWORD),
        ("ada", "short"),
    ] {
        let login = json!({"username": name, "password": password});
        let mut answer = nobody.post("/api/auth/login", login).await.refused("unauthenticated");
        answer["request_id"].take();
        answers.push(answer);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[tokio::test]
async fn a_guesser_waits_and_the_right_password_waits_too() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let nobody = Client::anonymous(&server.base);
    let wrong = json!({"username": "ada", "password": "wrong horse battery"});
    for _ in 0..5 {
        nobody.post("/api/auth/login", wrong.clone()).await.refused("unauthenticated");
    }
    let right = json!({"username": "ada@example.org", "password": PASSWORD});
    let answer = nobody.post("/api/auth/login", right).await;
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(answer.refused("rate_limited")["retry_after"], 1);
}

#[tokio::test]
async fn one_who_knows_the_password_is_not_slowed_however_often_they_log_in() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let logins = (0..50).map(|_| server.log_in("ada"));
    futures_util::future::join_all(logins).await;
    assert_eq!(ada.get("/api/auth/sessions").await.expect(200).as_array().unwrap().len(), 51);
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    gemini_coop::domain::users::disable(&server.context(), "ADA").await.unwrap();
    assert_eq!(socket.closed().await.1, Some(4401));
    ada.get("/api/auth/me").await.refused("unauthenticated");
    gemini_coop::domain::users::enable(&server.context(), "ada").await.unwrap();
    server.log_in("ada").await;
}
