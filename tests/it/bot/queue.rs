//! Several questions at once: two side by side, the others in order, and everybody sees it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use standin::log::Recorded;
use standin::script::{Script, numbered_text};

use super::{follow, placeholder};
use crate::support::client::Client;
use crate::support::server::TestServer;

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["message_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_replies_are_written_side_by_side_and_the_rest_wait_in_order() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(3, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let (mut at_ada, mut at_ben) = (ada.socket().await, ben.socket().await);
    at_ada.join(&chat).await;
    at_ben.join(&chat).await;
    let mut replies = Vec::new();
    for n in 0..4 {
        let asker = if n % 2 == 0 { &mut at_ada } else { &mut at_ben };
        asker.say(&chat, &format!("/bot question {n}")).await;
        let reply = at_ben.wait_for("a placeholder", |f| f["type"] == "message" && f["is_bot"] == true).await;
        replies.push(reply["message_id"].clone());
    }
    let expected: Vec<&str> = replies.iter().map(|id| id.as_str().unwrap()).collect();
    for socket in [&mut at_ada, &mut at_ben] {
        let queue = socket
            .wait_for("two running and two waiting", |frame| {
                frame["type"] == "bot_queue"
                    && ids(&frame["running"]).len() == 2
                    && ids(&frame["waiting"]).len() == 2
            })
            .await;
        assert_eq!(ids(&queue["running"]), expected[..2]);
        assert_eq!(ids(&queue["waiting"]), expected[2..]);
        assert_eq!(queue["waiting"][0]["position"], 1);
        assert_eq!(queue["waiting"][1]["asked_by"], ben.id.as_str());
    }
    server.standin.wait_for_requests(2).await;
    let late = ben.socket().await.join(&chat).await;
    assert_eq!(late["type"], "joined");
    gate.open();
    for reply in &replies {
        assert_eq!(follow(&mut at_ada, reply, 0).await.1["status"], "complete");
    }
    assert_eq!(server.standin.requests().len(), 4);
    assert_eq!(server.standin.max_open_streams(), 2);
    let nobody = |frame: &Value| frame["running"] == json!([]) && frame["waiting"] == json!([]);
    at_ben.wait_for("an empty queue", |frame| frame["type"] == "bot_queue" && nobody(frame)).await;
}

/// The messages of a chat's queue, each by what was asked.
async fn waiting(client: &Client, chat: &str, questions: &[(String, Value)]) -> Vec<String> {
    let queue = client.get(&format!("/api/chats/{chat}/queue")).await.expect(200);
    let asked = |id: &str| questions.iter().find(|(_, reply)| *reply == id).unwrap().0.clone();
    ids(&queue["waiting"]).into_iter().map(asked).collect()
}

#[tokio::test]
async fn nobodys_second_question_is_written_before_each_who_waits_has_had_a_first() {
    let server = TestServer::with(&["--replies-per-room=1"]).await;
    let (script, gate) = Script::chunks(1, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben, &cleo]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let mut questions = Vec::new();
    for (client, question) in
        [(&ada, "a1"), (&ada, "a2"), (&ada, "a3"), (&ben, "b1"), (&cleo, "c1"), (&ben, "b2")]
    {
        client.say(&chat, &format!("/bot {question}")).await;
        questions.push((question.to_owned(), placeholder(&mut socket).await["message_id"].clone()));
        if question == "a1" {
            server.standin.wait_for_requests(1).await;
        }
    }
    let shown = waiting(&ben, &chat, &questions).await;
    assert_eq!(shown, ["b1", "c1", "a2", "b2", "a3"]);
    gate.open();
    for (_, reply) in &questions {
        assert_eq!(follow(&mut socket, reply, 0).await.1["status"], "complete");
    }
    let requests = server.standin.requests();
    let asked = |request: &Recorded| {
        let turns = request.body["contents"].as_array().unwrap();
        let said = turns.last().unwrap()["parts"].as_array().unwrap().last().unwrap()["text"].clone();
        serde_json::from_str::<Value>(said.as_str().unwrap()).unwrap()["text"].as_str().unwrap().to_owned()
    };
    let written: Vec<String> = requests.iter().map(asked).collect();
    assert_eq!((written[0].as_str(), &written[1..]), ("a1", shown.as_slice()));
}

#[tokio::test]
async fn ten_who_ask_within_100_ms_are_answered_two_at_a_time_and_all_see_the_same_queue() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(2, Duration::ZERO).gated();
    server.standin.play(script);
    let mut people = Vec::new();
    for n in 0..10 {
        people.push(server.person(&format!("person{n}")).await);
    }
    let others: Vec<&Client> = people[1..].iter().collect();
    let chat = people[0].group(&others).await;
    let mut sockets = Vec::new();
    for person in &people {
        let mut socket = person.socket().await;
        socket.join(&chat).await;
        sockets.push(socket);
    }
    let began = Instant::now();
    for (n, socket) in sockets.iter_mut().enumerate() {
        let question = format!("/bot question of {n}");
        socket.send(json!({"type": "message", "chat_id": chat, "content": question, "ref": "q"})).await;
    }
    let took = began.elapsed();
    assert!(took <= Duration::from_millis(100), "{took:?}");
    let mut queues = Vec::new();
    for socket in &mut sockets {
        assert_eq!(socket.answer("q").await["type"], "ack");
        let full = |frame: &Value| {
            frame["type"] == "bot_queue"
                && (ids(&frame["running"]).len(), ids(&frame["waiting"]).len()) == (2, 8)
        };
        queues.push(socket.wait_for("two running and eight waiting", full).await);
    }
    for queue in &queues {
        assert_eq!((queue, &queue["at_once"]), (&queues[0], &json!(2)));
    }
    server.standin.wait_for_requests(2).await;
    gate.open();
    let replies = [ids(&queues[0]["running"]), ids(&queues[0]["waiting"])].concat();
    let mut answered = BTreeSet::new();
    for reply in replies {
        for socket in &mut sockets {
            let (_, last) = follow(socket, &json!(reply), 0).await;
            assert_eq!(
                (&last["status"], &last["full_response"]),
                (&json!("complete"), &json!(numbered_text(2)))
            );
        }
        let shown = people[0].get(&format!("/api/chats/{chat}/messages/{reply}")).await.expect(200);
        answered.insert(shown["reply_to"].as_str().unwrap().to_owned());
    }
    let questions: BTreeSet<String> = people[0]
        .history(&chat)
        .await
        .iter()
        .filter(|message| message["is_bot"] == false && message["kind"] == "text")
        .map(|message| message["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((answered.len(), &answered), (10, &questions));
    assert_eq!((server.standin.requests().len(), server.standin.max_open_streams()), (10, 2));
}

#[tokio::test]
async fn a_room_sets_how_many_are_written_at_once_within_what_the_server_allows() {
    let server = TestServer::with(&["--replies-per-room=3"]).await;
    let (script, gate) = Script::chunks(1, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let path = format!("/api/chats/{chat}/queue");
    let put = |client: &Client, at_once: Value| {
        let (client, path) = (client.clone(), path.clone());
        async move { client.request(Method::PUT, &path, Some(json!({"at_once": at_once}))).await }
    };
    assert_eq!(ben.get(&path).await.expect(200), json!({"running": [], "waiting": [], "at_once": 3}));
    put(&ben, json!(1)).await.refused("forbidden");
    for wrong in [0, 4] {
        put(&ada, json!(wrong)).await.refused("validation_failed");
    }
    assert_eq!(put(&ada, json!(1)).await.expect(200)["at_once"], 1);
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    for question in ["one", "two"] {
        socket.say(&chat, &format!("/bot {question}")).await;
    }
    server.standin.wait_for_requests(1).await;
    let queue = ben.get(&path).await.expect(200);
    assert_eq!((ids(&queue["running"]).len(), ids(&queue["waiting"]).len()), (1, 1));
    // Room for more is used at once.
    assert_eq!(put(&ada, Value::Null).await.expect(200)["at_once"], 3);
    server.standin.wait_for_requests(2).await;
    gate.open();
    server.standin.wait_until_idle().await;
    assert_eq!(server.standin.max_open_streams(), 2);
}
