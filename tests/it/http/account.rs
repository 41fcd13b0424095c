//! Registering, one's profile, going away.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

fn account(username: &str) -> Value {
    json!({"username": username, "email": format!("{username}@example.org"), "password": PASSWORD})
}

#[tokio::test]
async fn whoever_registers_is_an_ordinary_person() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let mut ada = nobody.post("/api/auth/register", account("Ada")).await.expect(201);
    let me = server.log_in("ada").await.get("/api/auth/me").await.expect(200);
    assert_eq!(me, ada);
    for field in ["id", "created_at"] {
        assert!(ada[field].take().is_string());
    }
    let expected = json!({
        "id": null, "kind": "person", "username": "Ada", "display_name": "Ada", "created_at": null,
        "email": "ada@example.org", "role": "member",
    });
    assert_eq!(ada, expected);
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case_and_the_bots_too() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    nobody.post("/api/auth/register", account("ada")).await.expect(201);
    let refusal = nobody.post("/api/auth/register", account("ADA")).await.refused("conflict");
    assert_eq!(refusal["detail"], "this username is taken");
    assert_eq!(refusal["errors"], json!([{"field": "username", "message": "this username is taken"}]));
    let other = json!({"username": "ben", "email": "Ada@Example.org", "password": PASSWORD});
    let refusal = nobody.post("/api/auth/register", other).await.refused("conflict");
    assert_eq!(refusal["errors"], json!([{"field": "email", "message": "this email is taken"}]));
    nobody.post("/api/auth/register", account("Gem")).await.refused("conflict");
}

#[tokio::test]
async fn every_field_that_will_not_do_is_named_at_once() {
    let server = TestServer::start().await;
    let body = json!({"username": "_", "email": "x", "password": "short", "display_name": "a\nb"});
    let refusal =
        Client::anonymous(&server.base).post("/api/auth/register", body).await.refused("validation_failed");
    let fields: Vec<&str> =
        refusal["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["username", "display_name", "email", "password"]);
}

#[tokio::test]
async fn closed_registration_is_closed() {
    let server = TestServer::with(&["--registration=closed"]).await;
    let nobody = Client::anonymous(&server.base);
    nobody.post("/api/auth/register", account("ada")).await.refused("forbidden");
    assert_eq!(nobody.get("/api/limits").await.expect(200)["registration"], "closed");
}

#[tokio::test]
async fn an_invitation_lets_in_and_a_guess_does_not() {
    let server = TestServer::with(&["--registration=invite", "--registration-code=open sesame"]).await;
    let nobody = Client::anonymous(&server.base);
    assert_eq!(nobody.get("/api/limits").await.expect(200)["registration"], "invite");
    nobody.post("/api/auth/register", account("ada")).await.refused("forbidden");
    let mut ada = account("ada");
    ada["invite_code"] = json!("open says me");
    nobody.post("/api/auth/register", ada.clone()).await.refused("forbidden");
    ada["invite_code"] = json!("open sesame");
    nobody.post("/api/auth/register", ada).await.expect(201);
}

#[tokio::test]
async fn a_new_display_name_is_shown_to_the_people_one_talks_to() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    let me = ada.patch("/api/auth/me", json!({"display_name": " Ada Lovelace "})).await.expect(200);
    assert_eq!(me["display_name"], "Ada Lovelace");
    assert_eq!(at_ben.wait("user_updated").await["user"]["display_name"], "Ada Lovelace");
    ada.patch("/api/auth/me", json!({"display_name": "[system]"})).await.refused("validation_failed");
}

#[tokio::test]
async fn a_new_email_needs_the_password_and_logs_in() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let change = json!({"email": "lovelace@example.org"});
    ada.patch("/api/auth/me", change.clone()).await.refused("validation_failed");
    let change = json!({"email": "lovelace@example.org", "current_password": PASSWORD});
    ada.patch("/api/auth/me", change).await.expect(200);
    Client::anonymous(&server.base).log_in("LoveLace@example.org", PASSWORD).await;
}

#[tokio::test]
async fn people_find_each_other_by_name_and_never_by_email() {
    let server = TestServer::start().await;
    let (ada, _) = (server.person("ada").await, server.person("benedict").await);
    let found = ada.get("/api/users/search?query=BEN").await.expect(200);
    assert_eq!(found[0]["username"], "benedict");
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert!(found[0].get("email").is_none() && found[0].get("role").is_none());
    for query in ["example.org", "benedict@", "%25%25", "__", "nobody"] {
        assert_eq!(
            ada.get(&format!("/api/users/search?query={query}")).await.expect(200),
            json!([]),
            "{query}"
        );
    }
    ada.get("/api/users/search?query=b").await.refused("validation_failed");
    ada.get("/api/users/search").await.refused("validation_failed");
    Client::anonymous(&server.base).get("/api/users/search?query=ben").await.refused("unauthenticated");
}

#[tokio::test]
async fn whoever_deletes_the_account_leaves_what_was_said_and_hands_over_the_rooms() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    ada.say(&chat, "remember me").await;
    let mut socket = ada.socket().await;
    ada.request(reqwest::Method::DELETE, "/api/auth/me", Some(json!({"password": "wrong horse"})))
        .await
        .refused("validation_failed");
    ada.request(reqwest::Method::DELETE, "/api/auth/me", Some(json!({"password": PASSWORD})))
        .await
        .expect(204);
    assert_eq!(socket.closed().await.1, Some(4401));
    ada.get("/api/auth/me").await.refused("unauthenticated");
    let login = json!({"username": "ada", "password": PASSWORD});
    Client::anonymous(&server.base).post("/api/auth/login", login).await.refused("unauthenticated");
    let taken = Client::anonymous(&server.base).post("/api/auth/register", account("ada")).await;
    taken.refused("conflict");

    assert_eq!(ben.get(&format!("/api/chats/{chat}")).await.expect(200)["my_role"], "owner");
    let history = ben.history(&chat).await;
    let said = history.iter().find(|message| message["content"] == "remember me").unwrap();
    assert_ne!(said["username"], "ada");
}
