//! The bot for those who have no socket: asking and waiting, events, and runs in the background.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use standin::script::{Script, numbered_text};

use crate::bot::usage::PRICED;
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::within;

fn bot(chat: &str) -> String {
    format!("/api/chats/{chat}/bot")
}

/// An answer's events, as they come.
struct Events {
    response: reqwest::Response,
    bytes: Vec<u8>,
}

impl Events {
    async fn ask(client: &Client, chat: &str, body: Value) -> Self {
        let request = client.raw(Method::POST, &bot(chat)).header("accept", "text/event-stream").json(&body);
        let response = within("the events to begin", request.send()).await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, bytes: Vec::new() }
    }

    /// The next event's name and data; none at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                let text: Vec<u8> = self.bytes.drain(..end + 2).collect();
                let text = String::from_utf8(text).unwrap();
                let field =
                    |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                // A comment keeps the connection alive.
                let Some(name) = field("event: ") else { continue };
                return Some((name, serde_json::from_str(&field("data: ").unwrap()).unwrap()));
            }
            let chunk = within("the next event", self.response.chunk()).await.expect("the answer goes on");
            self.bytes.extend_from_slice(&chunk?);
        }
    }

    /// All that come, and their text put together.
    async fn rest(mut self) -> (Vec<(String, Value)>, String) {
        let (mut events, mut text) = (Vec::new(), String::new());
        while let Some((name, data)) = self.next().await {
            if name == "token" {
                text.push_str(data["text"].as_str().unwrap());
            }
            events.push((name, data));
        }
        (events, text)
    }
}

#[tokio::test]
async fn whoever_asks_by_rest_gets_the_reply_with_tokens_and_price_and_the_room_sees_both() {
    let server = TestServer::with(&[PRICED]).await;
    server.standin.play(Script::text("forty-two", 4));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    let body = json!({
        "content": "what is it?", "temperature": 0.5, "max_tokens": 99, "system_prompt": "Be brief about it."
    });
    let request = ada.raw(Method::POST, &bot(&chat)).header("idempotency-key", "one").json(&body);
    let answer = ada.send(request.try_clone().unwrap()).await.expect(200);
    let (question, reply) = (&answer["question"], &answer["message"]);
    assert_eq!((&question["content"], &reply["content"]), (&json!("what is it?"), &json!("forty-two")));
    assert_eq!((&reply["status"], &reply["reply_to"]), (&json!("complete"), &question["id"]));
    assert_eq!(answer["usage"], reply["run"]["usage"]);
    assert!(answer["usage"]["cost_microusd"].as_i64().unwrap() > 0, "{answer:#}");
    for message in [question, reply] {
        let seen = |frame: &Value| frame["type"] == "message" && frame["message_id"] == message["id"];
        at_ben.wait_for("the exchange in the room", seen).await;
    }
    let sent = &server.standin.requests()[0].body;
    let system = sent["systemInstruction"]["parts"].to_string();
    assert!(system.contains("Be brief about it."), "{system}");
    let versions = format!("/api/chats/{chat}/messages/{}/versions", reply["id"].as_str().unwrap());
    let version = ben.get(&versions).await.expect(200)[0].clone();
    assert_eq!(version["settings"], json!({"temperature": 0.5, "max_tokens": 99}));
    assert_eq!(version["instruction"], "Be brief about it.");
    // Asked again under its key it is the first answer, and nothing is asked.
    assert_eq!(ada.send(request).await.expect(200), answer);
    assert_eq!(server.standin.requests().len(), 1);
}

#[tokio::test]
async fn a_reply_that_fails_is_answered_with_its_reason_and_what_cannot_be_asked_is_a_problem() {
    let server = TestServer::start().await;
    server.standin.play(Script::synthetic("blocked-prompt"));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let answer = ada.post(&bot(&chat), json!({"content": "tell me"})).await.expect(200);
    assert_eq!(answer["message"]["status"], "failed");
    assert_eq!(answer["message"]["run"]["reason"], "blocked_prompt");
    for wrong in [
        json!({"content": " "}),
        json!({"content": "x", "temperature": 3}),
        json!({"content": "x", "model": "gemini/"}),
        json!({"content": "x", "agent": "ada"}),
        json!({"content": "x", "system_prompt": ""}),
    ] {
        ada.post(&bot(&chat), wrong).await.refused("validation_failed");
    }
    ben.post(&bot(&chat), json!({"content": "let me in"})).await.refused("not_found");
    ada.say(&chat, "/bot hi").await;
    let body = json!({"content": "not a question", "client_id": "mine"});
    ada.post(&format!("/api/chats/{chat}/messages"), body.clone()).await.expect(201);
    ada.post(&bot(&chat), body).await.refused("conflict");
    let gem = answer["message"]["user_id"].as_str().unwrap();
    ada.delete(&format!("/api/chats/{chat}/participants/{gem}")).await.expect(204);
    ada.post(&bot(&chat), json!({"content": "anybody?"})).await.refused("conflict");
}

#[tokio::test]
async fn events_tell_the_reply_as_it_is_written_and_whole() {
    let server = TestServer::start().await;
    let (script, gate) = Script::chunks(6, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut events = Events::ask(&ada, &chat, json!({"content": "count"})).await;
    let (name, metadata) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &metadata["chat_id"]), ("metadata", &json!(chat)));
    gate.release(1);
    let (name, token) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &token["text"]), ("token", &json!(numbered_text(1))));
    gate.open();
    let (events, text) = events.rest().await;
    assert_eq!(format!("{}{text}", numbered_text(1)), numbered_text(6));
    let (name, done) = events.last().unwrap();
    assert_eq!((name.as_str(), &done["message"]["content"]), ("done", &json!(numbered_text(6))));
    assert_eq!(
        (&done["message"]["id"], &done["question"]["id"]),
        (&metadata["message_id"], &metadata["question_id"])
    );
    assert_eq!(
        (&done["message"]["run"]["id"], &done["usage"]),
        (&metadata["run_id"], &done["message"]["run"]["usage"])
    );
}

#[tokio::test]
async fn events_tell_how_a_reply_failed() {
    let server = TestServer::start().await;
    server.standin.play(Script::synthetic("blocked-prompt"));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let (events, text) = Events::ask(&ada, &chat, json!({"content": "tell me"})).await.rest().await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, text.as_str()), (vec!["metadata", "error", "done"], ""));
    assert_eq!(
        (&events[1].1["reason"], &events[2].1["message"]["status"]),
        (&json!("blocked_prompt"), &json!("failed"))
    );
}

#[tokio::test]
async fn whoever_reads_slowly_hears_the_whole_text_and_holds_nobody_up() {
    // A ring of one frame: whoever does not read at once has fallen behind.
    let server = TestServer::with(&["--room-ring=1"]).await;
    server.standin.play(Script::chunks(400, Duration::from_millis(1)));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut at_ben = ben.socket().await;
    at_ben.join(&chat).await;
    // Nothing is read of it until the reply has ended for everybody else.
    let slow = Events::ask(&ada, &chat, json!({"content": "count"})).await;
    let is_reply = |frame: &Value| frame["is_complete"] == true || frame["is_bot"] == true;
    let end = at_ben.wait_for("the end", |frame| is_reply(frame) && frame["status"] == "complete").await;
    let whole = numbered_text(400);
    assert!(end["full_response"] == whole || end["content"] == whole);
    let (events, text) = slow.rest().await;
    assert_eq!((text, events.last().unwrap().0.as_str()), (whole, "done"));
}

#[tokio::test]
async fn a_request_that_goes_away_stops_nothing_unless_it_asked_to() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    for (stops, status) in [(false, "complete"), (true, "stopped")] {
        let (script, gate) = Script::chunks(6, Duration::ZERO).gated();
        server.standin.play(script);
        let body = json!({"content": "count", "stop_on_disconnect": stops});
        let mut events = Events::ask(&ada, &chat, body).await;
        gate.release(1);
        let (_, metadata) = events.next().await.unwrap();
        assert_eq!(events.next().await.unwrap().0, "token");
        drop(events);
        if stops {
            server.standin.wait_for_aborts(1).await;
        }
        gate.open();
        let settled =
            |frame: &Value| frame["message_id"] == metadata["message_id"] && frame["is_complete"] == true;
        assert_eq!(socket.wait_for("the end", settled).await["status"], status);
    }
}

#[tokio::test]
async fn whoever_is_removed_or_logs_out_hears_nothing_more() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    for removed in [false, true] {
        let (script, gate) = Script::chunks(6, Duration::ZERO).gated();
        server.standin.play(script);
        let asker = if removed { ben.clone() } else { server.log_in("ben").await };
        let mut events = Events::ask(&asker, &chat, json!({"content": "count"})).await;
        assert_eq!(events.next().await.unwrap().0, "metadata");
        gate.release(1);
        assert_eq!(events.next().await.unwrap().0, "token");
        if removed {
            ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
        } else {
            asker.post("/api/auth/logout", json!({})).await.expect(204);
        }
        let (name, data) = events.next().await.unwrap();
        let code = if removed { "not_found" } else { "unauthenticated" };
        assert_eq!((name.as_str(), &data["code"]), ("error", &json!(code)));
        assert!(events.next().await.is_none());
        gate.open();
        server.standin.wait_until_idle().await;
    }
}

#[tokio::test]
async fn a_budget_without_room_is_named_in_fields_wherever_it_refuses() {
    let server = TestServer::with(&["--budgets=person day 20 tokens"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let budget = ada.get("/api/usage/budget").await.expect(200)[0].clone();
    let resets_at = &budget["renews_at"];
    let nothing_yet = json!({
        "scope": "person", "period": "day", "unit": "tokens", "limit": 20, "used": 0, "resets_at": resets_at
    });
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    let path = format!("/api/chats/{chat}/bot");
    let answer = ada.post(&path, json!({"content": "count"})).await.expect(200);
    let run = &answer["message"]["run"];
    assert_eq!((&run["reason"], &run["budget"]), (&json!("budget"), &nothing_yet), "{answer}");
    let last = socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert_eq!((&last["budget"], &last["detail"]), (&nothing_yet, &run["detail"]));
    assert!(last["model"].is_null(), "none answered: {last}");
    let (events, _) = Events::ask(&ada, &chat, json!({"content": "count"})).await.rest().await;
    let (_, error) = events.iter().find(|(name, _)| name == "error").unwrap();
    assert_eq!((&error["reason"], &error["budget"]), (&json!("budget"), &nothing_yet));
    let kept = format!("/api/chats/{chat}/messages/{}/versions", answer["message"]["id"].as_str().unwrap());
    assert_eq!(ben.get(&kept).await.expect(200)[0]["run"]["budget"], nothing_yet);
    let missed = ben.post(&format!("/api/chats/{chat}/catch-up"), json!({})).await.refused("rate_limited");
    assert_eq!(missed["budget"], nothing_yet);
    let texts = json!({"input": ["x".repeat(60)]});
    assert_eq!(ada.post("/api/embeddings", texts).await.refused("rate_limited")["budget"], nothing_yet);
    let other = ada.post("/api/embeddings", json!({"input": []})).await.refused("validation_failed");
    assert!(other["budget"].is_null());
}

#[tokio::test]
async fn a_question_chooses_for_itself_what_its_room_leaves_to_it() {
    let server = TestServer::with(&[PRICED]).await;
    server.standin.play(Script::text("yes", 4));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let path = format!("/api/chats/{chat}");
    let leaves = async |left: &str| {
        let mut overrides = json!({"model": false, "generation": false, "system_prompt": false});
        overrides[left] = json!(true);
        let body = json!({"settings": {"overrides": overrides}});
        ben.patch(&path, body.clone()).await.refused("forbidden");
        assert_eq!(ada.patch(&path, body).await.expect(200)["settings"]["overrides"], overrides);
    };
    let question = |field: &str, value: &Value| {
        let mut question = json!({"content": "what?", "chat_id": chat});
        question[field] = value.clone();
        question
    };
    // Before anybody sets it, everything.
    let all = json!({
        "content": "what?", "client_id": "first", "temperature": 0.5, "system_prompt": "Be brief about it."
    });
    let first = ben.post(&bot(&chat), all.clone()).await.expect(200);
    for left in ["model", "generation", "system_prompt"] {
        leaves(left).await;
        for (of, field, value) in [
            ("model", "model", json!("gemini/gemini-3.5-flash")),
            ("generation", "temperature", json!(0.5)),
            ("generation", "top_p", json!(0.5)),
            ("generation", "max_tokens", json!(50)),
            ("generation", "thinking", json!({"level": "low"})),
            ("system_prompt", "system_prompt", json!("Be brief about it.")),
        ] {
            let answer = ben.post(&bot(&chat), question(field, &value)).await;
            if of == left {
                assert_eq!(answer.expect(200)["message"]["status"], "complete", "{field}");
                continue;
            }
            let sentence = format!("this chat does not let a question choose its own {field}");
            let queued = ben.post("/api/bot/runs", question(field, &value)).await;
            for refused in [answer.refused("forbidden"), queued.refused("forbidden")] {
                assert_eq!((&refused["status"], &refused["detail"]), (&json!(403), &json!(sentence)));
                assert_eq!(refused["errors"], json!([{"field": field, "message": sentence}]));
            }
        }
    }
    // What was asked before stays asked, and is written once more as the room has it now.
    leaves("model").await;
    let again = ben.post(&bot(&chat), all).await.expect(200);
    assert_eq!(again["message"]["id"], first["message"]["id"]);
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let reply = first["message"]["id"].as_str().unwrap();
    ben.post(&format!("{path}/messages/{reply}/retry"), json!({})).await.expect(200);
    socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
    let heard = |request: &Value| {
        let is_brief = request["systemInstruction"].to_string().contains("Be brief about it.");
        (request["generationConfig"]["temperature"].clone(), is_brief)
    };
    let requests = server.standin.requests();
    assert_eq!(heard(&requests[0].body), (json!(0.5), true));
    assert_eq!(heard(&requests.last().unwrap().body), (Value::Null, false));
}

#[tokio::test]
async fn a_run_in_the_background_tells_how_far_it_is_and_what_it_wrote() {
    let server = TestServer::with(&["--replies-per-room=1"]).await;
    let (script, gate) = Script::chunks(3, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let mut runs = Vec::new();
    for (client, question) in [(&ada, "first"), (&ben, "second"), (&ada, "third")] {
        let body = json!({"chat_id": chat, "content": question});
        let answer = client.post("/api/bot/runs", body).await;
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        let run = answer.expect(202);
        assert_eq!(location, format!("/api/bot/runs/{}", run["id"].as_str().unwrap()));
        runs.push((location, run));
    }
    server.standin.wait_for_requests(1).await;
    let first = ben.get(&runs[0].0).await.expect(200);
    assert_eq!((&first["state"], &first["result"]), (&json!("running"), &Value::Null));
    let third = ada.get(&runs[2].0).await.expect(200);
    assert_eq!((&third["state"], &third["position"]), (&json!("queued"), &json!(2)));
    cleo.get(&runs[0].0).await.refused("not_found");
    cleo.delete(&runs[0].0).await.refused("not_found");
    // As with any reply: who asked, the owner and admins.
    ben.delete(&runs[2].0).await.refused("forbidden");
    ada.delete(&runs[2].0).await.expect(204);
    ada.delete(&runs[2].0).await.expect(204);
    gate.open();
    for (_, run) in &runs[..2] {
        let settled =
            |frame: &Value| frame["message_id"] == run["message_id"] && frame["is_complete"] == true;
        socket.wait_for("the end", settled).await;
    }
    let first = ada.get(&runs[0].0).await.expect(200);
    assert_eq!((&first["state"], &first["result"]["content"]), (&json!("done"), &json!(numbered_text(3))));
    assert_eq!(
        (&first["result"]["status"], &first["written"]),
        (&json!("complete"), &json!(numbered_text(3).len()))
    );
    let third = ada.get(&runs[2].0).await.expect(200);
    assert_eq!((&third["state"], &third["result"]["status"]), (&json!("done"), &json!("stopped")));
    assert_eq!(third["result"]["run"]["stopped_by"]["username"], "ada");
    assert_eq!(server.standin.requests().len(), 2);
}
