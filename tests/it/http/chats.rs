//! Making, listing, renaming and deleting chats.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::TestServer;

#[tokio::test]
async fn a_new_chat_is_shown_as_its_owner_sees_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let body = json!({"kind": "group", "name": "Plans", "participant_usernames": ["BEN"], "colour": "red"});
    let answer = ada.post("/api/chats", body).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let mut chat = answer.expect(201);
    assert_eq!(ada.get(&location).await.expect(200), chat);
    assert_eq!(ben.get(&location).await.expect(200)["my_role"], "member");
    assert_eq!(chat["owner_id"], ada.id.as_str());
    for field in ["id", "created_at", "owner_id"] {
        assert!(chat[field].take().is_string());
    }
    let expected = json!({
        "id": null, "kind": "group", "name": "Plans", "owner_id": null, "is_group": true, "is_ai_chat": false,
        "created_at": null, "head_seq": 1, "my_role": "owner", "last_read_seq": 0, "notify": "all",
    });
    assert_eq!(chat, expected);
}

#[tokio::test]
async fn a_private_chat_of_two_is_made_once_whoever_asks() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let with = |name: &str| json!({"kind": "private", "participant_usernames": [name]});
    let first = ada.post("/api/chats", with("ben")).await.expect(201);
    assert_eq!(ada.post("/api/chats", with("ben")).await.expect(200)["id"], first["id"]);
    assert_eq!(ben.post("/api/chats", with("ada")).await.expect(200)["id"], first["id"]);
}

#[tokio::test]
async fn a_repeated_idempotency_key_makes_no_second_chat() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let body = json!({"kind": "group", "name": "Plans"});
    let make = |client: &Client, key: &str| {
        let request = client.raw(Method::POST, "/api/chats").header("idempotency-key", key).json(&body);
        let client = client.clone();
        async move { client.send(request).await }
    };
    let first = make(&ada, "k1").await.expect(201);
    assert_eq!(make(&ada, "k1").await.expect(200)["id"], first["id"]);
    assert_ne!(make(&ada, "k2").await.expect(201)["id"], first["id"]);
    assert_ne!(make(&ben, "k1").await.expect(201)["id"], first["id"]);
    make(&ada, &"k".repeat(65)).await.refused("validation_failed");
}

#[tokio::test]
async fn the_list_has_the_latest_first_what_was_said_and_how_much_is_unread() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (quiet, busy) = (ada.group(&[&ben]).await, ada.group(&[&ben]).await);
    ada.say(&quiet, "hello").await;
    ada.say(&busy, "one").await;
    let last = ada.say(&busy, "two").await;
    let list = ben.get("/api/chats").await.expect(200);
    let ids: Vec<&Value> = list.as_array().unwrap().iter().map(|chat| &chat["id"]).collect();
    assert_eq!(ids, [&json!(busy), &json!(quiet)]);
    assert_eq!((&list[0]["unread_count"], &list[1]["unread_count"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&list[0]["last_message"]["content"], &list[0]["last_message_time"]),
        (&json!("two"), &last["created_at"])
    );
    let read = ben.post(&format!("/api/chats/{busy}/mark-read"), json!({})).await.expect(200);
    assert_eq!(read["last_read_seq"], last["seq"]);
    assert_eq!(ben.get("/api/chats").await.expect(200)[0]["unread_count"], 0);
    assert_eq!(ada.get("/api/chats").await.expect(200)[0]["unread_count"], 0);
}

#[tokio::test]
async fn a_long_list_goes_on_by_its_links() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(ada.group(&[]).await);
    }
    let mut seen = Vec::new();
    let mut next = Some("/api/chats?limit=2".to_owned());
    while let Some(path) = next {
        let answer = ada.get(&path).await;
        next = answer.headers.get("link").and_then(|links| link(links.to_str().unwrap(), "next"));
        seen.extend(
            answer.expect(200).as_array().unwrap().iter().map(|chat| chat["id"].as_str().unwrap().to_owned()),
        );
    }
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
    for limit in ["0", "201", "x", "-1"] {
        ada.get(&format!("/api/chats?limit={limit}")).await.refused("validation_failed");
    }
}

/// The address that a `Link` header gives for `rel`.
pub(crate) fn link(links: &str, rel: &str) -> Option<String> {
    let link = links.split(", ").find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
    Some(link.strip_prefix('<')?.split('>').next()?.to_owned())
}

#[tokio::test]
async fn a_chat_of_others_does_not_exist_whatever_is_asked_of_it() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let chat = ada.group(&[]).await;
    let message = ada.say(&chat, "secret").await["id"].as_str().unwrap().to_owned();
    let link = ada.post(&format!("/api/chats/{chat}/invite-links"), json!({})).await.expect(201);
    let link = link["id"].as_str().unwrap().to_owned();
    let person = ada.id.clone();
    for (method, path, body) in [
        (Method::GET, String::new(), json!({})),
        (Method::PATCH, String::new(), json!({"name": "mine"})),
        (Method::DELETE, String::new(), json!({})),
        (Method::POST, "/invite".into(), json!({"username": "eve"})),
        (Method::POST, "/invite-links".into(), json!({})),
        (Method::GET, "/invite-links".into(), json!({})),
        (Method::DELETE, format!("/invite-links/{link}"), json!({})),
        (Method::GET, "/participants".into(), json!({})),
        (Method::PATCH, format!("/participants/{person}"), json!({"role": "member"})),
        (Method::DELETE, format!("/participants/{person}"), json!({})),
        (Method::POST, "/leave".into(), json!({})),
        (Method::GET, "/messages".into(), json!({})),
        (Method::POST, "/messages".into(), json!({"content": "hi"})),
        (Method::GET, format!("/messages/{message}"), json!({})),
        (Method::PATCH, format!("/messages/{message}"), json!({"content": "hi"})),
        (Method::DELETE, format!("/messages/{message}"), json!({})),
        (Method::POST, format!("/messages/{message}/retry"), json!({})),
        (Method::GET, format!("/messages/{message}/revisions"), json!({})),
        (Method::PATCH, "/me".into(), json!({"notify": "none"})),
        (Method::PATCH, "/me".into(), json!({})),
        (Method::POST, "/mark-read".into(), json!({})),
        (Method::GET, "/read-receipts".into(), json!({})),
    ] {
        let body = (method != Method::GET).then_some(body);
        let mut seen = Vec::new();
        for chat in [chat.as_str(), "019aa6ee-0000-7000-8000-000000000000"] {
            let answer = eve.request(method.clone(), &format!("/api/chats/{chat}{path}"), body.clone()).await;
            let mut refusal = answer.refused("not_found");
            refusal["request_id"].take();
            seen.push(refusal);
        }
        assert_eq!(seen[0], seen[1], "{method} {path} tells them apart");
        let answer =
            Client::anonymous(&server.base).request(method, &format!("/api/chats/{chat}{path}"), body).await;
        answer.refused("unauthenticated");
    }
    eve.get("/api/chats/not-an-id").await.refused("not_found");
}

#[tokio::test]
async fn a_chat_is_renamed_by_its_owner_and_deleted_for_everybody() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = format!("/api/chats/{}", ada.group(&[&ben]).await);
    assert_eq!(ada.patch(&chat, json!({"name": "Trips"})).await.expect(200)["name"], "Trips");
    ben.patch(&chat, json!({"name": "Mine"})).await.refused("forbidden");
    ben.delete(&chat).await.refused("forbidden");
    ada.delete(&chat).await.expect(204);
    ada.get(&chat).await.refused("not_found");
    assert_eq!(ben.get("/api/chats").await.expect(200), json!([]));
}
