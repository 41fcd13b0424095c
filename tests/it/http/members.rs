//! Coming in, roles, going out.

use serde_json::{Value, json};

use crate::support::server::TestServer;

#[tokio::test]
async fn any_member_brings_somebody_in_and_again_changes_nothing() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben]).await;
    ada.say(&chat, "before cleo").await;
    let invite = format!("/api/chats/{chat}/invite");
    let member = ben.post(&invite, json!({"username": "Cleo"})).await.expect(201);
    assert_eq!((&member["username"], &member["role"]), (&json!("cleo"), &json!("member")));
    assert_eq!(ada.post(&invite, json!({"username": "cleo"})).await.expect(200), member);
    assert!(cleo.history(&chat).await.iter().any(|message| message["content"] == "before cleo"));
    assert_eq!(cleo.get("/api/chats").await.expect(200)[0]["unread_count"], 0);
    ada.post(&invite, json!({"username": "nobody"})).await.refused("not_found");
}

#[tokio::test]
async fn roles_are_given_by_the_owner_and_the_room_can_be_handed_over() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let place = |id: &str| format!("/api/chats/{chat}/participants/{id}");
    ben.patch(&place(&ada.id), json!({"role": "member"})).await.refused("forbidden");
    ada.patch(&place(&ben.id), json!({"role": "queen"})).await.refused("validation_failed");
    assert_eq!(ada.patch(&place(&ben.id), json!({"role": "admin"})).await.expect(200)["role"], "admin");
    ada.patch(&place(&ben.id), json!({"role": "owner"})).await.expect(200);
    let members = ada.get(&format!("/api/chats/{chat}/participants")).await.expect(200);
    let roles: Vec<(&Value, &Value)> =
        members.as_array().unwrap().iter().map(|member| (&member["username"], &member["role"])).collect();
    assert_eq!(roles[..2], [(&json!("ben"), &json!("owner")), (&json!("ada"), &json!("admin"))]);
    assert_eq!((roles.len(), &members[2]["is_bot"]), (3, &json!(true)));
}

#[tokio::test]
async fn an_owner_who_leaves_names_the_next_and_the_last_one_out_deletes() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let leave = format!("/api/chats/{chat}/leave");
    let refusal = ada.post(&leave, json!({})).await.refused("validation_failed");
    assert_eq!(refusal["errors"][0]["field"], "new_owner_id");
    ada.post(&leave, json!({"new_owner_id": ada.id})).await.refused("validation_failed");
    ada.post(&leave, json!({"new_owner_id": ben.id})).await.expect(204);
    ada.get(&format!("/api/chats/{chat}")).await.refused("not_found");
    assert_eq!(ben.get(&format!("/api/chats/{chat}")).await.expect(200)["my_role"], "owner");
    let request = ben.raw(reqwest::Method::POST, &leave);
    ben.send(request).await.expect(204);
    assert_eq!(ben.get("/api/chats").await.expect(200), json!([]));
}
