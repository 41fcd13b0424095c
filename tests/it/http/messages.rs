//! Saying, paging, editing, deleting, reading.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::chats::link;
use crate::support::server::TestServer;

#[tokio::test]
async fn a_message_comes_back_byte_for_byte() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let text = " \u{feff}e\u{301} \u{202e}👩‍💻\r\n\t<b> ";
    let mut message = ada.say(&chat, text).await;
    assert_eq!(ada.history(&chat).await.last(), Some(&message));
    for field in ["id", "created_at"] {
        assert!(message[field].take().is_string());
    }
    let expected = json!({
        "id": null, "chat_id": chat, "seq": 2, "updated_seq": 2, "kind": "text", "user_id": ada.id, "username": "ada",
        "display_name": "ada",
        "content": text, "is_bot": false, "status": "complete", "created_at": null,
    });
    assert_eq!(message, expected);
}

#[tokio::test]
async fn what_cannot_be_a_message_is_refused() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = format!("/api/chats/{}/messages", ada.group(&[]).await);
    for body in
        [json!({"content": ""}), json!({"content": " \n"}), json!({"content": "a\0b"}), json!({}), json!([])]
    {
        ada.post(&chat, body).await.refused("validation_failed");
    }
    ada.post(&chat, json!({"content": "x".repeat(32 * 1024 + 1)})).await.refused("too_large");
    ada.post(&chat, json!({"content": "x".repeat(256 * 1024)})).await.refused("too_large");
    ada.post(&chat, json!({"content": "x".repeat(32 * 1024)})).await.expect(201);
    let not_json = ada.raw(Method::POST, &chat).header("content-type", "application/json").body("{");
    ada.send(not_json).await.refused("bad_request");
    let a_form =
        ada.raw(Method::POST, &chat).header("content-type", "text/plain").body("{\"content\": \"hi\"}");
    assert_eq!(ada.send(a_form).await.refused("bad_request")["status"], 415);
}

#[tokio::test]
async fn a_repeated_client_id_or_key_posts_nothing_more() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let path = format!("/api/chats/{chat}/messages");
    let first = ada.post(&path, json!({"content": "hi", "client_id": "c1"})).await.expect(201);
    assert_eq!(ada.post(&path, json!({"content": "other", "client_id": "c1"})).await.expect(200), first);
    let by_key = ada.raw(Method::POST, &path).header("idempotency-key", "c1").json(&json!({"content": "hi"}));
    assert_eq!(ada.send(by_key).await.expect(200), first);
    let both = ada.raw(Method::POST, &path).header("idempotency-key", "c1");
    ada.send(both.json(&json!({"content": "hi", "client_id": "c2"}))).await.expect(201);
    assert_eq!(ada.history(&chat).await.len(), 3);
}

#[tokio::test]
async fn pages_go_both_ways_from_any_place() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    for n in 2..=11 {
        ada.say(&chat, &n.to_string()).await;
    }
    let path = format!("/api/chats/{chat}/messages");
    let seqs = |page: &Value| -> Vec<i64> {
        page.as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
    };
    for (query, expected) in [
        ("", (1..=11).collect::<Vec<_>>()),
        ("?limit=3", vec![9, 10, 11]),
        ("?before=9&limit=3", vec![6, 7, 8]),
        ("?after=4&limit=3", vec![5, 6, 7]),
        ("?before=1", vec![]),
        ("?after=11", vec![]),
        ("?after=0&limit=2", vec![1, 2]),
    ] {
        assert_eq!(seqs(&ada.get(&format!("{path}{query}")).await.expect(200)), expected, "{query}");
    }
    let around = seqs(&ada.get(&format!("{path}?around=6&limit=5")).await.expect(200));
    assert!(
        around.contains(&6) && around.contains(&5) && around.contains(&7) && around.len() == 5,
        "{around:?}"
    );

    let middle = ada.get(&format!("{path}?after=4&limit=3")).await;
    let links = middle.headers["link"].to_str().unwrap().to_owned();
    let older = ada.get(&link(&links, "prev").unwrap()).await.expect(200);
    let newer = ada.get(&link(&links, "next").unwrap()).await.expect(200);
    assert_eq!((seqs(&older), seqs(&newer)), (vec![2, 3, 4], vec![8, 9, 10]));
    assert!(!ada.get(&path).await.headers.contains_key("link"));
    for query in ["?limit=0", "?limit=201", "?before=1&after=2", "?before=x"] {
        ada.get(&format!("{path}{query}")).await.refused("validation_failed");
    }
}

#[tokio::test]
async fn one_message_is_found_in_its_chat_and_by_its_members_only() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let (chat, other) = (ada.group(&[]).await, ada.group(&[]).await);
    let message = ada.say(&chat, "first").await;
    let id = message["id"].as_str().unwrap();
    let path = format!("/api/chats/{chat}/messages/{id}");
    assert_eq!(ada.get(&path).await.expect(200), message);
    eve.get(&path).await.refused("not_found");
    ada.get(&format!("/api/chats/{other}/messages/{id}")).await.refused("not_found");
    ada.delete(&path).await.expect(204);
    assert_eq!(ada.get(&path).await.expect(200)["content"], "");
}

#[tokio::test]
async fn an_edit_keeps_the_earlier_text_and_a_deletion_purges_all_of_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let message = ada.say(&chat, "first").await;
    let path = format!("/api/chats/{chat}/messages/{}", message["id"].as_str().unwrap());
    ben.patch(&path, json!({"content": "forged"})).await.refused("forbidden");
    ben.delete(&path).await.refused("forbidden");
    let edited = ada.patch(&path, json!({"content": "second"})).await.expect(200);
    assert_eq!((&edited["content"], &edited["seq"]), (&json!("second"), &message["seq"]));
    assert!(edited["updated_seq"].as_i64() > message["updated_seq"].as_i64());
    let revisions = ben.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(revisions[0]["content"], "first");
    ada.delete(&path).await.expect(204);
    assert_eq!(ben.get(&format!("{path}/revisions")).await.expect(200), json!([]));
    let tombstone = ben.history(&chat).await.pop().unwrap();
    assert_eq!((&tombstone["content"], &tombstone["seq"]), (&json!(""), &message["seq"]));
    assert!(tombstone["deleted_at"].is_string());
    ada.patch(&path, json!({"content": "third"})).await.refused("not_found");
}

#[tokio::test]
async fn a_read_position_goes_forward_and_everybody_sees_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    for text in ["one", "two", "three"] {
        ada.say(&chat, text).await;
    }
    let read = format!("/api/chats/{chat}/mark-read");
    assert_eq!(ben.post(&read, json!({"seq": 3})).await.expect(200), json!({"last_read_seq": 3}));
    assert_eq!(ben.post(&read, json!({"seq": 2})).await.expect(200), json!({"last_read_seq": 3}));
    assert_eq!(ben.post(&read, json!({"seq": 1_000})).await.expect(200), json!({"last_read_seq": 4}));
    let receipts = ada.get(&format!("/api/chats/{chat}/read-receipts")).await.expect(200);
    let bens =
        receipts.as_array().unwrap().iter().find(|receipt| receipt["user_id"] == ben.id.as_str()).unwrap();
    assert_eq!((&bens["username"], &bens["last_read_seq"]), (&json!("ben"), &json!(4)));
    assert!(bens["read_at"].is_string());
}

#[tokio::test]
async fn whoever_is_removed_meanwhile_changes_nothing_any_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let said = ben.say(&chat, "mine").await;
    let path = format!("/api/chats/{chat}/messages/{}", said["id"].as_str().unwrap());
    let (context, chat_id) = (server.context(), chat.parse().unwrap());
    let tx = context.store.begin().await.unwrap();
    tx.lock_chat(chat_id).await.unwrap().unwrap();
    let mut edit = std::pin::pin!(ben.patch(&path, json!({"content": "changed"})));
    let mut deletion = std::pin::pin!(ben.delete(&path));
    let both = async { tokio::join!(edit.as_mut(), deletion.as_mut()) };
    // They have been let in by now, and wait for their turn to write.
    tokio::time::timeout(Duration::from_millis(300), both).await.expect_err("the chat is held");
    assert!(tx.delete_member(chat_id, ben.id.parse().unwrap()).await.unwrap());
    tx.commit().await.unwrap();
    edit.await.refused("not_found");
    deletion.await.refused("not_found");
    assert_eq!(ada.history(&chat).await.last().unwrap()["content"], "mine");
}
