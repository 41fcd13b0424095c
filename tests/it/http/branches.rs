//! Branches: a new group that begins with copies of what was said elsewhere.

use serde_json::{Value, json};
use standin::script::Script;

use crate::support::client::Client;
use crate::support::server::TestServer;

fn texts(messages: &[Value]) -> Vec<(String, String)> {
    let said = messages.iter().filter(|message| message["kind"] == "text");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    said.map(|message| (text(&message["username"]), text(&message["content"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect()
}

async fn branch(client: &Client, chat: &str, body: Value) -> Value {
    client.post(&format!("/api/chats/{chat}/branch"), body).await.expect(201)
}

#[tokio::test]
async fn a_branch_has_what_was_said_up_to_its_message_and_the_people_one_picks() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("blue", 4));
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben]).await;
    ada.say(&chat, "hello").await;
    let gone = ben.say(&chat, "a secret").await["id"].clone();
    ben.delete(&format!("/api/chats/{chat}/messages/{}", gone.as_str().unwrap())).await.expect(204);
    let asked =
        ben.post(&format!("/api/chats/{chat}/bot"), json!({"content": "which colour?"})).await.expect(200);
    ada.say(&chat, "too late for the branch").await;
    let before = ada.history(&chat).await;
    let body = json!({
        "message_id": asked["message"]["id"], "name": "Colours", "participant_usernames": ["cleo"]
    });
    let made = branch(&ben, &chat, body).await;
    assert_eq!(
        (&made["kind"], &made["name"], &made["my_role"]),
        (&json!("group"), &json!("Colours"), &json!("owner"))
    );
    assert_eq!(made["last_read_seq"], made["head_seq"], "nobody has to read it again");
    let path = made["id"].as_str().unwrap();
    let copied = cleo.history(path).await;
    assert_eq!(texts(&copied), pairs(&[("ada", "hello"), ("ben", "which colour?"), ("gem", "blue")]));
    let seqs: Vec<i64> = copied.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=4).collect::<Vec<_>>());
    let (question, reply) = (&copied[2], &copied[3]);
    assert_eq!((&reply["reply_to"], &reply["is_bot"]), (&question["id"], &json!(true)));
    assert_eq!(question["created_at"], asked["question"]["created_at"]);
    assert!(question["id"] != asked["question"]["id"] && reply["run"].is_null());
    assert_eq!(ada.history(&chat).await, before, "the chat itself stays as it was");
    ada.get(&format!("/api/chats/{path}")).await.refused("not_found");
    // A branch is a chat like any other.
    cleo.say(path, "hi").await;
    let joined = cleo.socket().await.join_after(path, 0).await;
    assert_eq!(joined["reset"], false);
}

#[tokio::test]
async fn of_an_ai_chat_goes_along_what_its_owner_selects_and_nothing_else() {
    let server = TestServer::start().await;
    server.standin.play(Script::echo());
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.post("/api/chats", json!({"kind": "ai"})).await.expect(201)["id"].clone();
    let chat = chat.as_str().unwrap();
    let mut asked = Vec::new();
    for content in ["private", "for all", "private too"] {
        let body = json!({"content": content});
        asked.push(ada.post(&format!("/api/chats/{chat}/bot"), body).await.expect(200));
    }
    let path = format!("/api/chats/{chat}/branch");
    ada.post(&path, json!({"seq": 100, "participant_usernames": ["ben"]})).await.refused("validation_failed");
    let selected = [&asked[1]["question"]["id"], &asked[1]["message"]["id"]];
    let body = json!({"message_ids": selected, "participant_usernames": ["ben"]});
    let made = branch(&ada, chat, body).await;
    let copied = ben.history(made["id"].as_str().unwrap()).await;
    assert!(!json!(copied).to_string().contains("private"), "{copied:#?}");
    assert_eq!(texts(&copied)[0], ("ada".to_owned(), "for all".to_owned()));
    assert_eq!(texts(&copied).len(), 2);
}

#[tokio::test]
async fn what_is_not_ones_own_or_does_not_exist_is_not_copied() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let (chat, other) = (ada.group(&[&ben]).await, ada.group(&[]).await);
    let said = ada.say(&chat, "here").await["id"].clone();
    let elsewhere = ada.say(&other, "elsewhere").await["id"].clone();
    let path = format!("/api/chats/{chat}/branch");
    cleo.post(&path, json!({"seq": 9})).await.refused("not_found");
    cleo.post(&path, json!({})).await.refused("not_found");
    ada.post(&path, json!({})).await.refused("validation_failed");
    ada.post(&path, json!({"seq": 9, "message_id": said})).await.refused("validation_failed");
    ada.post(&path, json!({"message_ids": [said, elsewhere]})).await.refused("validation_failed");
    ada.post(&path, json!({"message_id": elsewhere})).await.refused("not_found");
    ada.post(&path, json!({"seq": 1})).await.refused("conflict");
    ada.post(&path, json!({"seq": 9, "participant_usernames": ["nobody"]}))
        .await
        .refused("validation_failed");
    let two = ada
        .post("/api/chats", json!({"kind": "private", "participant_usernames": ["ben"]}))
        .await
        .expect(201);
    ada.say(two["id"].as_str().unwrap(), "between us").await;
    let path = format!("/api/chats/{}/branch", two["id"].as_str().unwrap());
    ada.post(&path, json!({"seq": 9, "participant_usernames": ["cleo"]})).await.refused("forbidden");
}
