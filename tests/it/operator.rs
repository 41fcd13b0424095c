//! What the operator does to accounts while people are connected.

use std::process::Output;

use serde_json::json;

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

#[track_caller]
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_person_who_is_disabled_beside_the_running_server_hears_nothing_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    assert_eq!(said(&server.command(&["user", "disable", "BEN"]).await), "ben is kept out.\n");
    assert_eq!(at_ben.closed().await.1, Some(4401));
    ben.get("/api/auth/me").await.refused("unauthenticated");
    assert!(at_ada.settle().await.is_empty(), "nobody else is disturbed");

    said(&server.command(&["user", "enable", "ben@example.org"]).await);
    server.log_in("ben").await.socket().await;
}

#[tokio::test]
async fn a_password_reset_beside_the_running_server_closes_the_sockets() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    let told = said(&server.command(&["user", "reset-password", "--generate-password", "ada"]).await);
    assert_eq!(socket.closed().await.1, Some(4401));
    let password = told.trim().rsplit_once("Password: ").unwrap().1;
    Client::anonymous(&server.base).log_in("ada", password).await.socket().await;
    let old = json!({"username": "ada", "password": PASSWORD});
    Client::anonymous(&server.base).post("/api/auth/login", old).await.refused("unauthenticated");
}

#[tokio::test]
async fn people_are_added_and_listed_beside_the_running_server() {
    let server = TestServer::start().await;
    server.person("ada").await;
    server.person("ben").await;
    said(&server.command(&["user", "make-admin", "ada"]).await);
    said(&server.command(&["user", "disable", "ben"]).await);
    said(&server.command(&["user", "add", "--generate-password", "cleo", "cleo@example.org"]).await);
    let list = said(&server.command(&["user", "list"]).await);
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [
            ["ada", "admin", "active", "ada@example.org"],
            ["ben", "member", "disabled", "ben@example.org"],
            ["cleo", "member", "active", "cleo@example.org"],
        ]
    );
}

#[tokio::test]
async fn whatever_the_operator_did_wrong_is_told_in_a_sentence() {
    let server = TestServer::start().await;
    for (arguments, sentence) in [
        (&["user", "disable", "nobody"][..], "error: there is no such person"),
        (&["user", "add", "--generate-password", "x", "y"], "error: username must have 3 to 32"),
    ] {
        let output = server.command(arguments).await;
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && text.starts_with(sentence), "{text}");
    }
}
