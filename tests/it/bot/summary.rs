//! The summary of what agents are shown no more.

use gemini_coop::ids::Seq;
use serde_json::{Value, json};
use standin::script::Script;

use super::{conversation, instruction, replies};
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::within;

/// Waits until the chat has a summary; its text.
async fn summary(server: &TestServer, chat: &str) -> String {
    let cx = server.context();
    let chat = chat.parse().unwrap();
    within("a summary", async {
        loop {
            if let Some(summary) = cx.store.summary(chat, Seq(i64::MAX)).await.unwrap() {
                return summary.content;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

fn lines(numbers: std::ops::Range<usize>) -> Vec<(String, String)> {
    numbers.map(|n| ("ada".to_owned(), format!("line {n} and a few words more about tea"))).collect()
}

async fn saw(person: &Client, chat: &str, reply: &Value) -> Value {
    let path = format!("/api/chats/{chat}/messages/{}/context", reply["message_id"].as_str().unwrap());
    person.get(&path).await.expect(200)
}

#[tokio::test]
async fn what_fits_no_more_is_summarised_and_a_deleted_text_does_not_live_on_in_it() {
    let server = TestServer::with(&["--context-tokens=2000", "--messages-burst=1000"]).await;
    server.standin.play(Script::text("They talked about tea.", 40));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let secret = ada.say(&chat, "the secret is a teapot").await;
    for (_, line) in lines(1..50) {
        ada.say(&chat, &line).await;
    }
    ada.say(&chat, "/bot what was it about?").await;
    let first = replies(&mut socket, 1).await.remove(0);
    assert_eq!(saw(&ada, &chat, &first).await.get("summary"), None);
    assert_eq!(summary(&server, &chat).await, "They talked about tea.");

    // The notes are of the oldest messages, and none of them was lost between the notes and what is shown.
    let requests = server.standin.wait_for_requests(2).await;
    assert!(instruction(&requests[1].body).starts_with("You take notes"));
    let noted = conversation(&requests[1].body);
    assert_eq!(noted[0], ("ada".into(), "the secret is a teapot".into()));
    let shown = conversation(&requests[0].body);
    assert_eq!((shown.len(), &noted[1..]), (51 - noted.len(), &lines(1..noted.len())[..]));

    ada.say(&chat, "/bot and since?").await;
    let second = replies(&mut socket, 1).await.remove(0);
    let asked = |question: &str| {
        let is_it = |request: &Value| {
            conversation(request).last().unwrap().1 == question
                && instruction(request).starts_with("You are gem")
        };
        server.standin.requests().into_iter().map(|request| request.body).find(is_it).unwrap()
    };
    let told = (String::new(), "They talked about tea.".to_owned());
    assert_eq!(conversation(&asked("and since?"))[0], told);
    let kept = saw(&ada, &chat, &second).await["summary"].clone();
    assert_eq!(kept["content"], "They talked about tea.");
    assert!(kept["up_to_seq"].as_i64().unwrap() >= secret["seq"].as_i64().unwrap());

    let path = format!("/api/chats/{chat}/messages/{}", secret["id"].as_str().unwrap());
    ada.delete(&path).await.expect(204);
    assert_eq!(saw(&ada, &chat, &second).await["summary"], json!({"up_to_seq": kept["up_to_seq"]}));
    let before = server.standin.requests().len();
    ada.say(&chat, "/bot what was it about again?").await;
    replies(&mut socket, 1).await;
    assert_ne!(conversation(&asked("what was it about again?"))[0], told);
    summary(&server, &chat).await;
    for request in &server.standin.requests()[before..] {
        assert!(!request.body.to_string().contains("teapot"), "{:#}", request.body);
    }

    // Each call is in the books of who asked and of the room.
    server.standin.wait_until_idle().await;
    let made = server.standin.requests().len();
    within("all calls in the books", async {
        loop {
            let sums = ada.get(&format!("/api/chats/{chat}/usage/stats?by=total")).await.expect(200);
            if sums[0]["calls"].as_u64() == u64::try_from(made).ok() {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}
