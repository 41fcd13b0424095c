//! The first administrator.

use gemini_coop::domain::auth::setup;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

fn admin(token: &str, name: &str) -> Value {
    json!({"token": token, "username": name, "email": format!("{name}@example.org"), "password": PASSWORD})
}

#[tokio::test]
async fn the_setup_link_makes_one_administrator_and_works_once() {
    let server = TestServer::with(&["--registration=closed"]).await;
    let nobody = Client::anonymous(&server.base);
    let token = setup::open(&server.context()).await.unwrap().expect("there is no administrator");
    nobody.post("/api/setup", admin("nonsense", "eve")).await.refused("forbidden");
    nobody.post("/api/setup", admin(&token, "_")).await.refused("validation_failed");
    assert_eq!(nobody.post("/api/setup", admin(&token, "ada")).await.expect(201)["role"], "admin");
    nobody.post("/api/setup", admin(&token, "eve")).await.refused("forbidden");
    assert_eq!(setup::open(&server.context()).await.unwrap(), None);
    assert_eq!(server.log_in("ada").await.get("/api/auth/me").await.expect(200)["role"], "admin");
}

#[tokio::test]
async fn of_many_who_follow_the_link_at_once_one_becomes_administrator() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let token = setup::open(&server.context()).await.unwrap().unwrap();
    let names = ["ada", "ben", "cleo", "dora"];
    let answers = names.map(|name| nobody.post("/api/setup", admin(&token, name)));
    let answers = futures_util::future::join_all(answers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
}

#[tokio::test]
async fn a_later_link_replaces_the_earlier_and_none_means_no_setup() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let first = setup::open(&server.context()).await.unwrap().unwrap();
    setup::open(&server.context()).await.unwrap().unwrap();
    nobody.post("/api/setup", admin(&first, "eve")).await.refused("forbidden");
    nobody.post("/api/setup", admin("", "eve")).await.refused("forbidden");
}
